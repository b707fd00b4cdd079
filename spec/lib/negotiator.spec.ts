import fc from 'fast-check';
import telnetlib from 'telnetlib';
import { Negotiator, REPLY_BUDGET } from '../../lib/negotiator.js';
import { COMMAND, type Verb } from '../../streams/codec.js';
import { holds } from '../support/holds.js';

const { WILL, WONT, DO, DONT } = COMMAND;
const { ECHO, SGA, NAWS } = telnetlib.options;
const STATUS = 5;

/** A negotiator and what it did. */
function side() {
  const sent: string[] = [];
  const told: string[] = [];
  const names = { [WILL]: 'WILL', [WONT]: 'WONT', [DO]: 'DO', [DONT]: 'DONT' };
  const negotiator = new Negotiator({
    send: (verb, option) => sent.push(`${names[verb]} ${option}`),
    echoChanged: (on) => told.push(`echo ${on}`),
    resized: (columns, rows) => told.push(`${columns}x${rows}`),
    abused: () => told.push('abused'),
  });
  return { negotiator, sent, told };
}

/** Two negotiators that write to each other until neither has anything to say; the one has got `first` from nowhere. */
function correspondence(first: [Verb, number][]): { letters: number; told: string[] } {
  const post = first.map(([verb, option]) => ({ to: 0, verb, option }));
  const told: string[] = [];
  const ends = [1, 0].map(
    (to) =>
      new Negotiator({
        send: (verb, option) => post.push({ to, verb, option }),
        echoChanged: () => {},
        resized: () => {},
        abused: () => told.push('abused'),
      }),
  );
  for (const end of ends) end.offer();
  let letters = 0;
  for (let letter = post.shift(); letter && letters < 10_000; letter = post.shift()) {
    letters += 1;
    ends[letter.to]?.negotiate(letter.verb, letter.option);
  }
  return { letters, told };
}

