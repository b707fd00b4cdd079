import {
  concat,
  config,
  finalize,
  ignoreElements,
  interval,
  map,
  merge,
  NEVER,
  of,
  take,
  throwError,
  timer,
  UnsubscriptionError,
} from 'rxjs';
import type { App, Authenticator, Bus, Services } from '../../../streams/types/app.js';
import type { Output } from '../../../streams/types/connection.js';
import type { EndReason } from '../../../streams/types/session.js';

/** A fault of a caller's app, authenticator or bus. */
export type Fault =
  | 'authenticator throws'
  | 'authenticator fails later'
  | 'authenticator never answers'
  | 'authenticator names nobody'
  | 'app throws'
  | 'app fails later'
  | 'app fails at a line'
  | 'app writes nonsense'
  | 'app never writes'
  | 'app never ends'
  | 'app writes much'
  | 'app ends at once'
  | 'app fails when it is left'
  | 'bus throws'
  | 'bus fails';

export const FAULTS: readonly Fault[] = [
  'authenticator throws',
  'authenticator fails later',
  'authenticator never answers',
  'authenticator names nobody',
  'app throws',
  'app fails later',
  'app fails at a line',
  'app writes nonsense',
  'app never writes',
  'app never ends',
  'app writes much',
  'app ends at once',
  'app fails when it is left',
  'bus throws',
  'bus fails',
];

/**
 * Returns the reason with which this fault must end a session that is logged in; undefined if there is no
 * single one.
 */
export function endingOf(fault: Fault | undefined): EndReason | undefined {
  if (fault === 'app throws' || fault === 'app writes nonsense') return 'app-error';
  return fault === 'app ends at once' ? 'app-done' : undefined;
}

class PlantedFault extends Error {
  override readonly name = 'PlantedFault';
}
const broken = () => new PlantedFault('a planted fault');
const breaks = (): never => {
  throw broken();
};

/**
 * Hides planted errors that RxJS would report as uncaught, as when an app is unsubscribed. Other errors are
 * reported as before.
 */
export function ignorePlanted(): void {
  const tell = config.onUnhandledError;
  if (tell === ignoring.last) return;
  ignoring.last = (error) => {
    const errors: unknown[] = error instanceof UnsubscriptionError ? error.errors : [error];
    if (errors.every((each) => each instanceof PlantedFault)) return;
    if (!tell) throw error;
    tell(error);
  };
  config.onUnhandledError = ignoring.last;
}
const ignoring: { last?: NonNullable<typeof config.onUnhandledError> } = {};

/** An authenticator that fails for callers with such a fault. Callers are identified by address. */
export const faultyAuthenticator =
  (authenticate: Authenticator, faultOf: (address: string) => Fault | undefined): Authenticator =>
  (session, services) => {
    switch (faultOf(session.address)) {
      case 'authenticator throws':
        return breaks();
      case 'authenticator fails later':
        return timer(3000, services.scheduler).pipe(map(breaks));
      case 'authenticator never answers':
        return NEVER;
      case 'authenticator names nobody':
        return session.line$.pipe(ignoreElements());
      default:
        return authenticate(session, services);
    }
  };

/** An app that fails for callers with such a fault. */
export const faultyApp =
  (app: App, faultOf: (address: string) => Fault | undefined): App =>
  (session, services) => {
    switch (faultOf(session.address)) {
      case 'app throws':
        return breaks();
      case 'app fails later':
        return concat(timer(20_000, services.scheduler).pipe(ignoreElements()), throwError(broken));
      case 'app fails at a line':
        return session.line$.pipe(map((line) => (line.length > 3 ? breaks() : 'more\n')));
      case 'app writes nonsense':
        return of('hello\n', 42 as unknown as Output);
      case 'app never writes':
        return NEVER;
      case 'app never ends':
        return merge(app(session, services), interval(60_000, services.scheduler).pipe(ignoreElements()));
      case 'app writes much':
        return merge(
          app(session, services),
          interval(50, services.scheduler).pipe(
            take(200),
            map(() => `${'much '.repeat(400)}\n`),
          ),
        );
      case 'app ends at once':
        return of('bye\n');
      case 'app fails when it is left':
        return merge(app(session, services), NEVER).pipe(finalize(breaks));
      case 'bus throws':
        return app(session, { ...services, bus: faultyBus(services.bus, breaks) });
      case 'bus fails':
        return app(session, { ...services, bus: failingBus(services) });
      default:
        return app(session, services);
    }
  };

const faultyBus = (bus: Bus, publish: Bus['publish']): Bus => ({ ...bus, publish });

/** A bus whose channels fail after half a minute. */
const failingBus = ({ bus, scheduler }: Services): Bus => ({
  ...bus,
  channel$: () => timer(30_000, scheduler).pipe(map(breaks)),
});
