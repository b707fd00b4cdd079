import { type Config, SETTINGS, type Setting, variable } from './settings.js';

const HEAD = `# The settings of a board, in a file .env in the working directory. Remove the # from the lines to change.
# A flag (--port 2400) or an environment variable overrides a line here; a value behind a # is the default.
# "impulse check-config" shows the values in use, and where they come from.
`;

/**
 * Returns the text of a `.env` that explains every setting. Settings that aren't given are commented out,
 * with their defaults.
 */
export function envFile(given: { readonly [Key in keyof Config]?: string } = {}): string {
  const paragraphs = Object.entries<Setting>(SETTINGS).map(([key, setting]) => {
    const value = given[key as keyof Config];
    const line = `${variable(setting)}=${value ?? setting.default}`;
    return `
# ${setting.description}.
# Allowed: ${setting.allowed}.
${value === undefined ? '#' : ''}${line}
`;
  });
  return [HEAD, ...paragraphs].join('');
}
