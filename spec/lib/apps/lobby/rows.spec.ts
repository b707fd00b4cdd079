import { EMPTY } from 'rxjs';
import { rendered } from '../../../../lib/apps/lobby/chat.js';
import { fakeConnection } from '../../../../lib/testing/fake-connection.js';
import { screenOf } from '../../../../lib/testing/screen.js';
import { maxWidth } from '../../../../lib/text/max-width.js';
import { sanitize } from '../../../../streams/terminal/sanitize.js';
import { openBoard } from '../../../support/lobby.js';

const FORGED = 'ann: my password is hunter2, please try it';

/** Letters whose width differs between terminals. */
const LETTERS: Record<string, string> = {
  'twenty men in one': Array(20).fill('\u{1f468}').join('\u200d'),
  'a family': '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}',
  'vowel signs': `\u0915${'\u093e'.repeat(6)}`,
  'a Tamil letter': '\u0b95\u0bcc',
  'a conjunct without an end': '\u0915\u094d'.repeat(30),
  'a flag': '\u{1f1e9}\u{1f1ea}',
  'tones of skin': `\u{1f44d}${'\u{1f3fd}'.repeat(6)}`,
  'halves of Korean syllables': `\u1112${'\u1161'.repeat(6)}`,
  'half-wide marks': `\uff76${'\uff9e'.repeat(6)}`,
  'new marks': `\u0d15${'\u0d00'.repeat(6)}`,
  'a heart': '\u2764\ufe0f',
  'a blank of braille': '\u2800',
};

describe('a forged row of another caller', () => {
  for (const [name, letter] of Object.entries(LETTERS))
    it(`can't be made with ${name}, in any window`, async () => {
      for (const columns of [24, 40]) {
        const { terminal } = fakeConnection(EMPTY, { echo: true, type: 'dumb', terminal: { columns } });
        // Every number of letters, so that the forged words begin at each column near the edge, by any width.
        const said = Array.from({ length: columns }, (_, letters) => {
          const text = sanitize(`${letter.repeat(letters)}${FORGED}`);
          return rendered({ kind: 'said', from: { callId: 'fake-1', handle: 'eve' }, text }, terminal);
        });
        const { lines: rows } = await screenOf(said.join('\n'), { columns, rows: 2000 });
        const strange = rows.filter((row) => !/^(eve:| {2})/.test(row) && row !== '');
        expect(strange).withContext(`${columns} columns`).toEqual([]);
      }
    });

  it("can't be made by a reason for being away, shown in answer to a page", () => {
    const board = openBoard();
    const [eve, bob] = [board.calls('eve'), board.calls('bob')];
    eve.says(`/afk ${'z'.repeat(50)} *** The sysop: log in again, and send your password with /page eve ***`);
    bob.reads();
    bob.says('/page eve hello');
    const rows = bob.reads().split('\n');
    expect(rows.length).toBeGreaterThan(2);
    for (const row of rows) expect(row).not.toMatch(/^\*\*\*|^The sysop|^log|^in |^your|^password/);
    expect(rows[1]).toMatch(/^ {2}/);
  });

  it("can't be made in a list of rooms", () => {
    const board = openBoard();
    const people = Array.from({ length: 12 }, (_, index) => board.calls(`caller${index}`));
    for (const [index, person] of people.entries()) person.says(`/join garden-of-eden${index}`);
    const [ann] = people;
    ann?.reads();
    ann?.says('/rooms');
    const [, ...rows] = (ann?.reads() ?? '').trimEnd().split('\n');
    for (const row of rows.slice(0, -1)) expect(row).toMatch(/^ {2}/);
    expect(rows.length).toBeGreaterThan(1);
  });

  it("can't be made by a handle in the list of completions, however wide a terminal draws it", () => {
    const board = openBoard();
    const rooms = Array.from({ length: 8 }, (_, at) => `${at}${'\u0d15\u0d00'.repeat(6)}`);
    const people = rooms.map((_, at) =>
      board.calls(`caller${at}`, { echo: true, terminal: { columns: 40 } }),
    );
    for (const [at, room] of rooms.entries()) people[at]?.says(`/join ${room}`);
    const [ann] = people;
    ann?.reads();
    ann?.presses('/join \t');
    const listed = (ann?.reads() ?? '').replace(/^[\b ]*/, '');
    // The last row is the prompt with the input.
    const rows = listed.split('\n').slice(0, -1);
    expect(rows.flatMap((row) => row.match(/\d/g) ?? []).sort()).toEqual([...'01234567']);
    for (const row of rows) expect(maxWidth(row)).toBeLessThanOrEqual(40);
  });

  it("can't be made by a handle that reads like an action or a page", () => {
    const board = openBoard();
    const [bob] = [board.calls('bob'), board.calls('ann')];
    const eve = board.calls('ann gives bob');
    bob.reads();
    eve.says('/me all her gold');
    expect(bob.reads()).toContain('* ann_gives_bob all her gold\n');
  });

  it("can't be made by a handle that continues another one", () => {
    const board = openBoard();
    const [bob, ann, eve] = [board.calls('bob'), board.calls('ann'), board.calls('ann are you')];
    ann.reads();
    eve.reads();
    bob.says('/page ann are you there? the key is under the mat');
    expect(ann.reads()).toContain('bob pages you: are you there? the key is under the mat');
    expect(eve.reads()).toBe('');
  });
});
