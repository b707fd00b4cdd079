import type { Config } from './settings.js';

/** The headings of the table of settings: each stands before the setting that it names, and goes on to the next. */
export const HEADINGS: { readonly [Key in keyof Config]?: string } = {
  host: 'Where it is',
  maxSessions: 'Who gets in',
  idleTimeoutMs: 'How long',
  inputRate: 'How much',
  passwords: 'What callers meet',
  control: 'What the sysop sees',
};
