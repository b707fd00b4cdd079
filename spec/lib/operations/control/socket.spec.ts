import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { firstValueFrom, type Subscription, switchMap } from 'rxjs';
import { listenOnSocket } from '../../../../lib/operations/control/socket.js';
import { temporaryFolder } from '../../../support/cheap-accounts.js';

describe('listenOnSocket', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let open: Subscription[];
  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder.path, 'board.sock');
    open = [];
  });
  afterEach(() => {
    for (const each of open) each.unsubscribe();
    folder.remove();
  });

  /** Listens until the spec is over. */
  const listens = (most = 2) =>
    new Promise<{ stop: () => void; sockets: Socket[] }>((resolve, reject) => {
      const sockets: Socket[] = [];
      const running = listenOnSocket(path, most)
        .pipe(
          switchMap((socket$) => {
            resolve({ stop: () => running.unsubscribe(), sockets });
            return socket$;
          }),
        )
        .subscribe({ next: (socket) => sockets.push(socket), error: reject });
      open.push(running);
    });

  it('creates a socket for its owner alone, whatever the umask, which it restores', async () => {
    const before = process.umask(0);
    try {
      await listens();
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(process.umask()).toBe(0);
    } finally {
      process.umask(before);
    }
  });

  it('emits the connections', async () => {
    const { sockets } = await listens();
    const client = connect(path);
    await once(client, 'connect');
    client.write('hello');
    const [heard] = await once(sockets[0] as Socket, 'data');
    expect(String(heard)).toBe('hello');
    for (const socket of [client, ...sockets]) socket.destroy();
  });

  it('closes connections above the limit', async () => {
    await listens(1);
    const [first, second] = [connect(path), connect(path)];
    await once(second.resume(), 'close');
    expect(first.destroyed).toBe(false);
    first.destroy();
  });

  it('removes the socket when unsubscribed', async () => {
    const { stop } = await listens();
    expect(existsSync(path)).toBe(true);
    stop();
    expect(existsSync(path)).toBe(false);
  });

  it('replaces an abandoned socket', async () => {
    const dead = `import('node:net').then(({ createServer }) => createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL')))`;
    spawnSync(process.execPath, ['-e', dead]);
    expect(statSync(path).isSocket()).toBe(true);

    await listens();

    const client = connect(path);
    await once(client, 'connect');
    client.destroy();
  });

  it('leaves a socket alone if a program answers on it', async () => {
    const other = createServer((socket) => void socket.destroy()).listen(path);
    await once(other, 'listening');

    await expectAsync(firstValueFrom(listenOnSocket(path, 2))).toBeRejectedWithError(
      'another board listens there',
    );

    const client = connect(path);
    await once(client, 'connect');
    client.destroy();
    other.close();
  });

  it("leaves a file alone that isn't a socket", async () => {
    writeFileSync(path, 'precious');

    await expectAsync(firstValueFrom(listenOnSocket(path, 2))).toBeRejectedWithError(
      'the file exists and is not a socket',
    );

    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it("errors with the system's error where no socket can be created", async () => {
    path = join(folder.path, 'none', 'board.sock');
    await expectAsync(firstValueFrom(listenOnSocket(path, 2))).toBeRejectedWithError(/ENOENT|EACCES/);
  });
});
