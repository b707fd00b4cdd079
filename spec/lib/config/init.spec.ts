import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { readConfig } from '../../../lib/config/config.js';
import { init } from '../../../lib/config/init.js';
import { temporaryFolder } from '../../support/cheap-accounts.js';

describe('init', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());
  const inside = (name: string) => join(folder.path, name);

  it('writes a configuration that differs from the default only by its banner', () => {
    expect(init(folder.path)).toEqual([inside('.env'), inside('banner.txt')]);

    const { config, warnings } = readConfig({ flags: {}, env: {}, cwd: folder.path });
    const plain = readConfig({ flags: {}, env: {}, cwd: '/' });
    expect(warnings).toEqual([]);
    expect(config.banner).toContain('Welcome to this board!');
    expect({ ...config, banner: plain.config.banner }).toEqual(plain.config);
    expect(parse(readFileSync(inside('.env')))).toEqual({ IMPULSE_BANNER: 'banner.txt' });
  });

  it('creates the folder', () => {
    init(inside('boards/first'));
    expect(readdirSync(inside('boards/first')).sort()).toEqual(['.env', 'banner.txt']);
  });

  for (const [taken, other] of [
    ['.env', 'banner.txt'],
    ['banner.txt', '.env'],
  ] as const) {
    it(`writes nothing if there is a ${taken}`, () => {
      writeFileSync(inside(taken), 'mine');
      expect(() => init(folder.path)).toThrowError(`nothing was written: ${inside(taken)} already exists`);
      expect(readFileSync(inside(taken), 'utf8')).toBe('mine');
      expect(existsSync(inside(other))).toBe(false);
    });
  }

  it('never writes through a symbolic link, not even a dangling one', () => {
    symlinkSync(inside('elsewhere'), inside('banner.txt'));
    expect(() => init(folder.path)).toThrowError(/banner.txt already exists$/);
    expect(lstatSync(inside('banner.txt')).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder.path)).toEqual(['banner.txt']);
  });

  it("says why it can't write", () => {
    writeFileSync(inside('file'), '');
    expect(() => init(inside('file/board'))).toThrowError(/^nothing was written: [^\n]*ENOTDIR[^\n]*$/);
    if (process.getuid?.() === 0) return;
    chmodSync(folder.path, 0o500);
    expect(() => init(folder.path)).toThrowError(/^nothing was written: [^\n]*EACCES[^\n]*$/);
  });
});
