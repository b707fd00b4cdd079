import type { Config } from './settings.js';

/** The headings of the table of settings. Each stands before the setting that it is keyed by. */
export const HEADINGS: { readonly [Key in keyof Config]?: string } = {
  host: 'Listening',
  maxSessions: 'Admission',
  idleTimeoutMs: 'Timeouts',
  inputRate: 'Data limits',
  passwords: 'Login and banner',
  control: 'Operation',
};
