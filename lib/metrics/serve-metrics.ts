import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Observable } from 'rxjs';
import type { Tally } from '../../streams/tally.js';
import type { ServerEvent } from '../../streams/types.js';
import { metrics } from './metrics.js';

/** Nobody who measures or probes needs more: longer, larger, more at once is somebody else. */
const [REQUEST_MS, MOST_HEADER_BYTES, MOST_AT_ONCE] = [5000, 8192, 32];

/**
 * Serves `/metrics` for Prometheus, `/healthz` (200 while it runs) and `/readyz` (200 while the board takes callers, else
 * 503) over HTTP. Emits its address once it listens; errors with the system's error if it can't. Never completes;
 * unsubscribing hangs up on everybody and closes the port.
 *
 * @param port 0 takes any free one.
 */
export function serveMetrics(
  { host, port }: { host: string; port: number },
  event$: Observable<ServerEvent>,
  tally: () => Tally,
): Observable<AddressInfo> {
  return new Observable((subscriber) => {
    const { registry, running } = metrics(event$, tally);
    subscriber.add(running);

    const pages = new Map<string, () => Promise<[code: number, text: string, type?: string]>>([
      ['/metrics', async () => [200, await registry.metrics(), registry.contentType]],
      ['/healthz', async () => [200, 'ok\n']],
      [
        '/readyz',
        async () => {
          const { phase } = tally();
          return phase === 'open' ? [200, 'ready\n'] : [503, `${phase}\n`];
        },
      ],
    ]);
    const answer: RequestListener = async ({ method, url = '' }, response) => {
      const page = pages.get(url.replace(/\?.*/, ''));
      if (!page) return response.writeHead(404).end();
      if (method !== 'GET' && method !== 'HEAD') return response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      try {
        const [code, text, type = 'text/plain; charset=utf-8'] = await page();
        return response.writeHead(code, { 'Content-Type': type }).end(text);
      } catch {
        // A figure that can't be had is no reason for the board to end.
        return response.writeHead(500).end();
      }
    };
    const server = createServer(
      {
        headersTimeout: REQUEST_MS,
        requestTimeout: REQUEST_MS,
        keepAliveTimeout: REQUEST_MS,
        connectionsCheckingInterval: 1000,
        maxHeaderSize: MOST_HEADER_BYTES,
      },
      answer,
    );
    server.maxConnections = MOST_AT_ONCE;
    server.timeout = 2 * REQUEST_MS;
    server.on('error', (error) => subscriber.error(error));
    server.listen({ host, port }, () => subscriber.next(server.address() as AddressInfo));
    return () => {
      server.close();
      server.closeAllConnections();
    };
  });
}
