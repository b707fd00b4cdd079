import fc from 'fast-check';
import telnetlib from 'telnetlib';
import { negotiator, REPLY_BUDGET } from '../../lib/negotiator.js';
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
  const it = negotiator({
    send: (verb, option) => sent.push(`${names[verb]} ${option}`),
    echoChanged: (on) => told.push(`echo ${on}`),
    resized: (columns, rows) => told.push(`${columns}x${rows}`),
    abused: () => told.push('abused'),
  });
  return { ...it, sent, told };
}

describe('negotiator', () => {
  it('offers to echo and to do without go-aheads, and asks for the window', () => {
    const { offer, sent } = side();
    offer();

    expect(sent).toEqual([`WILL ${ECHO}`, `WILL ${SGA}`, `DO ${NAWS}`]);
  });

  it('echoes once the client agrees, and no more when it changes its mind', () => {
    const { offer, negotiate, sent, told } = side();
    offer();
    sent.length = 0;
    negotiate(DO, ECHO);
    negotiate(DO, ECHO);
    expect(sent).toEqual([]);

    negotiate(DONT, ECHO);

    expect(sent).toEqual([`WONT ${ECHO}`]);
    expect(told).toEqual(['echo true', 'echo false']);
  });

  it('never echoes for a client that refuses', () => {
    const { offer, negotiate, told } = side();
    offer();
    negotiate(DONT, ECHO);

    expect(told).toEqual([]);
  });

  it('declines every option that it does not know, each time it is asked', () => {
    const { negotiate, sent } = side();
    for (const verb of [DO, WILL, DO, DONT, WONT] as Verb[]) negotiate(verb, STATUS);

    expect(sent).toEqual([`WONT ${STATUS}`, `DONT ${STATUS}`, `WONT ${STATUS}`]);
  });

  it('enables an option that a client offers unasked (which telnetlib forgets to)', () => {
    const { negotiate, subnegotiation, sent, told } = side();
    negotiate(WILL, NAWS);
    subnegotiation(NAWS, Uint8Array.of(0, 100, 0, 40));
    negotiate(WILL, NAWS);

    expect(sent).toEqual([`DO ${NAWS}`]);
    expect(told).toEqual(['100x40']);
  });

  it('hears the window only while the option is on', () => {
    const { offer, negotiate, subnegotiation, told } = side();
    const size = Uint8Array.of(0, 100, 0, 40);
    subnegotiation(NAWS, size);
    offer();
    subnegotiation(NAWS, size);
    expect(told).toEqual([]);

    negotiate(WILL, NAWS);
    subnegotiation(NAWS, size);
    negotiate(WONT, NAWS);
    subnegotiation(NAWS, size);

    expect(told).toEqual(['100x40']);
  });

  it('takes no window size but one of four bytes, unsigned', () => {
    const { negotiate, subnegotiation, told } = side();
    negotiate(WILL, NAWS);
    for (const length of [0, 1, 2, 3, 5, 100]) subnegotiation(NAWS, new Uint8Array(length).fill(9));
    expect(told).toEqual([]);

    subnegotiation(NAWS, Uint8Array.of(0xff, 0xfe, 0x80, 0));

    expect(told).toEqual(['65534x32768']);
  });

  it('answers as often as the budget allows, then reports the abuse once and is silent', () => {
    const { negotiate, sent, told } = side();
    for (let count = 0; count < REPLY_BUDGET * 4; count += 1) negotiate(DO, 99);

    expect(sent.length).toBe(REPLY_BUDGET);
    expect(told).toEqual(['abused']);
  });

  it('never throws, and never says more than it was asked', () => {
    const verbs = fc.constantFrom<Verb>(WILL, WONT, DO, DONT);
    const steps = fc.array(
      fc.tuple(verbs, fc.constantFrom(0, 1, 3, 31, 86, 201, 255), fc.uint8Array({ maxLength: 6 })),
    );
    holds(
      fc.property(steps, (asked) => {
        const { negotiate, subnegotiation, sent } = side();
        for (const [verb, option, payload] of asked) {
          negotiate(verb, option);
          subnegotiation(option, payload);
        }
        if (sent.length > asked.length) throw new Error(`${asked.length} asked, ${sent.length} said`);
      }),
    );
  });
});
