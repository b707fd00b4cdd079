import { client } from './client.js';
import type { SimulatedClock } from './clock.js';
import { type SimulatedConnection, simulatedConnection } from './connection.js';
import { said } from './said.js';
import type { PlannedCaller } from './world.js';

/** A connection and its caller. */
export type CallersLine = SimulatedConnection & {
  /** Whether the caller reads all output. */
  readonly isFaithful: () => boolean;
  /** When the caller last typed, if all of it has reached the board and the board can tell it from telnet. */
  readonly typedAt: () => number | undefined;
};

/**
 * Connects a caller, who acts out their script while the connection lasts.
 *
 * @param silenceMs How long the board's kernel keeps a connection whose peer has vanished; `null` forever.
 * @param read Called with all text that the caller reads.
 * @param blame Called with errors of the board.
 */
export function visit(
  { index, address, latencyMs, transport, manners, window, endsToo, pieces, steps, dice }: PlannedCaller,
  silenceMs: number | null,
  clock: SimulatedClock,
  read: (bytes: Uint8Array) => void,
  blame: (words: string) => void,
): CallersLine {
  let gone = false;
  let isFaithful = true;
  let typedAt: number | undefined;
  let babbles = false;
  const hear = said(index, blame);
  const receive = client(
    transport === 'web' ? 'knows no telnet' : manners,
    window,
    (bytes) => line.send(bytes),
    (bytes) => {
      read(bytes);
      hear(bytes);
    },
  );
  const line: SimulatedConnection = simulatedConnection({ address, latencyMs, silenceMs }, clock, {
    bytes: receive,
    over() {
      gone = true;
      if (line.misuse.length > 0) blame(`caller ${index}: ${line.misuse[0]}`);
      if (endsToo) line.hangUp();
    },
  });

  const send = (bytes: Uint8Array) => {
    const cut = pieces === 'whole' ? bytes.length : pieces === 'halves' ? dice.int(1, bytes.length) : 1;
    // A flood in single bytes would dominate the run.
    const size = Math.max(1, bytes.length > 500 ? Math.ceil(bytes.length / 3) : cut);
    for (let from = 0; from < bytes.length; from += size) line.send(bytes.subarray(from, from + size));
  };
  const next = () => {
    const { done, value: step } = steps.next();
    if (done) return;
    clock.schedule(() => {
      if (gone) return;
      if ('send' in step) {
        if (typeof step.send !== 'string') babbles = true;
        else if (step.send !== '') typedAt = clock.now();
        send(typeof step.send === 'string' ? Buffer.from(step.send) : step.send);
        return next();
      }
      if (step.act !== 'hangUp') isFaithful = false;
      if (step.act === 'hangUp') line.hangUp();
      else if (step.act === 'reset') line.reset();
      else if (step.act === 'vanish') line.vanish();
      else line.read(step.act === 'read');
      if (step.act !== 'reset' && step.act !== 'vanish') next();
    }, step.afterMs);
  };
  next();
  return Object.assign(line, {
    isFaithful: () => isFaithful,
    typedAt: () => (babbles || line.delivered < line.sent ? undefined : typedAt),
  });
}
