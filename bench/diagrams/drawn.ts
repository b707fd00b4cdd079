/** What is drawn of a spec: its full name, and what its rows are called, in the order in which it makes them. */
export interface Drawn {
  readonly spec: string;
  readonly rows: readonly string[];
}

/** The diagrams of docs/diagrams, by the names of their files. */
export const DRAWN: Readonly<Record<string, Drawn>> = {
  throttle: {
    spec: 'throttle lets a burst in, then one more each time that one has been earned, on the very millisecond',
    rows: ['calls', 'verdicts'],
  },
  'at-once': {
    spec: 'atOnce passes those that are few enough, and what was refused before',
    rows: ['calls', 'verdicts'],
  },
  admit: {
    spec: 'admit as an operator lets callers in up to its capacity, then into the waiting room, and refuses the rest',
    rows: ['calls', 'verdicts'],
  },
  'human-gate': {
    spec: 'humanGate lets in whoever presses ESC twice, whatever else they press, and in whatever pieces',
    rows: ['keys', 'calls', 'welcome'],
  },
  expire: {
    spec: 'expire idle starts anew with each input',
    rows: ['typed', 'passed on'],
  },
  farewell: {
    spec: 'a farewell cuts off whoever takes longer than half a second, and says that not all was sent',
    rows: ['line is gone', 'all was sent'],
  },
  drain: {
    spec: 'drain an order sends home who is waiting or logging in, tells the others, and sends them home after the grace',
    rows: ['orders', 'events', 'events'],
  },
  summarise: {
    spec: 'summarise shows the first ten refusals of a window and counts the rest',
    rows: ['events', 'log'],
  },
};
