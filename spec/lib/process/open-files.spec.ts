import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MAX_CONTROL_CONNECTIONS } from '../../../lib/operations/control/control.js';
import { MAX_METRICS_CONNECTIONS } from '../../../lib/operations/metrics/serve-metrics.js';
import {
  farewellsThatFit,
  openFilesLimit,
  openFilesProblem,
  openFilesWarning,
  SPARE_FILES,
} from '../../../lib/process/open-files.js';

/** What `openFilesLimit()` says in a process of its own, started by a shell that set the limit. */
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
  it('is what the process was given', async () => {
    expect(await limitIn('256')).toBe('256');
  });

  it('is found out without /proc too', async () => {
    const elsewhere = "Object.defineProperty(process, 'platform', { value: 'darwin' });";
    expect(await limitIn('257', elsewhere)).toBe('257');
  });

  it('is null when there is none', async () => {
    const unlimited =
      "Object.defineProperty(process, 'platform', { value: 'darwin' });" +
      "process.report.getReport = () => ({ userLimits: { open_files: { soft: 'unlimited' } } });";
    expect(await limitIn('256', unlimited)).toBe('null');
  });

  it('is null when it is not known', async () => {
    const unknown =
      "Object.defineProperty(process, 'platform', { value: 'win32' }); process.report.getReport = () => ({});";
    expect(await limitIn('256', unknown)).toBe('null');
  });

  it('is a number of files here', () => {
    const limit = openFilesLimit();
    expect(limit === null || (Number.isInteger(limit) && limit > 0)).toBeTrue();
  });
});

describe('farewellsThatFit', () => {
  const config = { maxSessions: 100, waitingRoom: 20 };

  it('is what sessions, the waiting room and the spare files leave', () => {
    expect(farewellsThatFit(config, 250)).toBe(250 - 120 - SPARE_FILES);
    expect(farewellsThatFit(config, 120 + SPARE_FILES)).toBe(0);
    expect(farewellsThatFit(config, 10)).toBe(0);
  });

  it('leaves the connections of a board below the limit, so that none waits for a descriptor', () => {
    for (const limit of [120 + SPARE_FILES, 250, 1024, 20_000])
      expect(120 + farewellsThatFit(config, limit)).toBeLessThan(limit);
  });

  it('has no end without a limit', () => {
    expect(farewellsThatFit(config, null)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('openFilesProblem', () => {
  const config = { maxSessions: 100, waitingRoom: 50 };

  it('is null up to the last spare file', () => {
    expect(openFilesProblem(config, 150 + SPARE_FILES)).toBeNull();
    expect(openFilesProblem(config, 150 + SPARE_FILES - 1)).not.toBeNull();
  });

  it('is null without a limit', () => {
    expect(openFilesProblem({ maxSessions: 1_000_000, waitingRoom: 1_000_000 }, null)).toBeNull();
  });

  it('says in one line what is wrong, what is allowed and how to raise it', () => {
    expect(openFilesProblem({ maxSessions: 1000, waitingRoom: 0 }, 256)).toBe(
      'max-sessions 1000 needs 1096 open files and this process may have 256: allowed is max-sessions up to 160; ' +
        'to raise the limit, run `ulimit -n 1096` before the start (over the hard limit as root)',
    );
  });

  it('counts the waiting room', () => {
    expect(openFilesProblem(config, 200)).toContain(
      'max-sessions 100 with waiting-room 50 needs 246 open files and this process may have 200: ' +
        'allowed is max-sessions up to 54;',
    );
  });

  it('allows nothing where nothing fits', () => {
    expect(openFilesProblem({ maxSessions: 1, waitingRoom: 0 }, SPARE_FILES)).toContain(
      ': not even one session fits;',
    );
    expect(openFilesProblem({ maxSessions: 1, waitingRoom: 9 }, SPARE_FILES + 9)).toContain('not even one');
  });
});

describe('openFilesWarning', () => {
  const config = { maxSessions: 100, waitingRoom: 20, gate: 'off', proxyFrom: [] };

  it('says in one line how many callers fit, who else may be there, and what to set', () => {
    expect(openFilesWarning(config, 250)).toBe(
      'this process may have 250 open files, enough for 154 callers; there may be 1244 at once ' +
        '(max-sessions 100, waiting-room 20, goodbyes 1124): ' +
        'for all of them, run `ulimit -n 1340` before the start (over the hard limit as root)',
    );
  });

  it('is null up to the last spare file', () => {
    expect(openFilesWarning(config, 1244 + SPARE_FILES)).toBeNull();
    expect(openFilesWarning(config, 1244 + SPARE_FILES - 1)).not.toBeNull();
  });

  it('is null without a limit', () => {
    expect(openFilesWarning({ ...config, maxSessions: 1_000_000 }, null)).toBeNull();
  });

  it('counts callers at the gate, and connections without their PROXY header yet', () => {
    const all = { ...config, waitingRoom: 0, gate: 'esc', proxyFrom: ['192.0.2.1'] };
    expect(openFilesWarning({ ...all, proxyFrom: [] }, 1340)).toContain('gate 1024, goodbyes 1124');
    expect(openFilesWarning({ ...all, gate: 'off' }, 1340)).toContain('PROXY headers 1024, goodbyes 1124');
    expect(openFilesWarning(all, 1340)).toContain(
      'there may be 3272 at once (max-sessions 100, gate 1024, PROXY headers 1024, goodbyes 1124)',
    );
  });

  it('carries nobody with fewer files than the board has itself', () => {
    expect(openFilesWarning(config, SPARE_FILES - 1)).toContain('enough for 0 callers;');
  });
});

describe('SPARE_FILES', () => {
  it('are enough for all who ask at the control socket and the metrics, and for a board of nobody', () => {
    const ownFiles = 32;
    expect(SPARE_FILES).toBeGreaterThanOrEqual(ownFiles + MAX_CONTROL_CONNECTIONS + MAX_METRICS_CONNECTIONS);
  });
});
