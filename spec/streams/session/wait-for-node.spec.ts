import { marbles } from 'rxjs-marbles/jasmine/index.js';
import type { Terminable } from '../../../streams/session/terminable.js';
import { waitForNode } from '../../../streams/session/wait-for-node.js';
import type { EndReason } from '../../../streams/types/session.js';
import { SessionEnd } from '../../../streams/types/session-end.js';

/** A session, as far as its end goes. */
function fakeCall(): Terminable & { end(reason: EndReason): void } {
  let ending: SessionEnd | undefined;
  return {
    chain: undefined,
    get ending() {
      return ending;
    },
    settle(first) {
      ending ??= first;
      return ending;
    },
    end(reason) {
      this.chain?.error(new SessionEnd(reason));
    },
  };
}

const places = { 1: 1, 2: 2, 3: 3 };
const nobody = () => {};

describe('waitForNode', () => {
  it(
    'completes when the caller has a node, and unsubscribes the input',
    marbles((m) => {
      const input$ = m.hot('                                     --x-----');
      const place$ = m.cold('                                    2-1-|', places);
      m.expect(waitForNode(input$, place$, fakeCall(), nobody)).toBeObservable('----|');
      m.expect(input$).toHaveSubscriptions('                     ^---!');
      m.expect(place$).toHaveSubscriptions('                     ^---!');
    }),
  );

  it(
    'waits while there is no node',
    marbles((m) => {
      const input$ = m.hot('                                              -----');
      const place$ = m.cold('                                             2----', places);
      m.expect(waitForNode(input$, place$, fakeCall(), nobody), '        ----!').toBeObservable('-----');
      m.expect(input$).toHaveSubscriptions('                              ^---!');
      m.expect(place$).toHaveSubscriptions('                              ^---!');
    }),
  );

  it(
    'completes at once if a node has become free',
    marbles((m) => {
      const input$ = m.hot('                                     -----');
      const place$ = m.cold('                                    |');
      m.expect(waitForNode(input$, place$, fakeCall(), nobody)).toBeObservable('|');
      m.expect(input$).toHaveSubscriptions('                     (^!)');
    }),
  );

  it(
    'tells the position at first and at each change',
    marbles((m) => {
      const told: string[] = [];
      const tell = (place: number) => told.push(`${m.scheduler.now()}: ${place}`);
      const place$ = m.cold('3-2--1-|', places);
      waitForNode(m.hot('-'), place$, fakeCall(), tell).subscribe();
      m.flush();
      expect(told).toEqual(['0: 3', '2: 2', '5: 1']);
      m.expect(place$).toHaveSubscriptions('^------!');
    }),
  );

  it(
    'notices a hang-up at once',
    marbles((m) => {
      const hangup = new SessionEnd('hangup');
      const call = fakeCall();
      const input$ = m.hot('                         --|');
      const place$ = m.cold('                        2----1-|', places);
      m.expect(waitForNode(input$, place$, call, nobody)).toBeObservable('--#', undefined, hangup);
      m.expect(input$).toHaveSubscriptions('         ^-!');
      m.expect(place$).toHaveSubscriptions('         ^-!');
      m.flush();
      expect(call.ending?.reason).toBe('hangup');
    }),
  );

  it(
    'passes on an error of the transport',
    marbles((m) => {
      const lost = new SessionEnd('lost');
      const input$ = m.hot('                         --#', undefined, lost);
      const place$ = m.cold('                        2----1-|', places);
      m.expect(waitForNode(input$, place$, fakeCall(), nobody)).toBeObservable('--#', undefined, lost);
      m.expect(place$).toHaveSubscriptions('         ^-!');
    }),
  );

  it(
    'can be ended from outside',
    marbles((m) => {
      const call = fakeCall();
      const input$ = m.hot('                         -----');
      const place$ = m.cold('                        2----1-|', places);
      m.scheduler.schedule(() => call.end('shutdown'), 3);
      m.expect(waitForNode(input$, place$, call, nobody)).toBeObservable(
        '                                            ---#',
        undefined,
        new SessionEnd('shutdown'),
      );
      m.expect(input$).toHaveSubscriptions('         ^--!');
      m.expect(place$).toHaveSubscriptions('         ^--!');
    }),
  );

  it(
    'can be ended while the caller is told the position',
    marbles((m) => {
      const call = fakeCall();
      const place$ = m.cold('                        2-1--|', places);
      const tell = (place: number) => {
        if (place === 1) call.end('slow');
      };
      m.expect(waitForNode(m.hot('-'), place$, call, tell)).toBeObservable(
        '                                            --#',
        undefined,
        new SessionEnd('slow'),
      );
      m.expect(place$).toHaveSubscriptions('         ^-!');
    }),
  );

  it(
    'drops input',
    marbles((m) => {
      const input$ = m.hot('                                     -x-x-x-');
      const place$ = m.cold('                                    1---|', places);
      m.expect(waitForNode(input$, place$, fakeCall(), nobody)).toBeObservable('----|');
    }),
  );

  it(
    "can't be ended through the session once it is over",
    marbles((m) => {
      const call = fakeCall();
      waitForNode(m.hot('-'), m.cold('1-|', places), call, nobody).subscribe();
      expect(call.chain).toBeDefined();
      m.flush();
      expect(call.chain).toBeUndefined();
    }),
  );
});
