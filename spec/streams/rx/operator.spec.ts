import {
  config,
  finalize,
  NEVER,
  Observable,
  type OperatorFunction,
  Subject,
  type Subscriber,
  Subscription,
  tap,
  VirtualTimeScheduler,
} from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { catchTeardownError } from '../../../streams/rx/catch-teardown-error.js';
import { type Destination, OperatorSubscriber, operator } from '../../../streams/rx/operator.js';
import { timerWheel } from '../../../streams/rx/timer-wheel.js';
import { inputRate } from '../../../streams/session/input-rate.js';
import { keepAlive } from '../../../streams/session/keep-alive.js';
import { sessionTimeouts } from '../../../streams/session/session-timeouts.js';
import { talk } from '../../../streams/session/talk.js';
import { type Terminable, terminable } from '../../../streams/session/terminable.js';
import { lineDiscipline } from '../../../streams/terminal/line-discipline.js';
import { Failing } from '../../support/failing.js';
import { passesOn } from '../../support/passes-on.js';

/** Hands on only what begins with an x. */
class Only extends OperatorSubscriber<string> {
  protected override onNext(value: string): void {
    if (value.startsWith('x')) super.onNext(value);
  }
}
const only = operator((destination: Destination<string>) => new Only(destination));
const asItIs = <T>(): OperatorFunction<T, T> =>
  operator((destination: Destination<T>) => new OperatorSubscriber<T>(destination));

