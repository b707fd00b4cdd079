import { client } from './client.js';
import type { SimulatedClock } from './clock.js';
import { type Line, simulatedLine } from './line.js';
import { said } from './said.js';
import type { PlannedCaller } from './world.js';

/** A line, and its caller. */
export type CallersLine = Line & {
  /** Whether the caller reads all that comes. */
  readonly isFaithful: () => boolean;
  /** When the caller typed last, if all that has come to the board, and it can tell it from telnet. */
  readonly typedAt: () => number | undefined;
};

/**
 * A caller calls, and does what they do for as long as there is a line.
 *
 * @param silenceMs How long the board's kernel stays with a caller who is gone without a word; `null` for ever.
 * @param read Told of all text that comes.
 * @param blame Told of what the board did wrong.
 */
export function visit(
  { index, address, latencyMs, manners, window, endsToo, pieces, steps, dice }: PlannedCaller,
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
    manners,
    window,
    (bytes) => line.send(bytes),
    (bytes) => {
      read(bytes);
      hear(bytes);
    },
  );
  const line: Line = simulatedLine({ address, latencyMs, silenceMs }, clock, {
    bytes: receive,
    over() {
      gone = true;
      if (line.misuse.length > 0) blame(`caller ${index}: ${line.misuse[0]}`);
      if (endsToo) line.hangUp();
    },
  });

  const send = (bytes: Uint8Array) => {
    const cut = pieces === 'whole' ? bytes.length : pieces === 'halves' ? dice.int(1, bytes.length) : 1;
    // A flood of single bytes would be a run of nothing else.
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
