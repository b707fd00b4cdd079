/**
 * The operators that are useful without a board: rules for connections, building blocks of apps, and
 * subscribers to events. They import only RxJS, and take the time from a scheduler.
 *
 * @module impulse-bbs/streams
 */

export { blocklist } from './admission/blocklist.js';
export { humanGate } from './admission/human-gate.js';
export { perAddress } from './admission/per-address.js';
export { rateLimitKey } from './admission/rate-limit-key.js';
export { isRefused, refuse, refused } from './admission/refused.js';
export { throttle } from './admission/throttle.js';
export { embeddedBus } from './events/bus.js';
export {
  type ConnectionsRefused,
  type LoginAttemptsFailed,
  type LoginsUnchecked,
  type SilentConnectionsClosed,
  type Summary,
  summarise,
} from './events/summarise.js';
export { alsoSubscribe } from './rx/also-subscribe.js';
export { catchTeardownError, type TeardownDelegate } from './rx/catch-teardown-error.js';
export { inOrder } from './rx/in-order.js';
export { inputRate, type Pausable } from './session/input-rate.js';
export { escapeControls } from './terminal/escape-controls.js';
export { link } from './terminal/link.js';
export { sanitize } from './terminal/sanitize.js';
export { wrap } from './terminal/wrap.js';
export type { ConnectionAttempt, Refused } from './types/admission.js';
export * from './types/admission.js';
export * from './types/app.js';
export * from './types/connection.js';
export * from './types/errors.js';
export * from './types/events.js';
export * from './types/limits.js';
export * from './types/refusal-reason.js';
export * from './types/session.js';
export { SessionEnd } from './types/session-end.js';
