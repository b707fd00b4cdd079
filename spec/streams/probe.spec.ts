import { EMPTY, NEVER, type Observable, of } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { probe } from '../../streams/probe.js';
import { SessionEnd } from '../../streams/session-end.js';
import { sweep } from '../../streams/sweep.js';

const LOST = new SessionEnd('lost');

/** A line, whose figures a spec moves. */
function line({ answers = true }: { answers?: boolean } = {}) {
  const asked: number[] = [];
  const connection = {
    bytesIn: 0,
    bytesOut: 0,
    backlog: 0,
    now: () => 0,
    probe() {
      if (answers) asked.push(connection.now());
      return answers;
    },
  };
  return { connection, paused: false, asked };
}

describe('probe', () => {
  /** Runs a call for 40 frames of 1 ms, with a timeout of 8 and a tick of 1. */
  const scene = (
    play: (run: {
      call: ReturnType<typeof line>;
      at(frame: number, act: () => void): void;
      expect(source: Observable<string>, marble: string, error?: unknown, unsubscription?: string): void;
    }) => void,
    options: { answers?: boolean; timeoutMs?: number | null } = {},
  ) =>
    marbles((m) => {
      const call = line(options);
      call.connection.now = () => m.scheduler.now();
      const timeoutMs = options.timeoutMs === undefined ? 8 : options.timeoutMs;
      const rule = probe<string>(call, timeoutMs, sweep(1, m.scheduler), m.scheduler);
      play({
        call,
        at: (frame, act) => void m.scheduler.schedule(act, frame),
        expect: (source, marble, error, unsubscription) =>
          m.expect(source.pipe(rule), unsubscription).toBeObservable(marble, undefined, error),
      });
      m.flush();
    });

  it(
    'passes everything on, and completes with its source',
    marbles((m) => {
      const source = m.cold('-a-b-|');
      m.expect(source.pipe(probe(line(), 8, sweep(1, m.scheduler), m.scheduler))).toBeObservable('-a-b-|');
      m.expect(source).toHaveSubscriptions('^----!');
    }),
  );

  it(
    'passes an error on, and an empty source',
    marbles((m) => {
      const rule = probe<string>(line(), 8, sweep(1, m.scheduler), m.scheduler);
      m.expect(m.cold('-a-#').pipe(rule)).toBeObservable('-a-#');
      m.expect(EMPTY.pipe(rule)).toBeObservable('|');
      m.expect(of('a').pipe(rule)).toBeObservable('(a|)');
    }),
  );

  it(
    'leaves its source, and the sweep, when it is unsubscribed',
    marbles((m) => {
      const source = m.cold('-a-b-----');
      m.expect(source.pipe(probe(line(), 8, sweep(1, m.scheduler), m.scheduler)), '^---!').toBeObservable(
        '-a-b-',
      );
      m.expect(source).toHaveSubscriptions('^---!');
    }),
  );

  it(
    'asks after half of the time, and gives the caller up after all of it',
    scene(({ call, expect: expectation, at }) => {
      expectation(NEVER, '--------#', LOST);
      at(9, () => expect(call.asked).toEqual([4]));
    }),
  );

  it(
    'stays with whoever answers, and asks again each time',
    scene(({ call, expect: expectation, at }) => {
      for (const frame of [5, 11, 17]) {
        at(frame - 0.5, () => {
          call.connection.bytesIn += 3;
        });
      }
      expectation(NEVER, '---------------------', undefined, '^-------------------!');
      at(20, () => expect(call.asked).toEqual([4, 9, 15]));
    }),
  );

  it(
    'never asks whoever is heard all the time, in telnet or otherwise',
    scene(({ call, expect: expectation, at }) => {
      for (let frame = 1; frame < 20; frame += 2) {
        at(frame, () => {
          call.connection.bytesIn += 1;
        });
      }
      expectation(NEVER, '---------------------', undefined, '^-------------------!');
      at(20, () => expect(call.asked).toEqual([]));
    }),
  );

  it(
    'takes what we write for no sign of life: the kernel takes it, whoever is there',
    scene(({ call, expect: expectation, at }) => {
      for (let frame = 1; frame < 20; frame += 1) {
        at(frame, () => {
          call.connection.bytesOut += 100;
        });
      }
      expectation(NEVER, '--------#', LOST);
    }),
  );

  it(
    "stays with a client that can't be asked",
    scene(
      ({ expect: expectation }) =>
        expectation(NEVER, '---------------------', undefined, '^-------------------!'),
      {
        answers: false,
      },
    ),
  );

  it(
    'gives up whoever leaves a backlog untouched, asked or not',
    scene(
      ({ call, expect: expectation }) => {
        call.connection.bytesOut = call.connection.backlog = 1000;
        expectation(NEVER, '--------#', LOST);
      },
      { answers: false },
    ),
  );

  it(
    'stays with whoever reads, however slowly',
    scene(
      ({ call, expect: expectation, at }) => {
        call.connection.bytesOut = call.connection.backlog = 1000;
        for (const frame of [5, 11, 17]) {
          at(frame, () => {
            call.connection.backlog -= 10;
          });
        }
        expectation(NEVER, '---------------------', undefined, '^-------------------!');
      },
      { answers: false },
    ),
  );

  it(
    'waits while we make the caller wait, and counts from then',
    scene(({ call, expect: expectation, at }) => {
      call.paused = true;
      at(10, () => {
        call.paused = false;
      });
      expectation(NEVER, '-----------------#', LOST);
    }),
  );

  it(
    'never gives up without a time',
    scene(
      ({ call, expect: expectation, at }) => {
        expectation(NEVER, '---------------------', undefined, '^-------------------!');
        at(20, () => expect(call.asked).toEqual([]));
      },
      { timeoutMs: null },
    ),
  );
});
