/**
 * A telnet board as a library: the server, its parts, and the types an app needs.
 *
 * @module impulse-bbs
 */

export { embeddedBus } from '../streams/events/bus.js';
export { beside } from '../streams/rx/beside.js';
export { plain } from '../streams/terminal/plain.js';
export type { Knock, Refused } from '../streams/types/admission.js';
export * from '../streams/types/admission.js';
export * from '../streams/types/app.js';
export * from '../streams/types/connection.js';
export * from '../streams/types/events.js';
export * from '../streams/types/limits.js';
export * from '../streams/types/session.js';
export { SessionEnd } from '../streams/types/session-end.js';
export { createImpulse, type Impulse, type ImpulseOptions } from './create-impulse.js';
export { lobby } from './lobby/lobby.js';
export { guest } from './login/guest.js';
export { passwords } from './login/passwords.js';
export { menu, quit } from './menu.js';
export { OptionsError, type OptionsErrorCode, type OptionsErrorDetails } from './options-error.js';
export {
  createSessionManager,
  DEFAULT_LIMITS,
  type LimitOptions,
  type SessionManager,
  type SessionManagerOptions,
} from './session-manager.js';
