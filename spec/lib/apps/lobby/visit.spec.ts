import { addressee, handlesFrom, people, visitorOf } from '../../../../lib/apps/lobby/visit.js';
import type { Session } from '../../../../streams/types/session.js';
import { among, someone } from '../../../support/lobby.js';

const board = among(
  someone(1, 'Zoë'),
  someone(2, null),
  someone(3, 'ann'),
  someone(4, 'Ann_of_Green_Gables'),
  someone(5, 'ann'),
);

describe('people', () => {
  it('returns the sessions that are logged in', () => {
    expect(people(board).map(({ id }) => id)).toEqual([1, 3, 4, 5]);
  });
});

describe('visitorOf', () => {
  it('returns a caller as others see them', () => {
    expect(visitorOf(someone(3, 'ann') as Session)).toEqual({ callId: 'fake-3', handle: 'ann' });
    expect(visitorOf(someone(2, null) as Session)).toEqual({ callId: 'fake-2', handle: '' });
  });

  it('returns a handle of one word, whatever the authenticator emitted', () => {
    const services = among(someone(3, ' ann  gives bob '));
    expect(visitorOf(someone(3, ' ann  gives bob ') as Session).handle).toBe('ann_gives_bob');
    expect(handlesFrom(services, 'ann g')).toEqual(['ann_gives_bob']);
    expect(addressee(services, 'ann_gives_bob hello')).toBe('ann_gives_bob');
    expect(addressee(services, 'ann gives bob hello')).toBeUndefined();
  });
});

describe('handlesFrom', () => {
  it('returns the handles that start with a text in any case, once each, in order', () => {
    expect(handlesFrom(board, 'AN')).toEqual(['Ann_of_Green_Gables', 'ann']);
    expect(handlesFrom(board, '')).toEqual(['Ann_of_Green_Gables', 'Zoë', 'ann']);
    expect(handlesFrom(board, 'bob')).toEqual([]);
  });

  it('accepts accents in either Unicode form', () => {
    expect(handlesFrom(board, 'zoe\u0308')).toEqual(['Zoë']);
  });
});

describe('addressee', () => {
  it('returns the handle at the start of a text, in any case', () => {
    expect(addressee(board, 'ANN hello')).toBe('ann');
    expect(addressee(board, 'ann')).toBe('ann');
    expect(addressee(board, 'zoe\u0308 hello')).toBe('Zoë');
  });

  it("compares whole words, so that a longer handle doesn't get a message meant for another", () => {
    expect(addressee(board, 'ann_of_green_gables hello')).toBe('Ann_of_Green_Gables');
    expect(addressee(board, 'ann of green gables hello')).toBe('ann');
  });

  it('returns undefined if only part of a handle or of a word matches', () => {
    expect(addressee(board, 'an hello')).toBeUndefined();
    expect(addressee(board, 'annabel hello')).toBeUndefined();
    expect(addressee(board, '')).toBeUndefined();
  });
});
