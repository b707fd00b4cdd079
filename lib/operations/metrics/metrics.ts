import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { filter, type Observable, type Subscription } from 'rxjs';
import { type BoardStats, traffic } from '../../../streams/events/stats.js';
import type { ServerEvent, SessionClosed } from '../../../streams/types/events.js';

/** The bucket bounds of session durations, in seconds: from a glance to a whole night. */
const DURATIONS_S = [1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800];

/**
 * Returns the metrics of a board in Prometheus's text format. Only the durations are recorded as they happen;
 * the rest is computed on each request from figures that the board keeps anyway.
 */
export function metrics(
  event$: Observable<ServerEvent>,
  stats: () => BoardStats,
): { registry: Registry; running: Subscription } {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  // Removed: these gauges have names that end like a counter's, which promtool objects to. Each is also the
  // sum of another one.
  for (const what of ['handles', 'requests', 'resources'])
    registry.removeSingleMetric(`nodejs_active_${what}_total`);

  new Gauge({
    name: 'impulse_sessions_active',
    help: 'Sessions on line.',
    registers,
    collect() {
      this.set(stats().onLine);
    },
  });
  new Gauge({
    name: 'impulse_sessions_waiting',
    help: 'Callers waiting for a free node.',
    registers,
    collect() {
      this.set(stats().waiting);
    },
  });
  new Counter({
    name: 'impulse_connections_total',
    help: 'Connections by result: admitted, waiting, or the reason for the refusal.',
    labelNames: ['result'],
    registers,
    collect() {
      const { admitted, waited, refused } = stats();
      this.reset();
      for (const [result, count] of Object.entries({ admitted, waiting: waited, ...refused }))
        this.inc({ result }, count);
    },
  });
  new Counter({
    name: 'impulse_sessions_closed_total',
    help: 'Closed sessions by reason.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(stats().closed)) this.inc({ reason }, count);
    },
  });
  new Counter({
    name: 'impulse_login_attempts_failed_total',
    help: 'Failed login attempts: wrong passwords and refused handles.',
    registers,
    collect() {
      this.reset();
      this.inc(stats().failedLogins);
    },
  });
  new Counter({
    name: 'impulse_callbacks_failed_total',
    help: 'Failures of callbacks that ended no session.',
    registers,
    collect() {
      this.reset();
      this.inc(stats().callbacksFailed);
    },
  });
  const counted = { in: 0, out: 0 };
  new Counter({
    name: 'impulse_bytes_total',
    help: 'Bytes received from callers and sent to them.',
    labelNames: ['direction'],
    registers,
    collect() {
      const { bytesIn, bytesOut } = traffic(stats());
      // Bytes that are given up at a reset were counted as sent, and a counter must never decrease.
      counted.in = Math.max(counted.in, bytesIn);
      counted.out = Math.max(counted.out, bytesOut);
      this.reset();
      this.inc({ direction: 'in' }, counted.in);
      this.inc({ direction: 'out' }, counted.out);
    },
  });
  const durations = new Histogram({
    name: 'impulse_session_duration_seconds',
    help: 'Duration of sessions.',
    buckets: DURATIONS_S,
    registers,
  });
  const running = event$
    .pipe(filter((event): event is SessionClosed => event.type === 'sessionClosed' && event.node > 0))
    .subscribe(({ durationMs }) => durations.observe(durationMs / 1000));
  return { registry, running };
}
