import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEVER } from 'rxjs';
import { metrics } from '../../lib/operations/metrics/metrics.js';
import { EMPTY_STATS } from '../../streams/events/stats.js';
import { temporaryFolder } from '../support/cheap-accounts.js';
import { ended } from '../support/cli.js';
import { works } from '../support/pty.js';

const guide = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

describe('docs/operations.md', () => {
  it('has a row for every metric of ours, with its labels, and no other', async () => {
    const { registry, running } = metrics(NEVER, () => EMPTY_STATS);
    running.unsubscribe();
    const rows = [...guide.matchAll(/^\| `(impulse_\w+)(?:\{(\w+)\})?` \| (\w+) \|/gm)].map((row) =>
      row.slice(1, 4),
    );

    const ours = (await registry.getMetricsAsJSON()).filter(({ name }) => name.startsWith('impulse_'));
    const expected = ours.map(({ name, type, values }) => {
      const [label] = Object.keys(values[0]?.labels ?? {}).filter((each) => each !== 'le');
      return [name, label, String(type)];
    });
    expect(rows).toEqual(jasmine.arrayWithExactContents(expected));
  });

  it('has alerts that promtool accepts', async () => {
    if (!works('command -v promtool')) return pending('not installed (Debian: prometheus)');
    const { path, remove } = temporaryFolder();
    const rules = join(path, 'rules.yml');
    writeFileSync(rules, /```yaml\n(.*?)```/s.exec(guide)?.[1] ?? '');
    const { code, stdout } = await ended(spawn('promtool', ['check', 'rules', rules]));
    remove();
    expect(code).toBe(0);
    expect(stdout).toMatch(/SUCCESS: [1-9]\d* rules found/);
  });
});
