import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TestScheduler } from 'rxjs/testing';
import { RunContext } from 'rxjs-marbles/context-run.js';
import { Expect } from 'rxjs-marbles/expect.js';
import { DRAWN } from './drawn.js';
import type { Marble, Row } from './marble.js';
import { svg } from './svg.js';

// Runs the specs named in drawn.ts and draws marble diagrams of the Observables that they create and expect. A diagram
// therefore shows what the spec checks. A spec that fails isn't drawn.
//
//     npm run diagrams                     # into docs/diagrams
//     DIAGRAMS=folder npm run diagrams

const FOLDER = process.env.DIAGRAMS ?? resolve(import.meta.dirname, '../../docs/diagrams');

/** The rows of the running spec so far. They get their labels at its end. */
let rows: Omit<Row, 'label'>[] = [];

const KINDS = { N: 'next', E: 'error', C: 'complete' } as const;

function note(side: Row['side'], diagram: string, values?: Record<string, unknown>, error?: unknown): void {
  const letters = TestScheduler.parseMarbles(diagram, undefined, undefined, false, true);
  const messages = TestScheduler.parseMarbles(diagram, values, error, false, true);
  const marbles = messages.map(({ frame, notification }, index): Marble => {
    const as = letters[index]?.notification;
    return {
      atMs: frame,
      kind: KINDS[notification.kind],
      letter: as?.kind === 'N' ? String(as.value) : '',
      value:
        notification.kind === 'N'
          ? notification.value
          : notification.kind === 'E'
            ? notification.error
            : null,
    };
  });
  rows.push({ side, marbles });
}

for (const make of ['hot', 'cold'] as const) {
  const original = RunContext.prototype[make];
  RunContext.prototype[make] = function (this: RunContext, diagram, values, error) {
    note('in', diagram, values, error);
    return original.call(this, diagram, values, error);
  } as typeof original;
}
const { toBeObservable } = Expect.prototype;
Expect.prototype.toBeObservable = function (this: Expect<unknown>, ...args: [string]) {
  note('out', ...args);
  return toBeObservable.apply(this, args);
} as typeof toBeObservable;

const byName = new Map(Object.entries(DRAWN).map(([file, drawn]) => [drawn.spec, { file, ...drawn }]));
const env = jasmine.getEnv();
env.configure({ specFilter: (spec) => byName.has(spec.getFullName()) });
env.addReporter({
  specStarted() {
    rows = [];
  },
  specDone({ fullName, description, status }) {
    const drawn = byName.get(fullName);
    if (!drawn || status !== 'passed') return;
    if (drawn.rows.length !== rows.length)
      throw new Error(`${drawn.file}: ${rows.length} rows, but ${drawn.rows.length} labels in drawn.ts`);
    byName.delete(fullName);
    const named = rows.map((row, index) => ({ ...row, label: drawn.rows[index] ?? '' }));
    mkdirSync(FOLDER, { recursive: true });
    const title = { operator: fullName.slice(0, -description.length).trim(), description };
    writeFileSync(join(FOLDER, `${drawn.file}.svg`), svg(title, named));
  },
  jasmineDone() {
    for (const { spec } of byName.values()) {
      console.error(`not drawn, because there is no such spec or it failed: ${spec}`);
      process.exitCode = 1;
    }
  },
});
