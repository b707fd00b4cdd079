import type { Edit } from './edit.js';

/** An optimisation, and how to undo it. */
export interface Ablation {
  readonly name: string;
  /** What is there without it. */
  readonly without: string;
  readonly edits: readonly Edit[];
  /** The environment of the measured process. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it is there for. */
  readonly measures: readonly Measure[];
}

/** What may be measured: the last two with clients, the others without the kernel and Node's sockets. */
export type Measure =
  | 'a call'
  | 'an idle caller'
  | 'a line'
  | 'a pasted line'
  | 'a wide line'
  | '5,000 hang-ups'
  | 'a connect'
  | 'an echoed line';

/** The optimisations that make something harder to read. */
export const ABLATIONS: readonly Ablation[] = [
  {
    name: 'nothing',
    without: 'the same tree: how far two runs differ by chance',
    edits: [],
    measures: [
      'a call',
      'an idle caller',
      'a line',
      'a pasted line',
      'a wide line',
      '5,000 hang-ups',
      'a connect',
      'an echoed line',
    ],
  },
  {
    name: 'own-sockets',
    without: "Node's own accepting (STOCK_SOCKETS=1)",
    edits: [],
    env: { STOCK_SOCKETS: '1' },
    measures: ['a connect', 'an echoed line'],
  },
  {
    name: 'shared-read-memory',
    without: 'a buffer for each packet',
    edits: [{ file: 'lib/transports/tcp/accept.ts', find: '      onread: IN_PLACE,\n', put: '' }],
    measures: ['a connect', 'an echoed line'],
  },
  {
    name: 'whole-options',
    without: 'socket options to which Node adds three',
    edits: [
      {
        file: 'lib/transports/tcp/accept.ts',
        find: '      emitClose: false,\n      autoDestroy: true,\n      decodeStrings: false,\n',
        put: '',
      },
    ],
    measures: ['a connect'],
  },
  {
    name: 'inherited-options',
    without: 'no-delay and keepalive set on each socket',
    edits: [
      {
        file: 'lib/transports/tcp/accept.ts',
        find: '    accepting._connections += 1;\n',
        put: `    accepting._connections += 1;
    socket.setNoDelay(accepting.noDelay);
    socket.setKeepAlive(accepting.keepAlive, 1000 * accepting.keepAliveInitialDelay);
`,
      },
    ],
    measures: ['a connect'],
  },
  {
    name: 'session-table',
    without: 'a Map',
    edits: [
      {
        file: 'streams/types/session-table.ts',
        find: 'export class SessionTable<Value> implements Sessions<Value> {',
        put: `export class SessionTable<Value> extends Map<SessionId, Value> {}

class Unused<Value> implements Sessions<Value> {`,
      },
    ],
    measures: ['a call', 'an idle caller', '5,000 hang-ups', 'a connect'],
  },
  {
    name: 'shared-endings',
    without: 'an Error for each end of a session',
    edits: [{ file: 'streams/types/session-end.ts', find: '  if (known) return known;\n', put: '' }],
    measures: ['a call', '5,000 hang-ups'],
  },
  {
    name: 'timer-wheel',
    without: 'an RxJS timer for each deadline',
    edits: [
      {
        file: 'streams/rx/timer-wheel.ts',
        find: 'export function timerWheel(tickMs: number, scheduler: SchedulerLike): TimerWheel {\n',
        put: `export function timerWheel(_: number, scheduler: SchedulerLike): TimerWheel {
  const timers = new Map<Deadline, Subscription>();
  const leave = (deadline: Deadline) => {
    timers.get(deadline)?.unsubscribe();
    timers.delete(deadline);
  };
  const watch = (deadline: Deadline, dueAt: number) => {
    leave(deadline);
    if (dueAt === NO_DEADLINE) return;
    const isDue = () => {
      timers.delete(deadline);
      watch(deadline, nextOf(deadline, scheduler.now()));
    };
    timers.set(deadline, timer(Math.max(0, dueAt - scheduler.now()), scheduler).subscribe(isDue));
  };
  return { watch, leave };
}

function unused(tickMs: number, scheduler: SchedulerLike): TimerWheel {
`,
      },
    ],
    measures: ['a call', 'an idle caller', 'a line', '5,000 hang-ups'],
  },
  {
    name: 'declared-field',
    without: "a field of each operator's subscriber that is initialised twice",
    edits: [
      {
        file: 'streams/rx/operator.ts',
        find: '  declare private upstream: Upstream;',
        put: '  private upstream: Upstream;',
      },
    ],
    measures: ['a call'],
  },
  {
    name: 'upstream-without-array',
    without: "RxJS's array of finalizers for each operator",
    edits: [
      {
        file: 'streams/rx/operator.ts',
        find: '    if (!teardown || this.closed || isOpen(this.upstream)) super.add(teardown);\n    else this.upstream = teardown;',
        put: '    super.add(teardown);',
      },
    ],
    measures: ['a call', 'an idle caller', '5,000 hang-ups'],
  },
  {
    name: 'time-slices',
    without: 'work that runs to its end at once',
    edits: [
      {
        file: 'streams/rx/time-slices.ts',
        find: '    begin(work) {\n',
        put: `    begin(work) {
      if (!isRunning) {
        while (work.step());
        return;
      }
`,
      },
      {
        file: 'streams/rx/time-slices.ts',
        find: '      if (!isRunning) return false;\n',
        put: '      if (!isRunning || waiting.length === 0) return false;\n',
      },
    ],
    measures: ['a line', 'a pasted line'],
  },
  {
    name: 'four-bytes-at-once',
    without: 'a look at each byte of a paste',
    edits: [
      {
        file: 'streams/terminal/keys.ts',
        find: '      bytes.length > SHORT\n',
        put: '      bytes.length > Number.POSITIVE_INFINITY\n',
      },
    ],
    measures: ['a pasted line'],
  },
  {
    name: 'short-search-for-iac',
    without: 'indexOf, also in a short packet',
    edits: [
      {
        file: 'streams/protocol/telnet-codec.ts',
        find: '  if (chunk.length > SHORT) {\n',
        put: '  if (chunk.length > 0) {\n',
      },
    ],
    measures: ['a line'],
  },
  {
    name: 'ascii-is-utf-8',
    without: 'UTF-8 made of every text',
    edits: [
      {
        file: 'lib/transports/telnet/encodings.ts',
        find: '  if (text.length < SHORT && ASCII.test(text)) return text;\n  const',
        put: '  const',
      },
    ],
    measures: ['a call'],
  },
  {
    name: 'encode-into-one-memory',
    without: 'a buffer for each text that is encoded',
    edits: [
      {
        file: 'lib/transports/telnet/encodings.ts',
        find: '  const { read, written } = utf8.encodeInto(text, scratch);\n  if (read < text.length) return Buffer',
        put: '  const { read, written } = { read: 0, written: 0 };\n  if (read < text.length) return Buffer',
      },
    ],
    measures: ['a wide line'],
  },
  {
    name: 'shared-listeners',
    without: 'listeners of its own for each socket',
    edits: [
      {
        file: 'lib/transports/telnet/telnet.ts',
        find: `  socket.on('error', onError);
  socket.on('end', onEnd);
  socket.on('close', onClose);
  socket.on('data', onData);
`,
        put: `  socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
    if (LOST.has(code)) connection.lose();
  });
  socket.on('end', () => connection.hangUp());
  socket.on('close', () => connection.goAway());
  socket.on('data', (chunk: Uint8Array) => connection.read(chunk));
`,
      },
    ],
    measures: ['a call', 'an idle caller'],
  },
  {
    name: 'output-in-batches',
    without: 'each output written at once',
    edits: [
      {
        file: 'lib/transports/telnet/output.ts',
        find: '    this.#batching = true;\n',
        put: '    this.#batching = false;\n',
      },
    ],
    measures: ['a call', 'a connect'],
  },
  {
    name: 'short-text-as-it-is',
    without: 'every text encoded as Latin-1',
    edits: [
      {
        file: 'lib/transports/telnet/output.ts',
        find: 'text.length < SHORT_TEXT && ',
        put: 'text.length < 0 && ',
      },
    ],
    measures: ['a line', 'an echoed line'],
  },
  {
    name: 'cr-lf-of-one-line',
    without: 'replaceAll for every text',
    edits: [
      {
        file: 'lib/transports/telnet/output.ts',
        find: "if (text.indexOf('\\n') === last && ",
        put: "if (text === '' && ",
      },
    ],
    measures: ['a call', 'a line'],
  },
  {
    name: 'close-at-hang-up',
    without: "shutdown, and the wait for the peer's end, also after a hang-up",
    edits: [
      {
        file: 'lib/transports/telnet/socket-connection.ts',
        find: 'this.#input.ended && this.backlog === 0',
        put: 'this.#input.ended && this.backlog < 0',
      },
    ],
    measures: ['a connect'],
  },
  {
    name: 'widths-of-letters',
    without: 'string-width for each longer letter',
    edits: [
      {
        file: 'lib/text/width.ts',
        find: 'known.get(letter) ?? stringWidth(letter)',
        put: 'stringWidth(letter)',
      },
    ],
    measures: ['a wide line'],
  },
  {
    name: 'simple-letters',
    without: 'Intl.Segmenter for every text',
    edits: [
      {
        file: 'streams/terminal/graphemes.ts',
        find: "  if (isSimple(text)) return text.split('');\n  const letters",
        put: '  if (text) return [...SEGMENTER.segment(text)].map(({ segment }) => segment);\n  const letters',
      },
    ],
    measures: ['a wide line'],
  },
];
