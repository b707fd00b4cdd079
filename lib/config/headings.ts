import type { Config } from './settings.js';

/** The headings of the table of settings. Each stands before the setting that it is keyed by. */
export const HEADINGS: { readonly [Key in keyof Config]?: string } = {
  host: 'Where it is',
  maxSessions: 'Who gets in',
  idleTimeoutMs: 'How long',
  inputRate: 'How much',
  passwords: 'What callers meet',
  control: 'What the sysop sees',
};
