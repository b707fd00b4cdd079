import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { socketPath } from '../../../../lib/operations/control/socket-path.js';

describe('socketPath', () => {
  let runtime: string;
  beforeEach(() => {
    runtime = mkdtempSync(join(tmpdir(), 'impulse-'));
  });
  afterEach(() => rmSync(runtime, { recursive: true }));

  it("returns a path in the user's runtime directory, named by the port", () => {
    expect(socketPath('auto', 2323, { XDG_RUNTIME_DIR: runtime, HOME: '/home/ann' })).toBe(
      `${runtime}/impulse/2323.sock`,
    );
  });

  it('returns a path in the folder that systemd created for the service, whatever the port', () => {
    const service = { RUNTIME_DIRECTORY: runtime, XDG_RUNTIME_DIR: '/nowhere', HOME: '/home/ann' };
    expect(socketPath('auto', 2323, service)).toBe(`${runtime}/control.sock`);
    expect(socketPath('auto', 2323, { ...service, RUNTIME_DIRECTORY: `${runtime}:/run/more` })).toBe(
      `${runtime}/control.sock`,
    );
    for (const RUNTIME_DIRECTORY of ['', 'relative', `${runtime}/none`])
      expect(socketPath('auto', 1, { ...service, RUNTIME_DIRECTORY })).toBe('/home/ann/.impulse/1.sock');
  });

  it('returns a path in the home directory if there is no runtime directory', () => {
    writeFileSync(join(runtime, 'file'), '');
    for (const XDG_RUNTIME_DIR of [undefined, '', `${runtime}/none`, `${runtime}/file`, 'relative']) {
      expect(socketPath('auto', 1, { XDG_RUNTIME_DIR, HOME: '/home/ann' })).toBe('/home/ann/.impulse/1.sock');
    }
    expect(socketPath('auto', 1, {})).toBe(join(homedir(), '.impulse/1.sock'));
  });

  it('returns the given path, whatever the port', () => {
    expect(socketPath('/run/board.sock', 2323, { XDG_RUNTIME_DIR: runtime })).toBe('/run/board.sock');
    expect(socketPath('board.sock', 2323)).toBe(resolve('board.sock'));
  });

  it('accepts a path as long as the kernel allows, in bytes, and rejects a longer one', () => {
    const longest = process.platform === 'linux' ? 107 : 103;
    const fits = `/${'a'.repeat(longest - 1)}`;
    expect(socketPath(fits, 1)).toBe(fits);
    expect(() => socketPath(`${fits}a`, 1)).toThrowError(
      `the path of the socket is too long: ${longest + 1} bytes, allowed is ${longest}: ${fits}a`,
    );
    expect(() => socketPath(`/${'é'.repeat(longest / 2)}`, 1)).not.toThrow();
    expect(() => socketPath(`/${'é'.repeat(longest - 1)}`, 1)).toThrow();
  });
});
