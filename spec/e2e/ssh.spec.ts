import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { addKey } from '../../lib/accounts/passwd.js';
import { passwords } from '../../lib/accounts/passwords.js';
import { readPublicKey } from '../../lib/accounts/public-key.js';
import { lobby } from '../../lib/apps/lobby/lobby.js';
import { createImpulse, type Impulse, type ImpulseOptions } from '../../lib/create-impulse.js';
import { hostKeyFile } from '../../lib/transports/ssh/host-key.js';
import { ssh } from '../../lib/transports/ssh/ssh.js';
import { temporaryFolder, writeAccounts } from '../support/cheap-accounts.js';
import { has } from '../support/shells.js';
import { callSsh, hangUpSsh } from '../support/ssh-caller.js';

const run = promisify(execFile);

describe('ssh, with the clients that people have', () => {
  const folder = temporaryFolder();
  const { key, fingerprint } = hostKeyFile(join(folder.path, 'host_key'));
  afterAll(() => folder.remove());

  const opened: Impulse[] = [];
  afterEach(async () => {
    hangUpSsh();
    await Promise.all(opened.splice(0).map((impulse) => impulse.shutdown('done', { force: true })));
  });
  async function open(options: Partial<ImpulseOptions> = {}) {
    const impulse = createImpulse({
      app: lobby(),
      penalties: false,
      listeners: [ssh({ port: 0, hostKey: key })],
      ...options,
    });
    opened.push(impulse);
    const { port } = await impulse.start();
    return { impulse, port };
  }
  const withAccounts = async () => {
    const file = join(folder.path, 'accounts');
    await writeAccounts(file, { ann: 'correct horse' });
    return { file, ...(await open({ authenticate: passwords(file) })) };
  };

  /** Runs a client at a terminal, and returns all that it shows, and its exit code. */
  async function atTerminal(client: string, steps: readonly string[]): Promise<string> {
    const script = `set timeout 10\nspawn -noecho ${client}\n${steps.join('\n')}\nexpect { eof {} timeout { exit 9 } }\nputs "code [lindex [wait] 3]"`;
    const { stdout } = await run('expect', ['-c', script], { timeout: 30_000 });
    return stdout;
  }
  const openSsh = (port: number, more = '', name = 'ann') =>
    `ssh -F none -p ${port} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=INFO ${more} ${name}@127.0.0.1`;
  const says = (words: string) => `send "${words}\\r"`;
  const sees = (words: string) => `expect "${words}"`;

  describe('OpenSSH', () => {
    beforeEach(() => {
      if (!has('ssh')) pending('openssh-client is not installed');
      if (!has('expect')) pending('expect is not installed');
    });

    it('lets a guest in under the name of the client, and exits with 0', async () => {
      const { port } = await open();
      const screen = await atTerminal(openSsh(port), [
        sees('Handle'),
        says(''),
        sees('Welcome, ann!'),
        says('/quit'),
      ]);
      expect(screen).toContain('Goodbye, and call again!');
      expect(screen).toMatch(/code 0\s*$/);
    });

    it('asks for the password, again if it is wrong, and not on the board', async () => {
      const { port } = await withAccounts();
      const screen = await atTerminal(openSsh(port), [
        sees('assword:'),
        says('wrong'),
        sees('assword:'),
        says('correct horse'),
        sees('Welcome, ann!'),
        says('/quit'),
      ]);
      expect(screen).not.toContain('Handle');
      expect(screen).toMatch(/code 0\s*$/);
    });

    it('is told that the login failed, and that the board is full', async () => {
      const { port } = await withAccounts();
      const again = [sees('assword:'), says('wrong')];
      const failed = await atTerminal(openSsh(port), [...again, ...again, ...again]);
      expect(failed).toMatch(/Received disconnect from 127\.0\.0\.1 port \d+:11: Login failed\. Goodbye!/);
      expect(failed).toMatch(/code 255\s*$/);
      const full = await open({ maxSessions: 1, waitingRoom: 0 });
      await callSsh(full.port);
      const refused = await atTerminal(openSsh(full.port), []);
      expect(refused).toMatch(/Received disconnect from 127\.0\.0\.1 port \d+:12: .*busy/);
    });

    it('logs in by a key', async () => {
      const { port, file } = await withAccounts();
      const identity = join(folder.path, 'id');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', identity]);
      await addKey(file, 'ann', readPublicKey(readFileSync(`${identity}.pub`, 'utf8')));
      chmodSync(identity, 0o600);
      const screen = await atTerminal(openSsh(port, `-i ${identity} -o IdentitiesOnly=yes`), [
        sees('Welcome, ann!'),
        says('/quit'),
      ]);
      expect(screen).not.toContain('assword');
      expect(screen).toMatch(/code 0\s*$/);
    });

    it('reads lines of a pipe without a terminal, and refuses a command and files', async () => {
      const { port } = await open();
      const piped = await run('sh', ['-c', `printf 'bob\\n/quit\\n' | ${openSsh(port, '-T', 'bob')}`]);
      expect(piped.stdout).toContain('Welcome, bob!');
      const command = run('sh', ['-c', `${openSsh(port)} ls`]);
      await expectAsync(command).toBeRejectedWith(
        jasmine.objectContaining({ code: 1, stderr: jasmine.stringContaining('it runs no commands') }),
      );
      const files = run('sh', ['-c', openSsh(port).replace('ssh -F none -p', 'sftp -F none -P')]);
      await expectAsync(files).toBeRejectedWith(jasmine.objectContaining({ code: 255 }));
    });
  });

  describe('plink', () => {
    beforeEach(() => {
      if (!has('plink')) pending('putty-tools is not installed');
      if (!has('expect')) pending('expect is not installed');
    });
    const plink = (port: number) => `plink -ssh -P ${port} -hostkey ${fingerprint} ann@127.0.0.1`;

    it('lets a guest in, and takes a password for an account', async () => {
      const guest = await open();
      const seen = await atTerminal(plink(guest.port), [
        // plink asks whether the board begins now, in case what it showed was faked.
        sees('Press Return'),
        says(''),
        sees('Handle'),
        says(''),
        sees('Welcome, ann!'),
        says('/quit'),
      ]);
      expect(seen).toMatch(/code 0\s*$/);
      const { port } = await withAccounts();
      const screen = await atTerminal(plink(port), [
        sees('assword'),
        says('correct horse'),
        sees('Press Return'),
        says(''),
        sees('Welcome, ann!'),
        says('/quit'),
      ]);
      expect(screen).toMatch(/code 0\s*$/);
    });
  });
});
