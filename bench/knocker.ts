/**
 * The flooder of `bench/door.ts`: connects from one address, as fast as it can, for a given time. Ends with
 * its parent process.
 */
import net from 'node:net';

const [port, localAddress, ms] = process.argv.slice(2);
const until = performance.now() + Number(ms);
let attempts = 0;

function attempt(): void {
  if (performance.now() > until) return;
  attempts += 1;
  const socket = net.connect({ port: Number(port), host: '127.0.0.1', localAddress: `${localAddress}` });
  socket.on('error', () => {});
  socket.on('close', () => setImmediate(attempt));
  socket.resume();
}

for (let line = 0; line < 50; line += 1) attempt();
setTimeout(() => {
  process.send?.(attempts);
  process.exit();
}, Number(ms) + 500);
process.on('disconnect', () => process.exit());
