import { map, type Observable, shareReplay } from 'rxjs';
import { networks } from '../../config/networks.js';
import type { Config } from '../../config/settings.js';
import type { Listener } from '../../transports/listener.js';
import type { Status } from '../../transports/status.js';
import { telnet } from '../../transports/telnet/telnet.js';
import { certificateFiles } from '../../transports/tls/certificate-files.js';
import { tls } from '../../transports/tls/tls.js';
import type { Log } from '../log.js';

/** What the listeners of a board need besides its settings. */
export interface ListenersParts {
  /** See {@link TelnetOptions.fd}. */
  readonly fd: number | undefined;
  /** Emits to have the files of the certificate read again. */
  readonly reread$: Observable<unknown>;
  readonly status: Status;
}

/** Returns the listeners that the settings ask for. Telnet is first. */
export function listenersOf(settings: Config, { fd, reread$, status }: ListenersParts, log: Log): Listener[] {
  const { host, port, tlsPort, tlsCert, tlsKey, deadPeerTimeoutMs } = settings;
  const proxyFrom = settings.proxyFrom.length > 0 ? networks(settings.proxyFrom) : undefined;
  const common = { host, proxyFrom, deadPeerTimeoutMs, status };
  const listeners = [telnet({ ...common, port, fd })];
  if (tlsCert === null || tlsKey === null) return listeners;
  const certificate$ = certificateFiles({
    cert: tlsCert,
    key: tlsKey,
    reread$,
    report: (problem) => log.warn('certificate', problem),
  }).pipe(
    map((certificate, index) => {
      if (index > 0) log.info('certificateReread', 'a new certificate is in use for new callers');
      return certificate;
    }),
    shareReplay({ bufferSize: 1, refCount: true }),
  );
  if (tlsPort !== null) listeners.push(tls({ ...common, port: tlsPort, certificate$ }));
  return listeners;
}
