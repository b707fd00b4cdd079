import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { firstValueFrom, type Subscription, switchMap } from 'rxjs';
import { listenOnSocket } from '../../../lib/control/socket.js';
import { temporaryFolder } from '../../support/cheap-accounts.js';

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

  it("is its owner's alone, whatever the umask is, and that stays as it was", async () => {
    const before = process.umask(0);
    try {
      await listens();
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(process.umask()).toBe(0);
    } finally {
      process.umask(before);
    }
  });

  it('emits who connects', async () => {
    const { sockets } = await listens();
    const client = connect(path);
    await once(client, 'connect');
    client.write('hello');
    const [heard] = await once(sockets[0] as Socket, 'data');
    expect(String(heard)).toBe('hello');
    for (const socket of [client, ...sockets]) socket.destroy();
  });

  it('hangs up on more than it may have at once', async () => {
    await listens(1);
    const [first, second] = [connect(path), connect(path)];
    await once(second.resume(), 'close');
    expect(first.destroyed).toBe(false);
    first.destroy();
  });

  it('is gone when nobody is subscribed any more', async () => {
    const { stop } = await listens();
    expect(existsSync(path)).toBe(true);
    stop();
    expect(existsSync(path)).toBe(false);
  });

  it('replaces a socket that was left behind', async () => {
    const dead = `import('node:net').then(({ createServer }) => createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL')))`;
    spawnSync(process.execPath, ['-e', dead]);
    expect(statSync(path).isSocket()).toBe(true);

    await listens();

    const client = connect(path);
    await once(client, 'connect');
    client.destroy();
  });

  it('leaves a socket alone that somebody answers on', async () => {
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

  it('leaves a file alone that is no socket', async () => {
    writeFileSync(path, 'precious');

    await expectAsync(firstValueFrom(listenOnSocket(path, 2))).toBeRejectedWithError(
      'there is a file of that name, which is not a socket',
    );

    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it("errors with the system's error where no socket can be", async () => {
    path = join(folder.path, 'none', 'board.sock');
    await expectAsync(firstValueFrom(listenOnSocket(path, 2))).toBeRejectedWithError(/ENOENT|EACCES/);
  });
});
