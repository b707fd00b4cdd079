import { defer, map, type Observable, shareReplay } from 'rxjs';
import type { Certificate } from '../../config/certificate.js';
import { networks } from '../../config/networks.js';
import type { Config } from '../../config/settings.js';
import type { Listener } from '../../transports/listener.js';
import { hostKeyFile } from '../../transports/ssh/host-key.js';
import { ssh } from '../../transports/ssh/ssh.js';
import type { Status } from '../../transports/status.js';
import { telnet } from '../../transports/telnet/telnet.js';
import { certificateFiles } from '../../transports/tls/certificate-files.js';
import { tls } from '../../transports/tls/tls.js';
import { web } from '../../transports/web/web.js';
import type { Log } from '../log.js';

/** What the listeners of a board need besides its settings. */
export interface ListenersParts {
  /** See {@link TelnetOptions.fd}. */
  readonly fd: number | undefined;
  /** Emits to have the files of the certificate read again. */
  readonly reread$: Observable<unknown>;
  readonly status: Status;
  /** Whether the board takes callers. */
  readonly isReady: () => boolean;
}

/** Returns the listeners that the settings ask for. Telnet is first. */
export function listenersOf(settings: Config, parts: ListenersParts, log: Log): Listener[] {
  const { host, port, tlsPort, sshPort, webPort, webUrl, deadPeerTimeoutMs } = settings;
  const { fd, status, isReady } = parts;
  const proxyFrom = settings.proxyFrom.length > 0 ? networks(settings.proxyFrom) : undefined;
  const common = { host, proxyFrom, deadPeerTimeoutMs };
  const certificate$ = certificateOf(settings, parts, log);
  const listeners = [telnet({ ...common, port, fd, status, page: webUrl ?? undefined })];
  if (tlsPort !== null && certificate$)
    listeners.push(tls({ ...common, port: tlsPort, certificate$, status }));
  if (sshPort !== null) {
    const ssh$ = defer(() => {
      const { key, fingerprint } = hostKeyFile(settings.sshHostKey);
      log.info('hostKey', `the host key of SSH is ${fingerprint}`);
      return ssh({ ...common, port: sshPort, hostKey: key });
    });
    listeners.push(ssh$);
  }
  if (webPort !== null) {
    const { name, webTls, webHealth, resumeMs, forwardedFrom } = settings;
    listeners.push(
      web({
        host,
        port: webPort,
        name,
        deadPeerTimeoutMs,
        telnet: webUrl === null ? undefined : `telnet ${new URL(webUrl).hostname} ${port}`,
        certificate$: webTls ? certificate$ : undefined,
        forwardedFrom: networks(forwardedFrom),
        resumeMs: resumeMs ?? 0,
        health: webHealth ? isReady : undefined,
      }),
    );
  }
  return listeners;
}

/** Reads the certificate from its files, and again when they change. All listeners share it. */
function certificateOf(
  { tlsCert: cert, tlsKey: key }: Config,
  { reread$ }: ListenersParts,
  log: Log,
): Observable<Certificate> | undefined {
  if (cert === null || key === null) return undefined;
  const report = (problem: string) => log.warn('certificate', problem);
  return certificateFiles({ cert, key, reread$, report }).pipe(
    map((certificate, index) => {
      if (index > 0) log.info('certificateReread', 'a new certificate is in use for new callers');
      return certificate;
    }),
    shareReplay({ bufferSize: 1, refCount: true }),
  );
}
