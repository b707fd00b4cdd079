import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MAX_CONTROL_CONNECTIONS } from '../../../lib/operations/control/control.js';
import { MAX_METRICS_CONNECTIONS } from '../../../lib/operations/metrics/serve-metrics.js';
import { farewellsThatFit, openFilesLimit, SPARE_FILES } from '../../../lib/process/open-files.js';

/** Returns `openFilesLimit()` of a child process, started by a shell that set the limit. */
async function limitIn(ulimit: string, before = ''): Promise<string> {
  const module = JSON.stringify(new URL('../../../lib/process/open-files.ts', import.meta.url));
  const program = `const { openFilesLimit } = await import(${module}); ${before} console.log(openFilesLimit());`;
  const { stdout } = await promisify(execFile)('sh', [
    ...['-c', `ulimit -n ${ulimit} && exec "$@"`, 'sh'],
    ...[process.execPath, '--import', 'tsx', '--input-type=module', '-e', program],
  ]);
  return stdout.trim();
}

describe('openFilesLimit', () => {
  it('returns the soft limit of the process', async () => {
    expect(await limitIn('256')).toBe('256');
  });

  it('works without /proc too', async () => {
    const elsewhere = "Object.defineProperty(process, 'platform', { value: 'darwin' });";
    expect(await limitIn('257', elsewhere)).toBe('257');
  });

  it('returns null without a limit', async () => {
    const unlimited =
      "Object.defineProperty(process, 'platform', { value: 'darwin' });" +
      "process.report.getReport = () => ({ userLimits: { open_files: { soft: 'unlimited' } } });";
    expect(await limitIn('256', unlimited)).toBe('null');
  });

  it('returns null if the limit is unknown', async () => {
    const unknown =
      "Object.defineProperty(process, 'platform', { value: 'win32' }); process.report.getReport = () => ({});";
    expect(await limitIn('256', unknown)).toBe('null');
  });

  it('returns a number of files on this system', () => {
    const limit = openFilesLimit();
    expect(limit === null || (Number.isInteger(limit) && limit > 0)).toBeTrue();
  });
});

describe('farewellsThatFit', () => {
  const config = { maxSessions: 100, waitingRoom: 20 };

  it('returns what sessions, the waiting room and the spare files leave', () => {
    expect(farewellsThatFit(config, 250)).toBe(250 - 120 - SPARE_FILES);
    expect(farewellsThatFit(config, 120 + SPARE_FILES)).toBe(0);
    expect(farewellsThatFit(config, 10)).toBe(0);
  });

  it('leaves the connections of a board below the limit, so that none waits for a descriptor', () => {
    for (const limit of [120 + SPARE_FILES, 250, 1024, 20_000])
      expect(120 + farewellsThatFit(config, limit)).toBeLessThan(limit);
  });

  it('returns Infinity without a limit', () => {
    expect(farewellsThatFit(config, null)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('SPARE_FILES', () => {
  it('cover all control and metrics connections, and the files of an empty board', () => {
    const ownFiles = 32;
    expect(SPARE_FILES).toBeGreaterThanOrEqual(ownFiles + MAX_CONTROL_CONNECTIONS + MAX_METRICS_CONNECTIONS);
  });
});
