import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { TelnetSocket } from 'telnetlib';

/** This file, which is also a program: an echo server that sends its port to the process that forks it. */
export const BARE = fileURLToPath(import.meta.url);

/** A caller in telnetlib's API. */
export type BareCaller = TelnetSocket & { destroy(): void };

interface Telnetlib {
  createServer(
    options: { localOptions?: number[]; remoteOptions?: number[] },
    handler: (caller: BareCaller) => void,
  ): Server;
  readonly options: { readonly NAWS: number; readonly GMCP: number };
}

const { createServer, options } = createRequire(import.meta.url)('telnetlib') as Telnetlib;

/** Listens with bare telnetlib, as its README shows, and requests GMCP and NAWS. Close it afterwards. */
export async function listenBare(
  answer: (caller: BareCaller) => void,
): Promise<{ server: Server; port: number }> {
  const server = createServer({ localOptions: [options.GMCP], remoteOptions: [options.NAWS] }, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

if (process.argv[1] === BARE) {
  const { port } = await listenBare((caller) => caller.on('data', (data: Buffer) => caller.write(data)));
  process.send?.(port);
}
