import type { SecureContext } from 'node:tls';
import { Observable } from 'rxjs';
import type { Certificate } from '../../config/certificate.js';
import { contextOf } from '../../config/secure-context.js';
import { messageOf } from '../../text/message-of.js';

/**
 * Subscribes to what `use` returns when the first certificate is there. `use` gets a function that returns the
 * latest one. A later certificate that can't be used is left, with a warning of the process.
 */
export function latestContext<T>(
  certificate$: Observable<Certificate>,
  use: (context: () => SecureContext) => Observable<T>,
): Observable<T> {
  return new Observable((subscriber) => {
    let latest: SecureContext | undefined;
    const certificates = certificate$.subscribe({
      next(certificate) {
        try {
          const context = contextOf(certificate);
          const isFirst = latest === undefined;
          latest = context;
          if (isFirst) subscriber.add(use(() => latest ?? context).subscribe(subscriber));
        } catch (error) {
          if (latest === undefined) subscriber.error(error);
          else process.emitWarning(`${messageOf(error)}; the former one stays in use`, 'CertificateRefused');
        }
      },
      error(error) {
        if (latest === undefined) subscriber.error(error);
        else
          process.emitWarning(`there will be no new certificate: ${messageOf(error)}`, 'CertificateRefused');
      },
      complete() {
        if (latest === undefined) subscriber.error(new Error('there is no certificate'));
      },
    });
    subscriber.add(certificates);
  });
}
