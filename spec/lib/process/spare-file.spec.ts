import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder, writeAccounts } from '../../support/cheap-accounts.js';

/** Runs a program in a child process with a limit of 64 open files. Returns its output. */
async function printed(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', [
    ...['-c', 'ulimit -n 64 && exec "$@"', 'sh'],
    ...[process.execPath, '--import', 'tsx', '--input-type=module', '-e', program, ...args],
  ]);
  return stdout.trim();
}
const moduleAt = (path: string) => JSON.stringify(new URL(`../../../lib/${path}`, import.meta.url));

/** Opens files until no descriptor is left. */
const FILL = `
  const fill = () => { try { for (;;) fs.openSync('/dev/null'); } catch (error) { return error.code; } };
`;

describe('withSpareFile', () => {
  it('provides a descriptor when none is left, repeatedly, and leaves none behind', async () => {
    const said = await printed(`
      import fs from 'node:fs';
      const { keepSpareFile, withSpareFile } = await import(${moduleAt('process/spare-file.ts')});
      ${FILL}
      keepSpareFile();
      keepSpareFile();
      const all = [fill()];
      for (let time = 0; time < 3; time += 1) {
        all.push(withSpareFile(() => fs.readFileSync('/dev/null', 'utf8').length), fill());
        try { withSpareFile(() => { throw new Error('bad file'); }); } catch ({ message }) { all.push(message, fill()); }
      }
      console.log(all.join());`);
    const each = ['0', 'EMFILE', 'bad file', 'EMFILE'];
    expect(said).toBe(['EMFILE', ...each, ...each, ...each].join());
  });

  it('works if no spare file was kept', async () => {
    const said = await printed(`
      import fs from 'node:fs';
      const { withSpareFile } = await import(${moduleAt('process/spare-file.ts')});
      console.log(withSpareFile(() => fs.readFileSync('/dev/null').length));`);
    expect(said).toBe('0');
  });

  it('allows account files to be read when no descriptor is left', async () => {
    const folder = temporaryFolder();
    const file = join(folder.path, 'accounts');
    await writeAccounts(file, { ann: 'correct horse' });
    const said = await printed(
      `
      import fs from 'node:fs';
      const { accountReader } = await import(${moduleAt('accounts/account-reader.ts')});
      ${FILL}
      const read = accountReader(process.argv[1]);
      const all = [fill()];
      for (let time = 0; time < 3; time += 1) all.push([...(await read()).keys()], fill());
      console.log(all.join());`,
      file,
    );
    folder.remove();
    expect(said).toBe(['EMFILE', ...Array(3).fill(['ann', 'EMFILE'])].flat().join());
  });
});
