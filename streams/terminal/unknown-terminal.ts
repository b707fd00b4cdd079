import type { Terminal } from '../types/connection.js';

/** What a terminal is taken for of which nothing is known. */
export const UNKNOWN_TERMINAL: Terminal = {
  columns: 80,
  rows: 24,
  echo: false,
  type: null,
  encoding: 'utf-8',
  colours: false,
  cursor: false,
  screenReader: false,
  pcKeys: false,
};