describe('Negotiator', () => {
  it('offers to echo and to do without go-aheads, and asks for the window', () => {
    const { negotiator, sent } = side();
    negotiator.offer();

    expect(sent).toEqual([`WILL ${ECHO}`, `WILL ${SGA}`, `DO ${NAWS}`]);
  });

  it('echoes once the client agrees, and no more when it changes its mind', () => {
    const { negotiator, sent, told } = side();
    negotiator.offer();
    sent.length = 0;
    negotiator.negotiate(DO, ECHO);
    negotiator.negotiate(DO, ECHO);
    expect(sent).toEqual([]);

    negotiator.negotiate(DONT, ECHO);

    expect(sent).toEqual([`WONT ${ECHO}`]);
    expect(told).toEqual(['echo true', 'echo false']);
  });

  it('never echoes for a client that refuses', () => {
    const { negotiator, told } = side();
    negotiator.offer();
    negotiator.negotiate(DONT, ECHO);

    expect(told).toEqual([]);
  });

  it('declines every option that it does not know, each time it is asked', () => {
    const { negotiator, sent } = side();
    for (const verb of [DO, WILL, DO, DONT, WONT] as Verb[]) negotiator.negotiate(verb, STATUS);

    expect(sent).toEqual([`WONT ${STATUS}`, `DONT ${STATUS}`, `WONT ${STATUS}`]);
  });

  it('enables an option that a client offers unasked (which telnetlib forgets to)', () => {
    const { negotiator, sent, told } = side();
    negotiator.negotiate(WILL, NAWS);
    negotiator.subnegotiation(NAWS, Uint8Array.of(0, 100, 0, 40));
    negotiator.negotiate(WILL, NAWS);

    expect(sent).toEqual([`DO ${NAWS}`]);
    expect(told).toEqual(['100x40']);
  });

  it('hears the window of a client that would not tell it at first', () => {
    const { negotiator, sent, told } = side();
    negotiator.offer();
    negotiator.negotiate(WONT, NAWS);
    sent.length = 0;
    negotiator.negotiate(WILL, NAWS);
    negotiator.subnegotiation(NAWS, Uint8Array.of(0, 100, 0, 40));

    expect(sent).toEqual([`DO ${NAWS}`]);
    expect(told).toEqual(['100x40']);
  });

  it('says nothing to a refusal of what was off already', () => {
    const { negotiator, sent } = side();
    for (const option of [ECHO, SGA, NAWS]) {
      negotiator.negotiate(WONT, option);
      negotiator.negotiate(DONT, option);
    }

    expect(sent).toEqual([]);
  });

  it('comes to an end with another of its kind, whatever it was asked first', () => {
    const letter = fc.tuple(fc.constantFrom<Verb>(WILL, WONT, DO, DONT), fc.constantFrom(1, 3, 31, 99));
    holds(
      fc.property(fc.uniqueArray(letter, { selector: ([, option]) => option }), (first) => {
        const { letters, told } = correspondence(first);
        if (letters > 60 || told.length > 0) throw new Error(`${letters} letters, ${told}`);
      }),
    );
  });

  it('ends by its budget what RFC 1143 does not: a client that contradicts itself without waiting', () => {
    const { letters, told } = correspondence([
      [WILL, SGA],
      [WONT, SGA],
    ]);

    expect(told.length).toBeGreaterThan(0);
    expect(new Set(told)).toEqual(new Set(['abused']));
    expect(letters).toBeLessThanOrEqual(2 * REPLY_BUDGET + 10);
  });

  it('hears the window only while the option is on', () => {
    const { negotiator, told } = side();
    const size = Uint8Array.of(0, 100, 0, 40);
    negotiator.subnegotiation(NAWS, size);
    negotiator.offer();
    negotiator.subnegotiation(NAWS, size);
    expect(told).toEqual([]);

    negotiator.negotiate(WILL, NAWS);
    negotiator.subnegotiation(NAWS, size);
    negotiator.negotiate(WONT, NAWS);
    negotiator.subnegotiation(NAWS, size);

    expect(told).toEqual(['100x40']);
  });

  it('takes no window size but one of four bytes, unsigned', () => {
    const { negotiator, told } = side();
    negotiator.negotiate(WILL, NAWS);
    for (const length of [0, 1, 2, 3, 5, 100])
      negotiator.subnegotiation(NAWS, new Uint8Array(length).fill(9));
    expect(told).toEqual([]);

    negotiator.subnegotiation(NAWS, Uint8Array.of(0xff, 0xfe, 0x80, 0));

    expect(told).toEqual(['65534x32768']);
  });

  it('answers as often as the budget allows, then reports the abuse once and is silent', () => {
    const { negotiator, sent, told } = side();
    for (let count = 0; count < REPLY_BUDGET * 4; count += 1) negotiator.negotiate(DO, 99);

    expect(sent.length).toBe(REPLY_BUDGET);
    expect(told).toEqual(['abused']);
  });

  it('takes every kind of answer from one budget', () => {
    const { negotiator, sent, told } = side();
    for (let count = 0; count < REPLY_BUDGET - 2; count += 1) expect(negotiator.mayReply()).toBe(true);
    negotiator.negotiate(WILL, STATUS);
    negotiator.negotiate(WILL, NAWS);
    expect(told).toEqual([]);

    expect(negotiator.mayReply()).toBe(false);
    negotiator.negotiate(DO, STATUS);

    expect(sent).toEqual([`DONT ${STATUS}`, `DO ${NAWS}`]);
    expect(told).toEqual(['abused']);
  });

  it('never throws, and never says more than it was asked', () => {
    const verbs = fc.constantFrom<Verb>(WILL, WONT, DO, DONT);
    const steps = fc.array(
      fc.tuple(verbs, fc.constantFrom(0, 1, 3, 31, 86, 201, 255), fc.uint8Array({ maxLength: 6 })),
    );
    holds(
      fc.property(steps, (asked) => {
        const { negotiator, sent } = side();
        for (const [verb, option, payload] of asked) {
          negotiator.negotiate(verb, option);
          negotiator.subnegotiation(option, payload);
        }
        if (sent.length > asked.length) throw new Error(`${asked.length} asked, ${sent.length} said`);
      }),
    );
  });
});
