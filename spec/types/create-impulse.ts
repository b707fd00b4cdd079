// Compiled by `npm run types`, never run: each line is a claim about the types that users of the package see.
import {
  type ConnectionAttempt,
  createImpulse,
  createSessionManager,
  type DEFAULT_LIMITS,
  type Impulse,
  type ImpulseOptions,
  type LimitOptions,
  type Limits,
  type ListeningAddress,
  lobby,
  type SessionId,
  type SessionInfo,
  type SessionManager,
  type SessionManagerOptions,
  type ShutdownReport,
  type TimedEvent,
} from 'impulse-bbs';
import type { Observable } from 'rxjs';
import { expectType, type Same } from '../support/same.js';

expectType<Same<Parameters<typeof createImpulse>, [ImpulseOptions]>>();
expectType<Same<ReturnType<typeof createImpulse>, Impulse>>();
expectType<Same<Parameters<typeof createSessionManager>, [SessionManagerOptions]>>();
expectType<Same<ReturnType<typeof createSessionManager>, SessionManager>>();
expectType<Same<typeof DEFAULT_LIMITS, Limits>>();

expectType<Same<ReturnType<Impulse['start']>, Promise<ListeningAddress>>>();
expectType<Same<ReturnType<Impulse['shutdown']>, Promise<ShutdownReport>>>();
expectType<
  Same<Parameters<Impulse['shutdown']>, [reason?: string | undefined, how?: { force?: boolean } | undefined]>
>();
expectType<Same<Impulse['event$'], Observable<TimedEvent>>>();
expectType<Same<Impulse['sessions'], ReadonlyMap<SessionId, SessionInfo>>>();
expectType<Same<Parameters<Impulse['setLimits']>, [limits: LimitOptions]>>();
expectType<Same<ReturnType<Impulse['kick']>, boolean>>();
expectType<Same<ReturnType<Impulse['broadcast']>, number>>();
expectType<Same<Parameters<SessionManager['run']>[0], Observable<ConnectionAttempt>>>();

const app = lobby();
createImpulse({ app });
createImpulse({ app, idleTimeoutMs: null, maxSessions: 1, port: 0, name: 'A board' });
createImpulse({ app, host: undefined, fd: undefined, bus: undefined, maxSessions: undefined });
createImpulse({ app }).setLimits({ idleTimeoutMs: undefined });
// @ts-expect-error a board needs an app
createImpulse({});
// @ts-expect-error a duration is a number of milliseconds
createImpulse({ app, idleTimeoutMs: '10m' });
// @ts-expect-error what is off is null
createImpulse({ app, idleTimeoutMs: 'off' });
// @ts-expect-error a limit that there isn't
createImpulse({ app, maxCallers: 3 });
// @ts-expect-error there is no board without sessions
createImpulse({ app, maxSessions: null });
// @ts-expect-error a manager has no listener
createSessionManager({ app, port: 2323 });
// @ts-expect-error who is on line is the board's to say
createImpulse({ app }).sessions.clear();
