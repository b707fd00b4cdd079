import { map, type Observable, of, ReplaySubject } from 'rxjs';
import type { Connection, Output, Terminal } from '../../streams/types.js';

/** How a {@link fakeConnection} behaves; left out, it is a well-behaved caller at 192.0.2.1. */
export interface FakeConnectionOptions {
  readonly address?: string;
  readonly echo?: boolean;
  /** True for a caller that doesn't read: what is written stays in the backlog. */
  readonly deaf?: boolean;
  /** True for a caller whose line stays open after we hung up. */
  readonly lingers?: boolean;
}

/** A caller without a socket, whose input is a diagram, and what was done to the line. */
export interface FakeConnection extends Connection {
  /** All that was written, bytes as Latin-1. */
  readonly screen: string;
  /** `close`, `destroy`, `pause` and `resume`, as they were called. */
  readonly calls: readonly string[];
}

/** A connection whose caller types `input$`: text, in UTF-8. */
export function fakeConnection(
  input$: Observable<string>,
  { address = '192.0.2.1', echo = false, deaf = false, lingers = false }: FakeConnectionOptions = {},
): FakeConnection {
  const closed$ = new ReplaySubject<never>();
  const terminal: Terminal = { columns: 80, rows: 24, echo };
  const calls: string[] = [];
  let screen = '';
  let bytesIn = 0;
  let closing = false;
  return {
    address,
    input$: input$.pipe(
      map((text) => {
        const bytes = Buffer.from(text);
        bytesIn += bytes.length;
        return bytes;
      }),
    ),
    terminal$: of(terminal),
    terminal,
    closed$,
    calls,
    get screen() {
      return screen;
    },
    get bytesIn() {
      return bytesIn;
    },
    get bytesOut() {
      return Buffer.byteLength(screen);
    },
    get backlog() {
      return deaf ? Buffer.byteLength(screen) : 0;
    },
    write(output: Output) {
      if (!closing) screen += typeof output === 'string' ? output : Buffer.from(output).toString('latin1');
    },
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
    close() {
      calls.push('close');
      closing = true;
      if (!lingers && !deaf) closed$.complete();
    },
    destroy() {
      calls.push('destroy');
      closing = true;
      closed$.complete();
    },
  };
}
