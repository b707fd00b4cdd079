import { type Config, SETTINGS, type Setting, variable } from './settings.js';

const HEAD = `# What a sysop can set, in a file .env in the working directory: take the # away from the lines to change.
# A flag (--port 2400) or a variable of the environment beats what is written here; every value
# behind a # is what you get without it. "impulse check-config" tells what is in force, and why.
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
