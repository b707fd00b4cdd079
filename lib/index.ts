/**
 * A board as a library: what it is made of, and what an app needs.
 *
 * @module impulse-bbs
 */
export { beside } from '../streams/beside.js';
export { embeddedBus } from '../streams/bus.js';
export { plain } from '../streams/plain.js';
export type { Knock, Refused } from '../streams/refused.js';
export { SessionEnd } from '../streams/session-end.js';
export * from '../streams/types.js';
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
