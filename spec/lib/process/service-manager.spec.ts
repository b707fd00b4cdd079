import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastValueFrom, of, Subject, toArray } from 'rxjs';
import { notifyManager } from '../../../lib/process/service-manager.js';
import type { ServerEvent } from '../../../streams/types/events.js';
import { temporaryFolder } from '../../support/cheap-accounts.js';
import { manager, stopManagers } from '../../support/datagrams.js';
import { has } from '../../support/shells.js';

const LISTENING: ServerEvent = { type: 'serverListening', host: '127.0.0.1', port: 2323 };
const DRAINING: ServerEvent = { type: 'serverDraining', reason: 'SIGTERM', sessions: 0, graceMs: 0 };
const OPENED: ServerEvent = {
  type: 'sessionOpened',
  session: 1,
  callId: 'b0a2d-1',
  node: 1,
  address: '192.0.2.1',
};

describe('notifyManager', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    await stopManagers();
    folder.remove();
  });

  it('notifies when the board listens and shuts down, at a path or an abstract name', async () => {
    if (!has('systemd-notify') || !has('perl')) pending('systemd-notify or perl is not installed');
    for (const at of [join(folder.path, 'notify'), `@impulse-spec-${process.pid}`]) {
      const told = await manager(at);
      const event$ = new Subject<ServerEvent>();
      const problems = lastValueFrom(
        notifyManager(event$, { ...process.env, NOTIFY_SOCKET: at }).pipe(toArray()),
      );

      event$.next(LISTENING);
      expect(await told.isTold('READY=1')).toBe('READY=1');
      event$.next(OPENED);
      event$.next(DRAINING);
      expect(await told.isTold('STOPPING=1')).toBe('STOPPING=1');
      event$.complete();
      expect(await problems).toEqual([]);
    }
  });

  it('reports a failure, for lack of the program or of a listener', async () => {
    const env = { NOTIFY_SOCKET: join(folder.path, 'nobody'), PATH: folder.path };
    expect(await lastValueFrom(notifyManager(of(LISTENING, DRAINING), env).pipe(toArray()))).toEqual([
      'could not notify the service manager (READY=1): spawn systemd-notify ENOENT',
      'could not notify the service manager (STOPPING=1): spawn systemd-notify ENOENT',
    ]);

    mkdirSync(join(folder.path, 'bin'));
    writeFileSync(join(folder.path, 'bin/systemd-notify'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    const failing = { ...env, PATH: join(folder.path, 'bin') };
    expect(await lastValueFrom(notifyManager(of(LISTENING), failing))).toBe(
      'could not notify the service manager (READY=1): systemd-notify ended with 3',
    );
  });

  it('does nothing, and listens to nothing, without NOTIFY_SOCKET', () => {
    const event$ = new Subject<ServerEvent>();
    for (const env of [{}, { NOTIFY_SOCKET: '' }]) {
      const done = jasmine.createSpy('done');
      notifyManager(event$, env).subscribe({ complete: done });
      expect(done).toHaveBeenCalledTimes(1);
    }
    expect(event$.observed).toBe(false);
  });
});
