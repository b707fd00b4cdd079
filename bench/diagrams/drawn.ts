/** A spec to draw: its full name, and labels for its Observables, in the order in which it creates them. */
export interface Drawn {
  readonly spec: string;
  readonly rows: readonly string[];
}

/** The diagrams of docs/diagrams, by the names of their files. */
export const DRAWN: Readonly<Record<string, Drawn>> = {
  throttle: {
    spec: 'throttle allows a burst, then one more for each token earned, to the millisecond',
    rows: ['calls', 'verdicts'],
  },
  'per-address': {
    spec: 'perAddress passes connections up to the limit, and earlier refusals',
    rows: ['calls', 'verdicts'],
  },
  admit: {
    spec: 'admit as an operator lets callers in up to its capacity, then into the waiting room, and refuses the rest',
    rows: ['calls', 'verdicts'],
  },
  'human-gate': {
    spec: 'humanGate admits a caller who presses ESC twice, among other keys and in any chunks',
    rows: ['keys', 'calls', 'welcome'],
  },
  'session-timeouts': {
    spec: 'sessionTimeouts idle starts anew with each input',
    rows: ['typed', 'passed on'],
  },
  farewell: {
    spec: 'a farewell cuts a connection that takes longer than half a second, and reports that not all was sent',
    rows: ['line is gone', 'all was sent'],
  },
  drain: {
    spec: 'drain an order ends waiting and logging-in sessions, tells the others, and ends them after the grace period',
    rows: ['orders', 'events', 'events'],
  },
  summarise: {
    spec: 'summarise passes the first ten refusals of a window and counts the rest',
    rows: ['events', 'log'],
  },
};
