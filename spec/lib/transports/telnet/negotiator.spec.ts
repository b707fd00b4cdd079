import fc from 'fast-check';
import telnetlib, { type Where } from 'telnetlib';
import {
  type Agreeable,
  Negotiator,
  REPLIES_PER_OPTION,
  REPLY_BUDGET,
  TIMING_MARK,
} from '../../../../lib/transports/telnet/negotiator.js';
import { COMMAND, type Verb } from '../../../../streams/protocol/telnet-codec.js';
import { holds } from '../../../support/holds.js';

const { WILL, WONT, DO, DONT } = COMMAND;
const { ECHO, SGA, NAWS } = telnetlib.options;
/** Options that aren't agreeable: STATUS, NEW-ENVIRON and one without a name. */
const [STATUS, NEW_ENVIRON, NAMELESS] = [5, 39, 99];

const NAMES = { [WILL]: 'WILL', [WONT]: 'WONT', [DO]: 'DO', [DONT]: 'DONT' };
const VERBS: Verb[] = [WILL, WONT, DO, DONT];

/** A few of the options that a board agrees to. */
const AGREEABLE: Agreeable = { local: new Set([ECHO, SGA]), remote: new Set([SGA, NAWS]) };

/** A negotiator with its commands and its changes of state. */
function end(agreeable = AGREEABLE) {
  const said: string[] = [];
  const done: string[] = [];
  const negotiator = new Negotiator(
    {
      send: (verb, option) => said.push(`${NAMES[verb]} ${option}`),
      changed: (option, where, on) => done.push(`${where} ${option} ${on ? 'on' : 'off'}`),
      answered: () => done.push('answered'),
      abused: () => done.push('abused'),
    },
    agreeable,
  );
  const hears = (...letters: [Verb, number][]) => {
    const before = said.length;
    for (const [verb, option] of letters) negotiator.negotiate(verb, option);
    return said.slice(before);
  };
  return { negotiator, said, done, hears };
}

/** Connects two negotiators, and delivers one command at a time until both are silent or one has given up. */
function correspond(agreeable: [Agreeable, Agreeable], first: (ends: [Negotiator, Negotiator]) => void) {
  const post: { to: 0 | 1; verb: Verb; option: number }[] = [];
  let abused = false;
  const negotiator = (to: 0 | 1) =>
    new Negotiator(
      {
        send: (verb, option) => post.push({ to, verb, option }),
        changed: () => {},
        answered: () => {},
        abused: () => {
          abused = true;
        },
      },
      agreeable[1 - to] as Agreeable,
    );
  const ends: [Negotiator, Negotiator] = [negotiator(1), negotiator(0)];
  first(ends);
  let letters = 0;
  for (let letter = post.shift(); letter && letters < 5000; letter = post.shift()) {
    letters += 1;
    ends[letter.to].negotiate(letter.verb, letter.option);
  }
  return { letters, abused, quiet: letters < 5000, ends };
}

const options = fc.constantFrom(ECHO, SGA, NAWS, STATUS, NEW_ENVIRON);
const verbs = fc.constantFrom(...VERBS);
const letters = fc.array(fc.tuple(verbs, options), { maxLength: 80 });
const sets = fc.uniqueArray(options).map((codes) => new Set(codes));
const agreements: fc.Arbitrary<Agreeable> = fc.record({ local: sets, remote: sets });

