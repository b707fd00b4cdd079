import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DRAWN } from '../../bench/diagrams/drawn.js';
import { temporaryFolder } from '../support/cheap-accounts.js';
import { cleanEnv, ended } from '../support/cli.js';

const ROOT = resolve(import.meta.dirname, '../..');
const KEPT = join(ROOT, 'docs/diagrams');

describe('docs/diagrams', () => {
  it('match their specs (npm run diagrams draws them)', async () => {
    const { path, remove } = temporaryFolder();
    const env = cleanEnv({ DIAGRAMS: path });
    const { code, stderr } = await ended(spawn('npm', ['run', '--silent', 'diagrams'], { cwd: ROOT, env }));
    expect(stderr).toBe('');
    expect(code).toBe(0);

    const names = Object.keys(DRAWN).map((name) => `${name}.svg`);
    expect(readdirSync(KEPT).toSorted()).toEqual(names.toSorted());
    const stale = names.filter(
      (name) => readFileSync(join(KEPT, name), 'utf8') !== readFileSync(join(path, name), 'utf8'),
    );
    remove();
    expect(stale).toEqual([]);
  });
});
