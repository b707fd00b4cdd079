/**
 * The servers of `bench/room.ts`: the built board with its lobby, or a bare loop of writes. Ends with its
 * parent process.
 */
import net, { type AddressInfo } from 'node:net';
import type * as library from '../lib/index.js';

if (process.argv[2] === 'bare') {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  process.on('message', (words: string) => {
    for (const socket of sockets) socket.write(words);
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
} else {
  const built = new URL('../dist/lib/index.js', import.meta.url).href;
  const { createImpulse, lobby } = (await import(built)) as typeof library;
  const impulse = createImpulse({
    port: 0,
    maxSessions: 100_000,
    connectionRate: null,
    connectionRatePerAddress: null,
    maxPerAddress: null,
    maxUnauthenticated: null,
    penalties: false,
    app: lobby(),
  });
  const { port } = await impulse.start();
  process.send?.(port);
}
process.on('disconnect', () => process.exit());