describe('OperatorSubscriber', () => {
  passesOn(asItIs);

  it(
    'runs subclasses in a chain, and unsubscribes the source at the end',
    marbles((m) => {
      const values = { x: 'x', y: 'y', z: 'xyz' };
      const source = m.cold('-x-y-z-|', values);
      m.expect(source.pipe(asItIs(), only, asItIs())).toBeObservable('-x---z-|', values);
      m.expect(source).toHaveSubscriptions('^------!');
    }),
  );

  it(
    'unsubscribes the source when unsubscribed, through any number of our and other operators',
    marbles((m) => {
      const source = m.cold('-a-b-');
      const left: string[] = [];
      const between = finalize<string>(() => left.push('left'));
      m.expect(source.pipe(asItIs(), between, asItIs(), asItIs()), '--!').toBeObservable('-a-');
      m.expect(source).toHaveSubscriptions('^-!');
      m.flush();
      expect(left).toEqual(['left']);
    }),
  );

  it('passes the end on before it unsubscribes the source', () => {
    for (const end of ['complete', 'error'] as const) {
      const diary: string[] = [];
      const source = new Subject<string>();
      const told = () => void diary.push('told');
      source
        .pipe(
          finalize(() => diary.push('left')),
          asItIs(),
        )
        .subscribe({ complete: told, error: told });
      source[end](undefined as never);
      expect(diary).toEqual(['told', 'left']);
    }
  });

  it('passes nothing on once it is over', () => {
    const heard: string[] = [];
    let emit: Subscriber<string> | undefined;
    const source = new Observable<string>((subscriber) => {
      emit = subscriber;
    });
    source.pipe(asItIs()).subscribe({ next: (value) => heard.push(value), complete: () => heard.push('|') });
    emit?.next('a');
    emit?.complete();
    emit?.next('b');
    emit?.complete();
    expect(heard).toEqual(['a', '|']);
  });

  it('of a session pass nothing on either, if the source emits after its end', () => {
    const scheduler = new VirtualTimeScheduler();
    const call = { openedAt: 0, lastInputAt: 0, held: false, taken: 0 } as const;
    const limits = { idleTimeoutMs: 9, idleWarningMs: null, sessionLimitMs: null };
    const terminal = {
      echoes: () => false,
      beginRead() {},
      endRead() {},
      wholeCharacters: () => 3,
      decode: String,
      entered() {},
    } as never;
    const keys = {
      wantsKeys: false,
      wantsBytes: false,
      press() {},
      pushBytes() {},
      interrupt() {},
      typing: undefined,
    };
    const bytes = new TextEncoder().encode('a\r\n');
    for (const stage of [
      inputRate(10, { pause() {}, resume() {} }, scheduler),
      sessionTimeouts<Uint8Array>({ ...call }, limits, timerWheel(1, scheduler), scheduler, { warn() {} }),
      lineDiscipline(terminal, keys),
    ] as OperatorFunction<Uint8Array, unknown>[]) {
      const heard: unknown[] = [];
      const source = new Observable<Uint8Array>((subscriber) => {
        subscriber.complete();
        subscriber.next(bytes);
      });
      source.pipe(stage).subscribe({ next: (value) => heard.push(value), complete: () => heard.push('|') });
      expect(heard).toEqual(['|']);
    }
  });

  describe('when something throws', () => {
    const sayX = (text: string) => {
      if (text === 'x') throw new Error('in an operator');
    };
    class Picky extends OperatorSubscriber<string> {
      protected override onNext(value: string): void {
        sayX(value);
        super.onNext(value);
      }
    }
    const picky = operator((destination: Destination<string>) => new Picky(destination));

    it(
      'errors, and unsubscribes the source, like an RxJS operator',
      marbles((m) => {
        const error = new Error('in an operator');
        for (const operator of [picky, tap(sayX)]) {
          const source = m.cold('-a-x-b-');
          m.expect(source.pipe(operator, asItIs())).toBeObservable('-a-#', undefined, error);
          m.expect(source).toHaveSubscriptions('^--!');
        }
      }),
    );

    it('does not throw at the source, even if the error is downstream', () => {
      const source = new Subject<string>();
      const subscriber = new Failing();
      source.pipe(asItIs(), asItIs()).subscribe(subscriber);
      expect(() => source.next('a')).not.toThrow();
      expect(subscriber.heard).toEqual(['# in a subscriber']);
      expect(source.observed).toBe(false);
    });

    it('errors in each operator of a session', () => {
      const scheduler = new VirtualTimeScheduler();
      const limits = { idleTimeoutMs: 9, idleWarningMs: null, sessionLimitMs: null };
      const connection = { bytesIn: 0, bytesOut: 0, backlog: 0, answers: false, probe() {} };
      const call = { openedAt: 0, lastInputAt: 0, held: false, taken: 0 } as const;
      const ended: Terminable = { settle: (ending) => ending, ending: undefined, chain: undefined };
      const fails = () => {
        throw new Error('in an operator');
      };
      const stages: Record<string, OperatorFunction<never, unknown>> = {
        inputRate: inputRate(10, { pause() {}, resume() {} }, scheduler),
        keepAlive: keepAlive(
          { connection, paused: false, keepAlive: undefined },
          9,
          timerWheel(1, scheduler),
          scheduler,
        ),
        sessionTimeouts: sessionTimeouts({ ...call }, limits, timerWheel(1, scheduler), scheduler, {
          warn() {},
        }),
        terminable: terminable(ended),
        contain: catchTeardownError(),
        lineDiscipline: lineDiscipline({ echoes: fails, beginRead() {}, endRead() {} } as never, {} as never),
        talk: talk({ push: fails, end() {} }, NEVER, { write() {} }),
      };
      for (const [name, stage] of Object.entries(stages)) {
        const source = new Subject<never>();
        const subscriber = new Failing();
        source.pipe(stage).subscribe(subscriber);
        expect(() => source.next(new Uint8Array(9) as never))
          .withContext(name)
          .not.toThrow();
        expect(subscriber.heard.length).withContext(name).toBe(1);
      }
    });

    it('is reported if the operator has ended already', () => {
      jasmine.clock().install();
      const before = config.onUnhandledError;
      const reported: unknown[] = [];
      config.onUnhandledError = (error) => reported.push(error);
      const source = new Subject<string>();
      const subscriber = new Failing();
      subscriber.next = () => {
        subscriber.mended = true;
        source.complete();
        throw new Error('too late');
      };
      source.pipe(asItIs()).subscribe(subscriber);
      expect(() => source.next('a')).not.toThrow();
      jasmine.clock().tick(1);
      jasmine.clock().uninstall();
      config.onUnhandledError = before;
      expect(subscriber.heard).toEqual(['|']);
      expect(reported.map(String)).toEqual(['Error: too late']);
    });
  });

  it('never subscribes for a closed subscriber', () => {
    let subscribed = 0;
    const source = new Observable(() => {
      subscribed += 1;
    });
    const left = NEVER.subscribe();
    left.unsubscribe();
    source.pipe(asItIs()).subscribe(left as Subscriber<unknown>);
    expect(subscribed).toBe(0);
  });

  it('keeps the source without an array, and what takes its place once it has ended', () => {
    const subscriber = new OperatorSubscriber(NEVER.subscribe() as Subscriber<unknown>);
    const [first, second, third] = [new Subscription(), new Subscription(), new Subscription()];
    subscriber.add(first);
    first.unsubscribe();
    subscriber.add(second);
    subscriber.add(third);
    subscriber.unsubscribe();
    expect([second.closed, third.closed]).toEqual([true, true]);
    const late = new Subscription();
    subscriber.add(late);
    expect(late.closed).toBeTrue();
  });

  it('keeps other finalizers, like any subscriber', () => {
    const diary: string[] = [];
    const stage = new OperatorSubscriber(NEVER.subscribe() as Subscriber<unknown>);
    const noting = (name: string) => NEVER.pipe(finalize(() => diary.push(name))).subscribe();
    stage.add(noting('source'));
    stage.add(noting('more'));
    stage.add(() => diary.push('function'));
    stage.unsubscribe();
    expect(diary.sort()).toEqual(['function', 'more', 'source']);
  });
});
