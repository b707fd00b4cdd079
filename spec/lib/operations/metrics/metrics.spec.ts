import { Subject } from 'rxjs';
import { metrics } from '../../../../lib/operations/metrics/metrics.js';
import { type BoardStats, EMPTY_STATS } from '../../../../streams/events/stats.js';
import type { ServerEvent } from '../../../../streams/types/events.js';
import type { SessionInfo } from '../../../../streams/types/session.js';
import { someone } from '../../../support/lobby.js';

const closed = (durationMs: number, node = 1): ServerEvent => ({
  type: 'sessionClosed',
  session: 1,
  callId: 'b0a2d-1',
  node,
  address: '192.0.2.1',
  reason: 'idle',
  bytesIn: 0,
  bytesOut: 0,
  durationMs,
  flushed: true,
});

/** The lines of our own metrics that contain this text. */
async function lines(text: Promise<string>, words: string): Promise<string[]> {
  return (await text).split('\n').filter((line) => line.startsWith('impulse_') && line.includes(words));
}

describe('metrics', () => {
  let figures: BoardStats;
  let event$: Subject<ServerEvent>;
  let shown: ReturnType<typeof metrics>;
  beforeEach(() => {
    figures = EMPTY_STATS;
    event$ = new Subject();
    shown = metrics(event$, () => figures);
  });
  afterEach(() => shown.running.unsubscribe());

  it('shows the current figures at each request', async () => {
    figures = {
      ...EMPTY_STATS,
      onLine: 3,
      waiting: 2,
      admitted: 7,
      waited: 4,
      failedLogins: 8,
      refused: { ...EMPTY_STATS.refused, full: 5 },
      closed: { ...EMPTY_STATS.closed, idle: 6 },
    };
    await shown.registry.metrics();
    for (const line of [
      'impulse_sessions_active 3',
      'impulse_sessions_waiting 2',
      'impulse_connections_total{result="admitted"} 7',
      'impulse_connections_total{result="waiting"} 4',
      'impulse_connections_total{result="full"} 5',
      'impulse_connections_total{result="rate"} 0',
      'impulse_login_attempts_failed_total 8',
      'impulse_sessions_closed_total{reason="idle"} 6',
      'impulse_sessions_closed_total{reason="kicked"} 0',
    ]) {
      expect(await lines(shown.registry.metrics(), line)).toEqual([line]);
    }
  });

  it('counts bytes as they arrive, and never decreases', async () => {
    const ann: SessionInfo = someone(1, 'ann', { bytesIn: 10, bytesOut: 500 });
    figures = { ...EMPTY_STATS, bytesIn: 1, bytesOut: 2, lines: new Map([[1, ann]]) };
    expect(await lines(shown.registry.metrics(), 'bytes')).toEqual([
      'impulse_bytes_total{direction="in"} 11',
      'impulse_bytes_total{direction="out"} 502',
    ]);

    figures = { ...EMPTY_STATS, bytesIn: 11, bytesOut: 302 };
    expect(await lines(shown.registry.metrics(), 'bytes')).toEqual([
      'impulse_bytes_total{direction="in"} 11',
      'impulse_bytes_total{direction="out"} 502',
    ]);
  });

  it('records how long sessions last, without the time in the waiting room', async () => {
    for (const event of [closed(30_000), closed(4_000_000), closed(1000, 0)]) event$.next(event);
    expect(await lines(shown.registry.metrics(), 'duration')).toEqual(
      jasmine.arrayContaining([
        'impulse_session_duration_seconds_bucket{le="15"} 0',
        'impulse_session_duration_seconds_bucket{le="60"} 1',
        'impulse_session_duration_seconds_bucket{le="7200"} 2',
        'impulse_session_duration_seconds_sum 4030',
        'impulse_session_duration_seconds_count 2',
      ]),
    );
  });

  it('unsubscribes from the board', () => {
    expect(event$.observed).toBe(true);
    shown.running.unsubscribe();
    expect(event$.observed).toBe(false);
  });

  it('includes the figures of the process', async () => {
    const text = await shown.registry.metrics();
    expect(text).toContain('process_resident_memory_bytes');
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
  });
});
