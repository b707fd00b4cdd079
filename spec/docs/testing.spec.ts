import { spawn } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '../support/cheap-accounts.js';
import { ended } from '../support/cli.js';

const ROOT = resolve(import.meta.dirname, '../..');

describe('the guide to testing', () => {
  it('has tests that pass', async () => {
    const guide = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
    const tests = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
    const { path, remove } = temporaryFolder();
    symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'));
    const files = tests.map((code, index) => {
      const file = join(path, `${index}.test.mts`);
      writeFileSync(file, code);
      return file;
    });
    const node = ['--import', 'tsx', '--test', ...files];
    const { code, stdout } = await ended(spawn(process.execPath, node, { cwd: ROOT }));
    remove();
    expect(stdout).toContain(`# pass ${tests.length}`);
    expect(code).toBe(0);
  });
});
