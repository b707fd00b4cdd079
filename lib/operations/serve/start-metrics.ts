import { catchError, defer, type Observable, of, switchMap, tap } from 'rxjs';
import type { BoardStats } from '../../../streams/events/stats.js';
import type { ServerEvent } from '../../../streams/types/events.js';
import type { Config } from '../../config/settings.js';
import type { Log } from '../log.js';
import { cannotListen } from './messages.js';

/**
 * Serves metrics if a port for them is set. Emits when it listens, or at once without a port. Errors with a
 * message for the log if the port can't be opened. Unsubscribing closes the port.
 */
export function startMetrics(
  { metricsHost: host, metricsPort: port }: Pick<Config, 'metricsHost' | 'metricsPort'>,
  event$: Observable<ServerEvent>,
  stats: () => BoardStats,
  log: Log,
): Observable<unknown> {
  if (port === null) return of(null);
  // Loaded on demand: prom-client costs 2 MB and 60 ms at the start.
  return defer(() => import('../metrics/serve-metrics.js')).pipe(
    switchMap(({ serveMetrics }) => serveMetrics({ host, port }, event$, stats)),
    tap((address) => log.info('metricsServed', `serving metrics on ${address.address} port ${address.port}`)),
    catchError((error) => {
      throw new Error(cannotListen(error, host, port, '--metrics-'));
    }),
  );
}