describe('Negotiator', () => {
  describe('as requester', () => {
    it('offers what it can do, and requests what the peer should do', () => {
      const { negotiator, said } = end();
      negotiator.ask(WILL, ECHO);
      negotiator.ask(DO, NAWS);

      expect(said).toEqual([`WILL ${ECHO}`, `DO ${NAWS}`]);
    });

    it('turns an option on when the peer agrees, without an answer', () => {
      const { negotiator, hears, done } = end();
      negotiator.ask(WILL, ECHO);
      negotiator.ask(DO, NAWS);
      expect(negotiator.isOn(ECHO, 'LOCAL')).toBe(false);

      expect(hears([DO, ECHO], [WILL, NAWS])).toEqual([]);

      expect(done).toEqual([`LOCAL ${ECHO} on`, `REMOTE ${NAWS} on`]);
      expect(negotiator.isOn(ECHO, 'LOCAL')).toBe(true);
      expect(negotiator.isOn(ECHO, 'REMOTE')).toBe(false);
      expect(negotiator.isOn(NAWS, 'REMOTE')).toBe(true);
    });

    it('leaves an option off when the peer refuses, without an answer', () => {
      const { negotiator, hears, done } = end();
      negotiator.ask(WILL, ECHO);
      negotiator.ask(DO, NAWS);
      expect(negotiator.isDeclined(ECHO)).toBe(false);

      expect(hears([DONT, ECHO], [WONT, NAWS])).toEqual([]);

      expect(done).toEqual([]);
      expect(negotiator.isOn(ECHO, 'LOCAL')).toBe(false);
      expect(negotiator.isOn(NAWS, 'REMOTE')).toBe(false);
      expect(negotiator.isDeclined(ECHO)).toBe(true);
    });

    it('requests an option once, before an answer and after an agreement', () => {
      const { negotiator, said, hears } = end();
      for (const repeat of [1, 2]) {
        for (const verb of [WILL, DO] as const) negotiator.ask(verb, SGA);
        expect(said)
          .withContext(`time ${repeat}`)
          .toEqual([`WILL ${SGA}`, `DO ${SGA}`]);
        hears([DO, SGA], [WILL, SGA]);
      }
    });

    it('keeps the two directions of an option independent', () => {
      const { negotiator, hears } = end();
      negotiator.ask(WILL, SGA);
      negotiator.ask(DO, SGA);

      hears([DO, SGA], [WONT, SGA]);

      expect(negotiator.isOn(SGA, 'LOCAL')).toBe(true);
      expect(negotiator.isOn(SGA, 'REMOTE')).toBe(false);
    });

    it("doesn't request what the peer has already offered", () => {
      const { negotiator, said, hears } = end();
      hears([DO, ECHO]);
      negotiator.ask(WILL, ECHO);

      expect(said).toEqual([`WILL ${ECHO}`]);
    });
  });

  describe('as responder', () => {
    it('agrees before it turns an option on, so that the peer is ready', () => {
      const order: string[] = [];
      const negotiator = new Negotiator(
        {
          send: (verb, option) => order.push(`${NAMES[verb]} ${option}`),
          changed: (option, where, on) => order.push(`${where} ${option} ${on ? 'on' : 'off'}`),
          answered: () => {},
          abused: () => {},
        },
        AGREEABLE,
      );
      negotiator.negotiate(DO, ECHO);
      negotiator.negotiate(WILL, NAWS);

      expect(order).toEqual([`WILL ${ECHO}`, `LOCAL ${ECHO} on`, `DO ${NAWS}`, `REMOTE ${NAWS} on`]);
    });

    it('turns on what a client offers first (bare telnetlib never does)', () => {
      const { negotiator, hears, done } = end();

      expect(hears([WILL, NAWS], [WILL, NAWS])).toEqual([`DO ${NAWS}`]);

      expect(negotiator.isOn(NAWS, 'REMOTE')).toBe(true);
      expect(done).toEqual([`REMOTE ${NAWS} on`]);
    });

    it('turns an option off on request, and confirms it', () => {
      const { negotiator, hears, done } = end();
      hears([DO, ECHO], [WILL, NAWS]);

      expect(hears([DONT, ECHO], [WONT, NAWS])).toEqual([`WONT ${ECHO}`, `DONT ${NAWS}`]);

      expect(done.slice(2)).toEqual([`LOCAL ${ECHO} off`, `REMOTE ${NAWS} off`]);
      expect(negotiator.isOn(ECHO, 'LOCAL')).toBe(false);
    });

    it('agrees to an option refused at first, when the client changes its mind', () => {
      const { negotiator, hears, done } = end();
      negotiator.ask(DO, NAWS);
      hears([WONT, NAWS]);

      expect(hears([WILL, NAWS])).toEqual([`DO ${NAWS}`]);

      expect(done).toEqual([`REMOTE ${NAWS} on`]);
    });

    it("doesn't answer a request for the current state, which ends every negotiation", () => {
      const { hears } = end();
      expect(hears([WONT, NAWS], [DONT, ECHO], [WONT, NAMELESS], [DONT, NAMELESS])).toEqual([]);
      hears([WILL, NAWS], [DO, ECHO]);

      expect(hears([WILL, NAWS], [DO, ECHO])).toEqual([]);
    });

    it('agrees per direction', () => {
      const { hears } = end();

      expect(hears([DO, NAWS], [WILL, ECHO])).toEqual([`WONT ${NAWS}`, `DONT ${ECHO}`]);
    });

    for (const where of ['LOCAL', 'REMOTE'] as Where[]) {
      it(`declines every unknown option, and never turns it on (${where})`, () => {
        const [ask, no] = where === 'LOCAL' ? ([DO, 'WONT'] as const) : ([WILL, 'DONT'] as const);
        for (let option = 0; option < 256; option += 1) {
          if (AGREEABLE[where === 'LOCAL' ? 'local' : 'remote'].has(option) || option === TIMING_MARK)
            continue;
          const { negotiator, hears, done } = end();

          expect(hears([ask, option])).toEqual([`${no} ${option}`]);

          expect(negotiator.isOn(option, where)).toBe(false);
          expect(done).toEqual([]);
        }
      });
    }

    it('agrees to nothing if nothing is agreeable', () => {
      const { hears } = end({ local: new Set(), remote: new Set() });

      expect(hears([DO, ECHO], [WILL, ECHO])).toEqual([`WONT ${ECHO}`, `DONT ${ECHO}`]);
    });
  });

  describe('a timing mark (RFC 860)', () => {
    it('is answered every time', () => {
      const { negotiator, hears } = end();

      expect(hears(...new Array<[Verb, number]>(10).fill([DO, TIMING_MARK]))).toEqual(
        new Array(10).fill(`WILL ${TIMING_MARK}`),
      );

      expect(negotiator.isOn(TIMING_MARK, 'LOCAL')).toBe(false);
    });

    it("doesn't answer a WILL, a WONT or a DONT", () => {
      const { hears } = end();

      expect(hears([WILL, TIMING_MARK], [WONT, TIMING_MARK], [DONT, TIMING_MARK])).toEqual([]);
    });

    it('can be requested any number of times, and either answer is a sign of life', () => {
      const { negotiator, hears, said, done } = end();
      negotiator.askTimingMark();
      hears([WILL, TIMING_MARK]);
      negotiator.askTimingMark();
      hears([WONT, TIMING_MARK]);
      negotiator.askTimingMark();

      expect(said).toEqual(new Array(3).fill(`DO ${TIMING_MARK}`));
      expect(done).toEqual(['answered', 'answered']);
    });

    it('counts only an answer as a sign of life', () => {
      const { hears, done } = end();
      hears([DO, TIMING_MARK], [DONT, TIMING_MARK]);

      expect(done).toEqual([]);
    });

    it('costs the same as any answer', () => {
      const { hears, done } = end();
      const flood = new Array<[Verb, number]>(4 * REPLY_BUDGET).fill([DO, TIMING_MARK]);

      expect(hears(...flood).length).toBe(REPLY_BUDGET);
      expect(done).toEqual(['abused']);
    });
  });

  describe('bounds', () => {
    it('answers twice per option and direction, and then ignores it', () => {
      const { negotiator, hears, done } = end();
      const flips: [Verb, number][] = [
        [DO, ECHO],
        [DONT, ECHO],
      ];
      expect(hears(...flips)).toEqual([`WILL ${ECHO}`, `WONT ${ECHO}`]);

      expect(hears(...flips, ...flips)).toEqual([]);

      expect(negotiator.isOn(ECHO, 'LOCAL')).toBe(false);
      expect(done).toEqual([`LOCAL ${ECHO} on`, `LOCAL ${ECHO} off`]);
      expect(hears([WILL, ECHO], [DO, SGA], [WILL, SGA])).toEqual([
        `DONT ${ECHO}`,
        `WILL ${SGA}`,
        `DO ${SGA}`,
      ]);
    });

    it("always obeys a refusal, even when it doesn't answer any more (RFC 1143)", () => {
      const { negotiator, hears, done } = end();
      negotiator.ask(WILL, ECHO);
      negotiator.ask(DO, NAWS);
      hears([DO, ECHO], [DONT, ECHO], [DO, ECHO], [WILL, NAWS], [WONT, NAWS], [WILL, NAWS]);
      expect(negotiator.isOn(ECHO, 'LOCAL')).toBe(true);

      expect(hears([DONT, ECHO], [WONT, NAWS])).toEqual([]);

      expect(negotiator.isOn(ECHO, 'LOCAL')).toBe(false);
      expect(negotiator.isOn(NAWS, 'REMOTE')).toBe(false);
      expect(done.slice(-2)).toEqual([`LOCAL ${ECHO} off`, `REMOTE ${NAWS} off`]);
      expect(hears([DO, ECHO], [WILL, NAWS])).toEqual([]);
      expect(negotiator.isOn(ECHO, 'LOCAL')).toBe(false);
    });

    it('declines an unknown option twice, and then ignores it', () => {
      const { hears } = end();

      expect(hears(...new Array<[Verb, number]>(9).fill([DO, NAMELESS]))).toEqual(
        new Array(REPLIES_PER_OPTION).fill(`WONT ${NAMELESS}`),
      );
    });

    it('still accepts the answer to its own request', () => {
      const { negotiator, hears } = end();
      hears([DO, ECHO], [DONT, ECHO]);
      negotiator.ask(WILL, ECHO);

      expect(hears([DO, ECHO])).toEqual([]);

      expect(negotiator.isOn(ECHO, 'LOCAL')).toBe(true);
    });

    it('gives up on a peer that never stops: each unanswered request costs an answer', () => {
      const { hears, done } = end();
      const flood = (count: number) => hears(...new Array<[Verb, number]>(count).fill([DO, NAMELESS]));
      flood(REPLY_BUDGET);
      expect(done).toEqual([]);

      flood(1);
      expect(done).toEqual(['abused']);

      flood(10 * REPLY_BUDGET);
      expect(done).toEqual(['abused']);
    });

    it('sends nothing to a peer that it gave up on', () => {
      const { negotiator, hears } = end();
      while (negotiator.charge());

      expect(hears([DO, ECHO], [WILL, NAWS], [DO, NAMELESS], [DO, TIMING_MARK])).toEqual([]);
    });

    it('takes all answers from one budget', () => {
      const { negotiator, hears, done } = end();
      for (let count = 0; count < REPLY_BUDGET - 2; count += 1) expect(negotiator.charge()).toBe(true);
      expect(hears([WILL, STATUS], [WILL, NAWS])).toEqual([`DONT ${STATUS}`, `DO ${NAWS}`]);
      expect(done).not.toContain('abused');

      expect(negotiator.charge()).toBe(false);

      expect(done.filter((word) => word === 'abused').length).toBe(1);
      expect(hears([DO, STATUS])).toEqual([]);
    });

    it('takes none of its own requests and their answers from the budget', () => {
      const { negotiator, hears, done } = end();
      for (let count = 0; count < 2 * REPLY_BUDGET; count += 1) {
        negotiator.askTimingMark();
        hears([WILL, TIMING_MARK]);
      }
      negotiator.ask(WILL, ECHO);
      hears([DO, ECHO]);

      expect(done).not.toContain('abused');
    });
  });

  describe('with any input', () => {
    it('answers each option at most twice per direction, and at most once per command', () => {
      holds(
        fc.property(agreements, letters, letters, (agreeable, before, after) => {
          const { negotiator, hears } = end(agreeable);
          const answers: string[] = [];
          const feed = (some: [Verb, number][]) => {
            for (const letter of some) {
              const answer = hears(letter);
              if (answer.length > 1) throw new Error(`${letter} got ${answer}`);
              answers.push(...answer);
            }
          };
          feed(before);
          negotiator.ask(WILL, ECHO);
          negotiator.ask(DO, NAWS);
          feed(after);
          const counts = new Map<string, number>();
          for (const answer of answers) {
            const [verb, option] = answer.split(' ');
            const direction = `${verb === 'WILL' || verb === 'WONT' ? 'our' : 'their'} ${option}`;
            counts.set(direction, (counts.get(direction) ?? 0) + 1);
          }
          for (const [what, count] of counts) {
            if (count > REPLIES_PER_OPTION) throw new Error(`${count} answers about ${what}: ${answers}`);
          }
        }),
        { numRuns: 2000 },
      );
    });

    it('answers only with a change: yes to what was off, no to what was on or requested', () => {
      holds(
        fc.property(agreements, letters, (agreeable, heard) => {
          const { negotiator, hears } = end(agreeable);
          for (const [verb, option] of heard) {
            const where = verb === DO || verb === DONT ? 'LOCAL' : 'REMOTE';
            const wanted = verb === DO || verb === WILL;
            const before = negotiator.isOn(option, where);
            const answer = hears([verb, option]);
            const after = negotiator.isOn(option, where);
            if (answer.length > 0 && before === wanted) throw new Error(`${answer} to what is so`);
            if (!before && after && answer.length !== 1) throw new Error('began without a word');
            if (!wanted && after) throw new Error('goes on against a no');
            const yes = /^(WILL|DO) /.test(answer[0] ?? 'no');
            if (answer.length > 0 && yes !== after) throw new Error(`${answer}, but on is ${after}`);
          }
        }),
        { numRuns: 2000 },
      );
    });

    it("never turns on what isn't agreeable", () => {
      holds(
        fc.property(agreements, letters, (agreeable, heard) => {
          const { negotiator, hears } = end(agreeable);
          for (const [verb, option] of heard) {
            hears([verb, option]);
            for (const [where, allowed] of [
              ['LOCAL', agreeable.local],
              ['REMOTE', agreeable.remote],
            ] as const) {
              if (negotiator.isOn(option, where) && !allowed.has(option)) {
                throw new Error(`${where} ${option} is on`);
              }
            }
          }
        }),
        { numRuns: 2000 },
      );
    });

    it('comes to rest with another negotiator, whatever either of them requests', () => {
      const questions = fc.array(
        fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(WILL, DO), options, fc.boolean()),
        { maxLength: 10 },
      );
      holds(
        fc.property(agreements, agreements, questions, letters, (one, other, asked, strays) => {
          const { quiet, abused, letters } = correspond([one, other], (ends) => {
            for (const [by, verb, option, marks] of asked) {
              const allowed = [one, other][by]?.[verb === WILL ? 'local' : 'remote'];
              if (allowed?.has(option)) ends[by as 0 | 1].ask(verb, option);
              if (marks) ends[by as 0 | 1].askTimingMark();
            }
            for (const [index, [verb, option]] of strays.entries()) {
              ends[(index % 2) as 0 | 1].negotiate(verb, option);
            }
          });
          if (!quiet || abused) throw new Error(`${letters} letters${abused ? ', and one gave up' : ''}`);
        }),
        { numRuns: 1000 },
      );
    });

    it('agrees with another negotiator on what both accept, when each requests it', () => {
      holds(
        fc.property(agreements, agreements, (one, other) => {
          const { ends, quiet } = correspond([one, other], ([board, client]) => {
            for (const code of one.local) board.ask(WILL, code);
            for (const code of one.remote) board.ask(DO, code);
            for (const code of other.local) client.ask(WILL, code);
            for (const code of other.remote) client.ask(DO, code);
          });
          if (!quiet) throw new Error('they never stop');
          for (const code of [ECHO, SGA, NAWS, STATUS, NEW_ENVIRON]) {
            const liked = one.local.has(code) && other.remote.has(code);
            if (ends[0].isOn(code, 'LOCAL') !== liked) throw new Error(`the one's ${code}`);
            if (ends[1].isOn(code, 'REMOTE') !== liked) throw new Error(`the other's view of ${code}`);
          }
        }),
        { numRuns: 1000 },
      );
    });
  });

  describe('an announcement', () => {
    /** A negotiator whose offer of ECHO was accepted. */
    const echoing = () => {
      const it = end();
      it.negotiator.ask(WILL, ECHO);
      it.hears([DO, ECHO]);
      it.said.length = it.done.length = 0;
      return it;
    };
    const isOn = ({ negotiator }: ReturnType<typeof end>) => negotiator.isOn(ECHO, 'LOCAL');

    it("of a WONT takes effect at once, and its answer isn't answered", () => {
      const it = echoing();
      it.negotiator.announce(WONT, ECHO);

      expect(it.said).toEqual([`WONT ${ECHO}`]);
      expect(it.done).toEqual([`LOCAL ${ECHO} off`]);
      expect(it.hears([DONT, ECHO])).toEqual([]);
      expect(isOn(it)).toBe(false);
      expect(it.negotiator.isOffered(ECHO)).toBe(false);
    });

    it('of a WILL takes effect when the peer agrees', () => {
      const it = echoing();
      it.negotiator.announce(WONT, ECHO);
      it.negotiator.announce(WILL, ECHO);
      expect(it.negotiator.isOffered(ECHO)).toBe(true);
      it.hears([DONT, ECHO]);
      expect(isOn(it)).toBe(false);

      expect(it.hears([DO, ECHO])).toEqual([]);

      expect(isOn(it)).toBe(true);
      expect(it.said).toEqual([`WONT ${ECHO}`, `WILL ${ECHO}`]);
    });

    for (const [what, answersWonts] of [
      ['answers each', true],
      ['never answers a WONT', false],
    ] as const)
      it(`can be made ten thousand times to a client that ${what}, and costs no budget`, () => {
        const it = echoing();
        for (let round = 0; round < 10_000; round += 1) {
          it.negotiator.announce(WONT, ECHO);
          if (answersWonts) expect(it.hears([DONT, ECHO])).toEqual([]);
          expect(isOn(it)).toBe(false);
          it.negotiator.announce(WILL, ECHO);
          expect(it.hears([DO, ECHO])).toEqual([]);
          expect(isOn(it)).toBe(true);
        }
        expect(it.done).not.toContain('abused');
        expect(it.said.length).toBe(20_000);
      });

    it('is decided by the last of several late answers', () => {
      const it = end();
      it.negotiator.ask(WILL, ECHO);
      it.negotiator.announce(WONT, ECHO);
      it.negotiator.announce(WILL, ECHO);
      it.negotiator.announce(WONT, ECHO);
      it.negotiator.announce(WILL, ECHO);

      const seen = ([DO, DONT, DO, DONT, DO] as const).map((verb) => {
        expect(it.hears([verb, ECHO])).toEqual([]);
        return isOn(it);
      });

      expect(seen).toEqual([false, false, false, false, true]);
    });

    it("isn't withdrawn when refused, and can be repeated", () => {
      const it = end();
      it.negotiator.ask(WILL, ECHO);
      it.hears([DONT, ECHO]);
      for (let round = 0; round < 3; round += 1) {
        it.negotiator.announce(WILL, ECHO);
        expect(it.hears([DONT, ECHO])).toEqual([]);
        expect(it.negotiator.isOffered(ECHO)).toBe(false);
        expect(isOn(it)).toBe(false);
      }
    });

    it('allows two answers to later changes of mind', () => {
      const it = echoing();
      it.negotiator.announce(WONT, ECHO);
      const answers: string[] = [];
      for (let round = 0; round < 5; round += 1) {
        it.negotiator.announce(WILL, ECHO);
        it.hears([DONT, ECHO], [DO, ECHO]);
        answers.push(...it.hears([DONT, ECHO]));
        expect(isOn(it)).withContext(`${round}`).toBe(false);
        it.negotiator.announce(WILL, ECHO);
        it.hears([DO, ECHO]);
        it.negotiator.announce(WONT, ECHO);
      }
      expect(answers).toEqual([`WONT ${ECHO}`, `WONT ${ECHO}`]);
    });

    it('ends with a client that repeats any command', () => {
      for (const verb of [DO, DONT] as const) {
        const it = echoing();
        it.negotiator.announce(WONT, ECHO);
        const flood = new Array(2 * REPLY_BUDGET).fill([verb, ECHO]) as [Verb, number][];

        expect(it.hears(...flood)).toEqual([]);

        expect(it.done.filter((what) => what === 'abused')).toEqual(['abused']);
      }
    });

    it("doesn't affect the other direction or other options", () => {
      const it = echoing();
      it.negotiator.announce(WONT, ECHO);

      expect(it.hears([WILL, ECHO], [WILL, NAWS], [DO, SGA])).toEqual([
        `DONT ${ECHO}`,
        `DO ${NAWS}`,
        `WILL ${SGA}`,
      ]);
    });
  });
});
