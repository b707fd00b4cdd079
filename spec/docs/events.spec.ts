import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { asyncScheduler, of } from 'rxjs';
import ts from 'typescript';
import { timed } from '../../lib/timed.js';
import { summarise } from '../../streams/events/summarise.js';
import { escapeControls } from '../../streams/terminal/escape-controls.js';

const ROOT = resolve(import.meta.dirname, '../..');
const guide = readFileSync(join(ROOT, 'docs/events.md'), 'utf8');

/** Returns the members of `ServerEvent` with their fields, except `type`, in the order of declaration. */
function events(): Map<string, Set<string>> {
  const path = join(ROOT, 'streams/types/events.ts');
  const program = ts.createProgram([path], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
  });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(path);
  const union = file?.statements.find(
    (statement) => ts.isTypeAliasDeclaration(statement) && statement.name.text === 'ServerEvent',
  );
  const type = checker.getTypeAtLocation(union as ts.Node) as ts.UnionType;
  return new Map(
    type.types.map((member) => {
      const fields = member.getProperties();
      const kind = checker.getTypeOfSymbol(fields.find(({ name }) => name === 'type') as ts.Symbol);
      const others = fields.map(({ name }) => name).filter((name) => name !== 'type');
      return [(kind as ts.StringLiteralType).value, new Set(others)];
    }),
  );
}

describe('docs/events.md', () => {
  it('has a row for each event, with all of its fields', () => {
    const rows = [...guide.matchAll(/^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$/gm)].map(
      ([, type = '', fields = '']) =>
        [type, new Set([...fields.matchAll(/`(\w+)`/g)].map(([, field = '']) => field))] as const,
    );

    expect(new Map(rows)).toEqual(events());
    expect(rows.map(([type]) => type)).toEqual([...events().keys()]);
  });

  it('has an example that logs the error', async () => {
    const [, code = ''] = /## Logging[\s\S]*?```ts\n([\s\S]*?)```/.exec(guide) ?? [];
    const body = ts.transpile(code.replaceAll(/^import .*$/gm, ''), { target: ts.ScriptTarget.ES2023 });
    const said: unknown[][] = [];
    const error = new Error('no such page');
    const event$ = of(timed({ type: 'sessionClosing', session: 1, node: 1, reason: 'app-error', error }, 5));
    const parts = {
      createImpulse: () => ({ event$, start() {} }),
      lobby() {},
      escapeControls,
      summarise,
      asyncScheduler,
      console: { error: (...words: unknown[]) => said.push(words) },
    };
    await new Function(...Object.keys(parts), `return (async () => { ${body} })()`)(...Object.values(parts));
    expect(said).toEqual([[jasmine.stringMatching(/"name":"Error","message":"no such page".*"at":5/s)]]);
  });
});
