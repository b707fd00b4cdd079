/**
 * The operators of the board that are of use without it: rules for connections before they come to a board, what an app
 * is made of, and what listens to events. They import RxJS and nothing else, and take their time from a scheduler.
 *
 * @module impulse-bbs/streams
 */
export { atOnce } from './at-once.js';
export { beside } from './beside.js';
export { block } from './block.js';
export { embeddedBus } from './bus.js';
export { contain, type TeardownHost } from './contain.js';
export { fit } from './fit.js';
export { humanGate } from './human-gate.js';
export { inOrder } from './in-order.js';
export { inputRate, type Pausable } from './input-rate.js';
export { plain } from './plain.js';
export { printable } from './printable.js';
export { isRefused, type Knock, type Refused, refuse, refused } from './refused.js';
export { SessionEnd } from './session-end.js';
export { source } from './source.js';
export {
  type ConnectionsRefused,
  type LoginAttemptsFailed,
  type LoginsUnchecked,
  type SilentConnectionsClosed,
  type Summary,
  summarise,
} from './summarise.js';
export { throttle } from './throttle.js';
export * from './types.js';
