import type { Terminal } from '../types/connection.js';

/** The default for a terminal that isn't known yet. */
export const UNKNOWN_TERMINAL: Terminal = {
  columns: 80,
  rows: 24,
  echo: false,
  type: null,
  encoding: 'utf-8',
  colours: false,
  cursor: false,
  screenReader: false,
  links: false,
  pcKeys: false,
};
