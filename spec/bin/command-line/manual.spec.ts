import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { flag, SETTINGS, type Setting, variable } from '../../../lib/config/settings.js';
import { impulse } from '../../support/cli.js';
import { has } from '../../support/shells.js';

describe('the manual page', () => {
  let page: string;
  beforeAll(async () => {
    ({ stdout: page } = await impulse(['man']));
  });

  const mandoc = (...args: string[]) => {
    if (!has('mandoc')) pending('mandoc is not installed');
    return spawnSync('mandoc', args, { input: page, encoding: 'utf8' });
  };
  const shown = () => mandoc('-T', 'utf8', '-O', 'width=500').stdout.replace(/.\x08/g, '');

  it('is the page in the package, and the same in each build', () => {
    const { man } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect(readFileSync(new URL(`../../../${man}`, import.meta.url), 'utf8')).toBe(page);
  });

  it('has no errors or warnings', () => {
    expect(mandoc('-T', 'lint')).toEqual(jasmine.objectContaining({ status: 0, stdout: '', stderr: '' }));
  });

  it('has the usual sections', () => {
    expect(page.match(/(?<=^\.SH ).*$/gm)).toEqual([
      'NAME',
      'SYNOPSIS',
      'DESCRIPTION',
      'COMMANDS',
      'OPTIONS',
      'ENVIRONMENT',
      'FILES',
      'SIGNALS',
      'EXIT STATUS',
      'EXAMPLES',
      'SEE ALSO',
    ]);
  });

  it('has every setting with its flag, its variable, the allowed values and the default', () => {
    const text = shown();
    for (const setting of Object.values<Setting>(SETTINGS)) {
      expect(text).toContain(`${flag(setting)} ${setting.takes}\n`);
      const explained = `${setting.description}. Allowed is ${setting.allowed}; the default is ${setting.default}. In the environment: ${variable(setting)}.`;
      expect(text.replace(/\s+/g, ' ')).toContain(explained);
    }
  });

  it('has every command of the help, with its description, its own flags and its examples', async () => {
    const text = shown();
    const { stdout: help } = await impulse(['--help']);
    for (const [, name] of help.matchAll(/^ {2}([a-z][a-z-]+) /gm)) {
      expect(text).toMatch(new RegExp(`^ +${name}\\b`, 'm'));
    }
    expect(text).toMatch(/^ +impulse passwd \[options\] <handle>$/m);
    expect(text).toMatch(/^ +--json: print it as JSON$/m);
    expect(text).toMatch(/^ +shell: one of bash, zsh, fish$/m);
    expect(text).toMatch(/^ +impulse init my-board\n +Creates a board in a new folder\.$/m);
  });
});
