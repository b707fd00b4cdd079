import { readFileSync } from 'node:fs';

/** Makes a spec pending on systems without the data of {@link kernelTimer}. */
export function needsKernelTimers(): void {
  if (process.platform !== 'linux') pending('only Linux shows the timers of its sockets');
}

/** What the kernel waits for on a connection. */
export type KernelTimer = 'nothing' | 'an acknowledgement' | 'a sign of life' | 'something else';
const KINDS: readonly KernelTimer[] = ['nothing', 'an acknowledgement', 'a sign of life'];

/** Returns Linux's timer for a connection, and the seconds left (proc_net_tcp.txt). */
export function kernelTimer({ localPort, remotePort }: Ports): { kind: KernelTimer; seconds: number } {
  const hex = (port = 0) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const line = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .find(([, local, remote]) => local?.endsWith(hex(localPort)) && remote?.endsWith(hex(remotePort)));
  const [kind = '', left = ''] = line?.[5]?.split(':') ?? [];
  return { kind: KINDS[Number(kind)] ?? 'something else', seconds: Number.parseInt(left, 16) / 100 };
}

interface Ports {
  readonly localPort?: number | undefined;
  readonly remotePort?: number | undefined;
}
