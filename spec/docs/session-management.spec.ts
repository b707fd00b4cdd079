import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { SESSION_STATES } from '../../streams/types/session.js';

const ROOT = resolve(import.meta.dirname, '../..');
const guide = readFileSync(join(ROOT, 'docs/session-management.md'), 'utf8');
const [pipeline = '', states = '', chain = ''] = [...guide.matchAll(/^```mermaid\n(.*?)^```$/gms)].map(
  ([, text]) => text ?? '',
);

/** The boxes of a flow, from its beginning to its end. */
function boxes(flow: string): string[] {
  const next = new Map([...flow.matchAll(/^ *([\w$]+).* --> ([\w$]+)/gm)].map(([, from, to]) => [from, to]));
  const [first] = [...next.keys()].filter((name) => ![...next.values()].includes(name));
  const names: string[] = [];
  for (let name = first; name !== undefined; name = next.get(name)) names.push(name);
  return names;
}

/** The operators that a file has something go through: of each `x$.pipe(…)` whose source is called so. */
function operators(path: string, source: RegExp): string[] {
  const file = ts.createSourceFile(path, readFileSync(join(ROOT, path), 'utf8'), ts.ScriptTarget.Latest);
  const names: string[] = [];
  // RxJS types nine operators in one `pipe`: two of more are put together.
  const stageNames = (stage: ts.Expression): string[] =>
    ts.isCallExpression(stage) && stage.expression.getText(file) === 'pipe'
      ? stage.arguments.flatMap(stageNames)
      : [/^\w+/.exec(stage.getText(file))?.[0] ?? ''];
  const visit = (node: ts.Node): void => {
    const isPipe =
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === 'pipe' &&
      source.test(node.expression.expression.getText(file));
    if (isPipe) names.push(...node.arguments.flatMap(stageNames));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

describe('the guide to session management', () => {
  it('draws the pipeline as it is', () => {
    const stages = operators('streams/manager.ts', /^connection\$$/);
    expect(stages.length).toBeGreaterThan(5);
    expect(boxes(pipeline)).toEqual(['connection$', ...stages, 'event$']);
  });

  it('draws the chain of a session as it is', () => {
    const stages = [
      ...operators('streams/session/session.ts', /\bconnection\.input\$$/),
      ...operators('streams/session/session.ts', /^input\$$/),
    ];
    expect(stages.length).toBeGreaterThan(4);
    expect(boxes(chain)).toEqual(['input$', ...stages, 'ending']);
  });

  it('draws every state, and every way from one to another', () => {
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
