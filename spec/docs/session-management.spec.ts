import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as rxjs from 'rxjs';
import { SESSION_STATES } from '../../streams/types/session.js';

const ROOT = resolve(import.meta.dirname, '../..');
const guide = readFileSync(join(ROOT, 'docs/session-management.md'), 'utf8');
const [pipeline = '', states = '', chain = ''] = [...guide.matchAll(/^```mermaid\n(.*?)^```$/gms)].map(
  ([, text]) => text ?? '',
);

/** Returns the names of the boxes of a flowchart, from start to end. */
function boxes(flow: string): string[] {
  const next = new Map([...flow.matchAll(/^ *([\w$]+).* --> ([\w$]+)/gm)].map(([, from, to]) => [from, to]));
  const [first] = [...next.keys()].filter((name) => ![...next.values()].includes(name));
  const names: string[] = [];
  for (let name = first; name !== undefined; name = next.get(name)) names.push(name);
  return names;
}

const ROOMS = ['admission', 'events', 'rx', 'session', 'shutdown', 'terminal'];

/** Whether the name is exported by RxJS, or is a function of ours in a file of its name. */
async function isOperator(name: string): Promise<boolean> {
  if (name in rxjs) return true;
  const file = `${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
  const [path] = ROOMS.map((room) => join(ROOT, 'streams', room, file)).filter((path) => existsSync(path));
  return path !== undefined && typeof (await import(path))[name] === 'function';
}

describe('docs/session-management.md', () => {
  for (const [what, flow] of [
    ['the pipeline', pipeline],
    ['the chain of a session', chain],
  ] as const)
    it(`draws ${what} with operators that a reader finds by name`, async () => {
      const operators = boxes(flow).slice(1, -1);
      expect(operators.length).toBeGreaterThan(4);
      for (const name of operators)
        expect(await isOperator(name))
          .withContext(name)
          .toBeTrue();
    });

  it('draws every state and every transition', () => {
    const steps = SESSION_STATES.flatMap((state, index) => {
      const next = SESSION_STATES[index + 1];
      if (next === undefined) return [`${state} --> [*]`];
      const isBefore = index < SESSION_STATES.indexOf('closing');
      return [`${state} --> ${next}`, ...(isBefore ? [`${state} --> closing`] : [])];
    });
    const drawn = [...states.matchAll(/^ *(.* --> .*)$/gm)].map(([, step]) => step ?? '');
    expect(new Set(drawn)).toEqual(new Set(['[*] --> waiting', '[*] --> connected', ...steps]));
  });
});
