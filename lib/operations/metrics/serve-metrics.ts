import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Observable } from 'rxjs';
import type { BoardStats } from '../../../streams/events/stats.js';
import type { ServerEvent } from '../../../streams/types/events.js';
import { monotonic } from '../../process/monotonic.js';
import { type Answer, answerOnce, type Request } from './answer-once.js';
import { metrics } from './metrics.js';

/** Enough for any scraper or probe. */
const LIMITS = { requestMs: 5000, maxHeadBytes: 8192 };
/** The most connections to the metrics at a time. */
export const MAX_METRICS_CONNECTIONS = 32;

/** How long a rendered text of the metrics is reused. */
const FRESH_MS = 1000;

/**
 * Serves `/metrics` for Prometheus, `/healthz` (200 while it runs) and `/readyz` (200 while the board accepts
 * callers, otherwise 503) over HTTP. Emits its address once it listens. Errors with the system's error if it
 * can't. Never completes. Unsubscribing closes all connections and the port.
 *
 * Each connection gets one answer and is closed. When there are too many connections, the oldest is closed: a
 * probe sends its request at once, so connections that send nothing can't keep it out.
 *
 * @param port 0 takes any free port.
 */
export function serveMetrics(
  { host, port }: { host: string; port: number },
  event$: Observable<ServerEvent>,
  stats: () => BoardStats,
): Observable<AddressInfo> {
  return new Observable((subscriber) => {
    const { registry, running } = metrics(event$, stats);
    subscriber.add(running);

    let rendered: { readonly text: Promise<string>; readonly until: number } | undefined;
    const metricsText = () => {
      const now = monotonic.now();
      if (!rendered || now >= rendered.until) {
        const text = registry.metrics();
        rendered = { text, until: now + FRESH_MS };
        // Don't reuse a failure.
        text.catch(() => {
          rendered = undefined;
        });
      }
      return rendered.text;
    };

    const pages = new Map<string, () => Promise<[code: number, text: string, type?: string]>>([
      ['/metrics', async () => [200, await metricsText(), registry.contentType]],
      ['/healthz', async () => [200, 'ok\n']],
      [
        '/readyz',
        async () => {
          const { phase } = stats();
          return phase === 'open' ? [200, 'ready\n'] : [503, `${phase}\n`];
        },
      ],
    ]);
    const answer = async ({ method, path }: Request): Promise<Answer> => {
      const page = pages.get(path);
      if (!page) return { code: 404 };
      if (method !== 'GET' && method !== 'HEAD') return { code: 405, headers: { Allow: 'GET, HEAD' } };
      try {
        const [code, text, type = 'text/plain; charset=utf-8'] = await page();
        return { code, text, headers: { 'Content-Type': type } };
      } catch {
        // A failed metric must not end the board.
        return { code: 500 };
      }
    };

    const open = new Set<Socket>();
    const server = createServer((socket) => {
      const [oldest] = open;
      if (open.size >= MAX_METRICS_CONNECTIONS) oldest?.destroy();
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      answerOnce(socket, answer, LIMITS);
    });
    server.on('error', (error) => subscriber.error(error));
    server.listen({ host, port }, () => subscriber.next(server.address() as AddressInfo));
    return () => {
      server.close();
      for (const socket of open) socket.destroy();
    };
  });
}
