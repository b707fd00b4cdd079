import { programName } from '../../../lib/process/program-name.js';

describe('programName', () => {
  it('is the bare name of a program that npm did not start', () => {
    expect(programName('/usr/bin/impulse', {})).toBe('impulse');
  });

  it('begins with npx if npx or a script of npm started it', () => {
    for (const npm_command of ['exec', 'start', 'run-script', 'run'])
      expect(programName('/project/node_modules/.bin/impulse', { npm_command })).toBe('npx impulse');
  });

  it('names the package if npx fetched it, since another package has the name of the program', () => {
    for (const file of [
      '/home/ann/.npm/_npx/1f2e/node_modules/.bin/impulse',
      'C:\\npm-cache\\_npx\\1f2e\\node_modules\\impulse-bbs\\dist\\bin\\impulse.js',
    ])
      expect(programName(file, { npm_command: 'exec' })).toBe('npx impulse-bbs');
  });
});
