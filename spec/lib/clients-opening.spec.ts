import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EMPTY, NEVER } from 'rxjs';
import { createImpulse, type Impulse } from '../../lib/create-impulse.js';
import type { Terminal } from '../../streams/types/connection.js';
import { type Caller, call } from '../support/caller.js';
import { bytesOf, wordsOf } from '../support/telnet-words.js';
import '../support/patience.js';

const GUIDE = readFileSync(join(import.meta.dirname, '../../docs/clients.md'), 'utf8');
const MARGIN = 'client  '.length;
/** The phrases of a line: between commas, except in texts. */
const PHRASE = /(?:"(?:\\.|[^"])*"|[^",])+/g;

/** A line of a transcript. */
interface Step {
  readonly who: string;
  readonly phrases: readonly string[];
}

/** Reads the transcript below this heading of the guide. */
function transcript(heading: string): Step[] {
  const [, block = ''] = /```\n(.*?)```/s.exec(GUIDE.slice(GUIDE.indexOf(`### ${heading}`))) ?? [];
  return block
    .trimEnd()
    .split('\n')
    .map((line) => ({
      who: line.slice(0, MARGIN).trim(),
      phrases: (line.slice(MARGIN).match(PHRASE) ?? []).map((phrase) => phrase.trim()),
    }));
}

/** What the board has said of telnet: without text, the marks of prompts, and the values of MSSP. */
const saidTo = ({ heard }: Caller) =>
  wordsOf(Buffer.from(heard, 'latin1'))
    .filter((word) => !word.startsWith('"') && word !== 'EOR' && word !== 'GA')
    .map((word) => (word.startsWith('SB MSSP') ? 'SB MSSP' : word));

describe('the opening negotiation', () => {
  let impulse: Impulse;
  let port: number;
  let terminal: () => Terminal;
  beforeEach(async () => {
    impulse = createImpulse({
      port: 0,
      authenticate(session) {
        terminal = () => session.terminal;
        session.write('Handle: ');
        return NEVER;
      },
      app: () => EMPTY,
    });
    ({ port } = await impulse.start());
  });
  afterEach(() => impulse.shutdown('spec over', { force: true }));

  for (const [client, now, mark] of [
    ['Mudlet 4.18.5', { columns: 100, rows: 40, encoding: 'utf-8', cursor: false }, 'EOR'],
    ['TinTin++ 2.02.20', { columns: 80, rows: 24, encoding: 'utf-8', cursor: true }, 'EOR'],
    ['MUSHclient 5.07', { columns: 80, rows: 24, encoding: 'ascii', cursor: false }, undefined],
  ] as const)
    it(`of ${client} is answered as in the guide`, async () => {
      const caller = await call(port);
      await caller.hears('Handle: ');
      const expected: string[] = [];
      let asked = 0;
      for (const { who, phrases } of transcript(client)) {
        if (who === 'board') {
          expected.push(...phrases);
          continue;
        }
        expect(saidTo(caller)).toEqual(expected);
        caller.says(bytesOf(...phrases));
        // All that the board says to these comes before this answer.
        asked += 1;
        caller.says(bytesOf('AYT'));
        await caller.hears(new RegExp(`(?:\\[Yes\\].*){${asked}}Handle: `, 's'));
      }
      expect(saidTo(caller)).toEqual(expected);
      expect(expected.length).toBeGreaterThan(15);
      expect<Partial<Terminal>>(terminal()).toEqual(
        jasmine.objectContaining<Partial<Terminal>>({
          ...now,
          echo: false,
          colours: true,
          screenReader: false,
          links: false,
        }),
      );
      caller.says(bytesOf('AYT'));
      await caller.hears(new RegExp(`(?:\\[Yes\\].*){${asked + 1}}Handle: ${mark ? '\xff\xef' : ''}$`, 's'));
    });
});
