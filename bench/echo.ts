/**
 * The servers of `bench/stream.ts`: a bare echo, or the built board with an echo app. Ends with its parent
 * process.
 */
import net, { type AddressInfo } from 'node:net';
import { map, of } from 'rxjs';
import type * as library from '../lib/index.js';

if (process.argv[2] === 'bare') {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => socket.write(bytes));
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
} else {
  const built = new URL('../dist/lib/index.js', import.meta.url).href;
  const { createImpulse } = (await import(built)) as typeof library;
  const impulse = createImpulse({
    port: 0,
    connectionRate: null,
    connectionRatePerAddress: null,
    maxPerAddress: null,
    maxUnauthenticated: null,
    penalties: false,
    authenticate: () => of({ handle: 'caller' }),
    app: (session) => session.line$.pipe(map((line) => `${line}\n`)),
  });
  const { port } = await impulse.start();
  process.send?.(port);
}
process.on('disconnect', () => process.exit());
