import { catchError, defer, type Observable, of, switchMap, tap } from 'rxjs';
import type { Tally } from '../../streams/events/tally.js';
import type { ServerEvent } from '../../streams/types/events.js';
import type { Config } from '../config/settings.js';
import type { Log } from '../log.js';
import { cannotListen } from './words.js';

/**
 * Serves metrics, if a port for them is set. Emits once it does, or at once if there is none; errors in words for the log if
 * that port can't be had. Unsubscribing closes it.
 */
export function measured(
  { metricsHost: host, metricsPort: port }: Pick<Config, 'metricsHost' | 'metricsPort'>,
  event$: Observable<ServerEvent>,
  tally: () => Tally,
  log: Log,
): Observable<unknown> {
  if (port === null) return of(null);
  // A board that isn't measured does without prom-client: 2 MB, and 60 ms of its start.
  return defer(() => import('../metrics/serve-metrics.js')).pipe(
    switchMap(({ serveMetrics }) => serveMetrics({ host, port }, event$, tally)),
    tap((address) => log.info('metricsServed', `metrics are on ${address.address} port ${address.port}`)),
    catchError((error) => {
      throw new Error(cannotListen(error, host, port, '--metrics-'));
    }),
  );
}
