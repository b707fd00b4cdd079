/**
 * A telnet board as a library: the server, its parts, and the types an app needs.
 *
 * @module impulse-bbs
 */

export { embeddedBus } from '../streams/events/bus.js';
export { alsoSubscribe } from '../streams/rx/also-subscribe.js';
export { link } from '../streams/terminal/link.js';
export { sanitize } from '../streams/terminal/sanitize.js';
export type { ConnectionAttempt, Refused } from '../streams/types/admission.js';
export * from '../streams/types/admission.js';
export * from '../streams/types/app.js';
export * from '../streams/types/connection.js';
export * from '../streams/types/credentials.js';
export * from '../streams/types/errors.js';
export * from '../streams/types/events.js';
export * from '../streams/types/limits.js';
export * from '../streams/types/refusal-reason.js';
export * from '../streams/types/session.js';
export { SessionEnd } from '../streams/types/session-end.js';
export { guest } from './accounts/guest.js';
export { passwords } from './accounts/passwords.js';
export { lobby } from './apps/lobby/lobby.js';
export { menu, quit } from './apps/menu.js';
export type { Certificate } from './config/certificate.js';
export { type BoardAddress, createImpulse, type Impulse, type ImpulseOptions } from './create-impulse.js';
export * from './errors.js';
export {
  createSessionManager,
  DEFAULT_LIMITS,
  type LimitOptions,
  type SessionManager,
  type SessionManagerOptions,
} from './session-manager.js';
export * from './transports/listener.js';
export { type HostKey, hostKeyFile } from './transports/ssh/host-key.js';
export { type SshOptions, ssh } from './transports/ssh/ssh.js';
export type { Status } from './transports/status.js';
export {
  type ByteStream,
  type StreamConnection,
  type StreamConnectionOptions,
  streamConnection,
} from './transports/stream-connection.js';
export type { TcpOptions } from './transports/tcp-options.js';
export { type TelnetOptions, telnet } from './transports/telnet/telnet.js';
export { type CertificateFiles, certificateFiles } from './transports/tls/certificate-files.js';
export { type TlsOptions, tls } from './transports/tls/tls.js';
export { type WebOptions, web } from './transports/web/web.js';
