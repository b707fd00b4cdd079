import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BAD_CONFIGURATION, USAGE } from '../../bin/exit-codes.js';
import { socketPath } from '../../lib/operations/control/socket-path.js';
import { SPARE_FILES } from '../../lib/process/open-files.js';
import { DEFAULT_LIMITS } from '../../lib/session-manager.js';
import { temporaryFolder } from '../support/cheap-accounts.js';
import { AFTERWARDS_S, assignments, deployed, seconds } from '../support/deploy.js';
import { has } from '../support/shells.js';

const service = deployed('impulse.service');
const inService = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(service)?.[1];

describe('the systemd units', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  /** Runs systemd-analyze on the units, with node in place of our program, which isn't installed. */
  function analyze(command: readonly string[], env: NodeJS.ProcessEnv = {}) {
    if (!has('systemd-analyze')) pending('systemd-analyze is not installed');
    const unit = (name: string, text: string) => {
      writeFileSync(join(folder.path, name), text);
      return join(folder.path, name);
    };
    const files = [unit('impulse.service', service.replace('/usr/local/bin/impulse', process.execPath))];
    if (command[0] === 'verify') files.push(unit('impulse.socket', deployed('impulse.socket')));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', [...command, ...files], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    return { status, stdout, stderr };
  }

  it('are valid for systemd-analyze, without a warning', () => {
    if (!has('man')) pending('man is not installed');
    // Where npm installs the package's manual page.
    const pages = join(folder.path, 'share/man/man1');
    mkdirSync(pages, { recursive: true });
    writeFileSync(
      join(pages, 'impulse.1'),
      readFileSync(new URL('../../dist/man/impulse.1', import.meta.url)),
    );
    const env = { MANPATH: join(folder.path, 'share/man') };
    expect(analyze(['verify', '--man=yes'], env)).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('have an exposure level below 2', () => {
    const { stdout } = analyze(['security', '--offline=yes']);
    const [, exposure] = /exposure level for impulse\.service: (\d+\.\d)/.exec(stdout) ?? [];
    expect(Number(exposure)).toBeLessThan(2);
  });

  it('allow JIT compilation (no MemoryDenyWriteExecute), and answer forbidden system calls with EPERM', () => {
    expect(inService('SystemCallErrorNumber')).toBe('EPERM');
    expect(inService('MemoryDenyWriteExecute')).toBeUndefined();
    expect(inService('RestrictAddressFamilies')?.split(' ').sort()).toEqual([
      'AF_INET',
      'AF_INET6',
      'AF_UNIX',
    ]);
  });

  it('give the board time for its grace, and at least a minute', () => {
    const grace = Math.max(60, Number(DEFAULT_LIMITS.shutdownGraceMs) / 1000);
    expect(seconds(inService('TimeoutStopSec'))).toBeGreaterThanOrEqual(grace + AFTERWARDS_S);
  });

  it('leave every setting to .env, which variables would override', () => {
    expect(assignments(service)).toEqual({});
    expect(inService('Environment')).toBeUndefined();
    expect(inService('WorkingDirectory')).toBe('/var/lib/impulse');
  });

  it('have the control socket where the guide says', () => {
    const runtime = join(folder.path, inService('RuntimeDirectory') ?? '');
    mkdirSync(runtime);
    expect(socketPath('auto', 2323, { RUNTIME_DIRECTORY: runtime })).toBe(join(runtime, 'control.sock'));
    const guide = readFileSync(new URL('../../docs/deployment.md', import.meta.url), 'utf8');
    expect(guide).toContain(`--control /run/${inService('RuntimeDirectory')}/control.sock`);
  });

  it('allow enough open files for the default limits, and for ten times as many callers', () => {
    const { maxSessions, waitingRoom } = DEFAULT_LIMITS;
    expect(Number(inService('LimitNOFILE'))).toBeGreaterThan(10 * (maxSessions + waitingRoom) + SPARE_FILES);
  });

  it("don't restart a board after wrong usage or a bad configuration", () => {
    expect(inService('RestartPreventExitStatus')).toBe(`${USAGE} ${BAD_CONFIGURATION}`);
  });
});
