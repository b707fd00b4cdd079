import { drainLine, heardBy, kickedLine } from '../../../../lib/operations/control/messages.js';
import { caller } from '../../../support/controlled.js';

describe('drainLine', () => {
  it('describes each event in one line', () => {
    expect(drainLine({ type: 'countdownTold', leftMs: 300_000, heard: 2 })).toBe(
      'The board closes in 5 minutes. 2 callers heard it.',
    );
    expect(drainLine({ type: 'countdownTold', leftMs: 60_000, heard: 0, insteadOfMs: 30_000 })).toBe(
      'The board closes in 1 minute. No callers are on line. It replaces a countdown with 30 seconds left.',
    );
    expect(drainLine({ type: 'countdownCancelled', heard: 1 })).toBe(
      'The countdown is cancelled: the board stays open. 1 caller heard it.',
    );
    expect(drainLine({ type: 'serverDraining', reason: 'drain', sessions: 2, graceMs: 10_000 })).toBe(
      'Going down (drain): 2 on line, 10s at most.',
    );
    expect(drainLine({ type: 'serverDraining', reason: 'a\nb', sessions: 2, graceMs: null })).toBe(
      'Going down (a\\u{a}b): 2 on line, without a time limit.',
    );
    expect(
      drainLine({ type: 'serverClosed', reason: 'drain', drained: 2, forced: 1, durationMs: 1250 }),
    ).toBe('Closed: 2 drained, 1 forced, in 1.3 seconds.');
  });
});

describe('kickedLine', () => {
  it("returns the kicked caller's handle and address", () => {
    expect(kickedLine(caller(3, 'ann'))).toBe('Kicked ann from node 3 (203.0.113.7).');
    expect(kickedLine(caller(3, null))).toBe('Kicked a caller who was logging in from node 3 (203.0.113.7).');
    expect(kickedLine(caller(3, 'a\x1bn'))).toContain('a\\u{1b}n');
  });
});

describe('heardBy', () => {
  it('counts callers', () => {
    expect([0, 1, 2].map(heardBy)).toEqual([
      'No callers are on line.',
      '1 caller heard it.',
      '2 callers heard it.',
    ]);
  });
});
