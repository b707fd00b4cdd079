import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { filter, firstValueFrom, fromEvent, ReplaySubject, timeout } from 'rxjs';
import { PATIENCE_MS } from './caller.js';

/** A Perl program that listens as a service manager does, since Node has no datagram sockets in the Unix domain. */
const PROGRAM = `use Socket; $| = 1; my $name = $ARGV[0]; $name =~ s/^@/\\0/;
socket(S, AF_UNIX, SOCK_DGRAM, 0); bind(S, pack_sockaddr_un($name)) or die $!; print "listening\\n";
while (defined recv(S, $m, 4096, 0)) { print "$m\\n" }`;

/** A service manager that records its notifications. */
export interface Manager {
  /** Resolves when it receives this notification. */
  isTold(state: string): Promise<unknown>;
}

const running = new Set<ChildProcess>();

/** Listens at a path, or at an abstract name that begins with `@`. */
export async function manager(at: string): Promise<Manager> {
  const child = spawn('perl', ['-e', PROGRAM, at], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  const line$ = new ReplaySubject<string>();
  fromEvent(createInterface({ input: child.stdout }), 'line').subscribe(line$ as ReplaySubject<unknown>);
  const isTold = (state: string) =>
    firstValueFrom(
      line$.pipe(
        filter((line) => line === state),
        timeout({ first: PATIENCE_MS }),
      ),
    );
  await isTold('listening');
  return { isTold };
}

/** Ends what {@link manager} started. */
export async function stopManagers(): Promise<void> {
  for (const child of running) if (child.kill('SIGKILL')) await once(child, 'close');
  running.clear();
}
