/**
 * Measures each transport of a board beside the bare library that it stands on: connections a second, memory of an
 * idle caller who is logged in, echoed lines a second. Interleaved rounds, medians, ratios. Loopback only; stops by itself; exits 1
 * when a bound is missed.
 *
 *     npm run doors [-- --only tls] [--rounds 5]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { selfSigned } from '../spec/support/certificate.js';
import { CALLERS, type Caller, type Transport } from './doors/callers.js';
import { median } from './median.js';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, rounds: { type: 'string', default: '5' } },
});
const rounds = Number(values.rounds);
const { cert, key } = selfSigned();

const KINDS = ['bare', 'board'] as const;
type Kind = (typeof KINDS)[number];

/** What each transport is held to: at least this ratio, or at most this many KiB more. */
const BOUNDS: Record<
  Transport,
  { readonly connects: number; readonly echo: number; readonly kib: number | null }
> = {
  telnet: { connects: 0.8, echo: 0.95, kib: null },
  tls: { connects: 0.95, echo: 0.9, kib: null },
  ssh: { connects: 0.95, echo: 0.9, kib: null },
  web: { connects: 0.85, echo: 0.9, kib: 4 },
};

/** The calls of one round. An SSH handshake is some milliseconds of a core. */
const CALLS: Record<Transport, { readonly connects: number; readonly idle: number }> = {
  telnet: { connects: 5000, idle: 4000 },
  tls: { connects: 1000, idle: 1500 },
  ssh: { connects: 200, idle: 300 },
  web: { connects: 3000, idle: 3000 },
};
const AT_ONCE = 10;
const ECHOING = 50;
const ECHO_MS = 2000;

async function start(kind: Kind, transport: Transport): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(new URL('./doors/server.mjs', import.meta.url), [kind, transport], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, CERT: cert, KEY: key },
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, port };
}

async function resident(child: ChildProcess): Promise<number> {
  child.send('memory');
  const [{ residentBytes }] = (await once(child, 'message')) as [{ residentBytes: number }];
  return residentBytes;
}

/** Calls so often, some at once. Resolves with the callers. */
async function crowd(transport: Transport, port: number, count: number): Promise<Caller[]> {
  const callers: Caller[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      callers.push(await CALLERS[transport](port));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return callers;
}

interface Figures {
  readonly connects: number;
  readonly kib: number;
  readonly echo: number;
}

async function measure(kind: Kind, transport: Transport): Promise<Figures> {
  const { child, port } = await start(kind, transport);
  try {
    const { connects, idle } = CALLS[transport];
    // What is made once isn't a caller's: code, buffers.
    for (const caller of await crowd(transport, port, Math.min(connects, 200))) caller.hangUp();
    const startedAt = performance.now();
    const first = await crowd(transport, port, connects);
    const perSecond = (connects * 1000) / (performance.now() - startedAt);
    for (const caller of first) caller.hangUp();
    await new Promise((resolve) => setTimeout(resolve, 500));
    // Between two crowds, so that what grows once isn't a caller's.
    const callers = await crowd(transport, port, idle);
    for (const caller of callers) await caller.logIn();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const before = await resident(child);
    const more = await crowd(transport, port, idle);
    for (const caller of more) await caller.logIn();
    callers.push(...more);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const kib = ((await resident(child)) - before) / idle / 1024;
    let lines = 0;
    const until = performance.now() + ECHO_MS;
    await Promise.all(
      callers.slice(0, ECHOING).map(async (caller) => {
        for (; performance.now() < until; lines += 1) await caller.echo();
      }),
    );
    for (const caller of callers) caller.hangUp();
    return { connects: perSecond, kib, echo: (lines * 1000) / ECHO_MS };
  } finally {
    child.kill('SIGKILL');
  }
}

let missed = 0;
const verdict = (isMet: boolean) => {
  if (!isMet) missed += 1;
  return isMet ? 'yes' : '**no**';
};

console.log(
  '| | bare | board | ratio (difference) | wanted | reached |\n| --- | --- | --- | --- | --- | --- |',
);
for (const transport of Object.keys(CALLERS) as Transport[]) {
  if (!transport.startsWith(values.only)) continue;
  const figures: Record<Kind, Figures[]> = { bare: [], board: [] };
  for (let round = 0; round < rounds; round += 1)
    for (const kind of KINDS) {
      process.stderr.write(`\r\x1b[K${transport}: round ${round + 1} of ${rounds}, ${kind}`);
      figures[kind].push(await measure(kind, transport));
    }
  process.stderr.write('\r\x1b[K');
  const of = (kind: Kind, figure: keyof Figures) => figures[kind].map((round) => round[figure]);
  const bounds = BOUNDS[transport];
  for (const [figure, name] of [
    ['connects', 'connections a second'],
    ['echo', `lines a second, ${ECHOING} callers`],
  ] as const) {
    const ratio = median(
      of('board', figure).map((value, round) => value / (of('bare', figure)[round] ?? Number.NaN)),
    );
    const [bare, board] = KINDS.map((kind) => median(of(kind, figure)).toFixed(0));
    console.log(
      `| ${transport}: ${name} | ${bare} | ${board} | ${ratio.toFixed(2)} | ≥ ${bounds[figure]} | ${verdict(ratio >= bounds[figure])} |`,
    );
  }
  const more = median(
    of('board', 'kib').map((value, round) => value - (of('bare', 'kib')[round] ?? Number.NaN)),
  );
  const [bare, board] = KINDS.map((kind) => median(of(kind, 'kib')).toFixed(1));
  const [wanted, reached] =
    bounds.kib === null ? ['', ''] : [`≤ +${bounds.kib}`, verdict(more <= bounds.kib)];
  console.log(
    `| ${transport}: KiB of an idle caller | ${bare} | ${board} | +${more.toFixed(1)} | ${wanted} | ${reached} |`,
  );
}
process.exitCode = missed === 0 ? 0 : 1;
