import {
  concatMap,
  defer,
  EMPTY,
  interval,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  type SchedulerLike,
  startWith,
} from 'rxjs';
import type { Certificate } from '../../config/certificate.js';
import { readCertificate } from '../../config/read-certificate.js';
import { contextOf, expiryOf } from '../../config/secure-context.js';
import { monotonic, processClock } from '../../process/monotonic.js';
import { messageOf } from '../../text/message-of.js';

/** How often the files are looked at. A watch on the folder would miss a link that was renewed behind another. */
export const CERTIFICATE_CHECK_MS = 10_000;

/** The files of a certificate. */
export interface CertificateFiles {
  /** The name of the file with the certificate and its chain, in PEM. */
  readonly cert: string;
  /** The name of the file with the private key, in PEM. */
  readonly key: string;
  /** Emits to have the files read at once. They are looked at every ten seconds in any case. */
  readonly reread$?: Observable<unknown> | undefined;
  /** Receives, in one line, why changed files can't be used, and that a certificate expires soon. */
  readonly report?: ((problem: string) => void) | undefined;
  /** The clock. A monotonic one by default. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Reads a certificate and its key from files, and reads them again when they change. Emits the pair at once,
 * then each new pair that can be used. A pair that can't be used is reported, and the former one stays. Never
 * completes.
 *
 * Errors, only at subscription, with an `Error` that says in one line why the files can't be used.
 *
 * @example
 * ```ts
 * import { certificateFiles, createImpulse, lobby, telnet, tls } from 'impulse-bbs';
 * import { fromEvent } from 'rxjs';
 *
 * const certificate$ = certificateFiles({
 *   cert: '/etc/letsencrypt/live/bbs.example.org/fullchain.pem',
 *   key: '/etc/letsencrypt/live/bbs.example.org/privkey.pem',
 *   reread$: fromEvent(process, 'SIGHUP'),
 *   report: console.warn,
 * });
 * const impulse = createImpulse({ app: lobby(), listeners: [telnet({ port: 0 }), tls({ port: 0, certificate$ })] });
 * console.log(impulse.addresses.length);
 * ```
 */
export function certificateFiles({
  cert,
  key,
  reread$ = NEVER,
  report = () => {},
  scheduler = monotonic,
}: CertificateFiles): Observable<Certificate> {
  return defer(() => {
    let used = readCertificate(cert, key);
    contextOf(used);
    let told: string | null = null;
    let seen: string | null = null;
    const tell = (problem: string | null) => {
      if (problem !== null && problem !== told) report(problem);
      told = problem;
    };
    const expiry = () => tell(expiryOf(used, processClock.dateOf(scheduler.now())));

    const look = (isAsked: boolean): Observable<Certificate> => {
      try {
        const now = readCertificate(cert, key);
        const isSame = now.cert === used.cert && now.key === used.key;
        if (!isSame) contextOf(now);
        used = now;
        seen = null;
        expiry();
        return isSame ? EMPTY : of(now);
      } catch (error) {
        const problem = `${messageOf(error)}; the former certificate stays in use`;
        // One file may be written before the other.
        if (isAsked || seen === problem) tell(problem);
        seen = problem;
        return EMPTY;
      }
    };
    expiry();
    const checks$ = interval(CERTIFICATE_CHECK_MS, scheduler).pipe(map(() => false));
    return merge(checks$, reread$.pipe(map(() => true))).pipe(concatMap(look), startWith(used));
  });
}
