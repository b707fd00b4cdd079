import { join } from 'node:path';
import {
  concat,
  filter,
  firstValueFrom,
  NEVER,
  of,
  ReplaySubject,
  Subject,
  take,
  toArray,
  VirtualTimeScheduler,
} from 'rxjs';
import { passwords } from '../../../lib/accounts/passwords.js';
import { createSessionManager } from '../../../lib/session-manager.js';
import { type FakeConnection, fakeConnection } from '../../../lib/testing/fake-connection.js';
import type { LoginAttemptFailed, ServerEvent } from '../../../streams/types/events.js';
import { temporaryFolder, writeAccounts } from '../../support/cheap-accounts.js';

const isFailure = (event: ServerEvent): event is LoginAttemptFailed => event.type === 'loginAttemptFailed';

describe('passwords', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  let typed: Subject<string>;
  let caller: FakeConnection;
  let event$: ReplaySubject<ServerEvent>;

  const happens = (type: ServerEvent['type']) =>
    firstValueFrom(event$.pipe(filter((event) => event.type === type)));

  /** Resolves when the caller is asked for a handle. */
  const asked = async () => {
    while (!caller.screen.endsWith('Handle: ')) await new Promise((resolve) => setImmediate(resolve));
  };

  beforeEach(async () => {
    folder = temporaryFolder();
    file = join(folder.path, 'accounts');
    await writeAccounts(file, { Ann: 'correct horse', bob: 'battery staple' });
    typed = new Subject();
    caller = fakeConnection(typed, { echo: true });
    event$ = new ReplaySubject();
    const manager = createSessionManager({
      app: (session) => session.line$,
      authenticate: passwords(file),
      maxUnauthenticated: null,
    });
    const connection$ = new ReplaySubject<FakeConnection>();
    connection$.next(caller);
    manager.run(connection$).subscribe(event$);
  });
  afterEach(() => {
    typed.complete();
    folder.remove();
  });

  it('logs in a caller with an account under the handle in the file, and shows no password', async () => {
    typed.next('ANN\rcorrect horse\r');
    expect(await happens('sessionAuthenticated')).toEqual(jasmine.objectContaining({ handle: 'Ann' }));
    expect(caller.screen).toBe('Handle: ANN\nPassword: \n');
  });

  it('gives the same answer to a wrong password and an unknown handle, and allows three attempts', async () => {
    for (const tried of ['ann\rwrong\r', 'nobody\rcorrect horse\r', 'bob\rcorrect horse\r']) {
      await asked();
      typed.next(tried);
    }
    expect(await happens('sessionClosed')).toEqual(jasmine.objectContaining({ reason: 'login-failed' }));
    const wrong = 'Wrong handle or password.\n';
    expect(caller.screen).toBe(
      `Handle: ann\nPassword: \n${wrong}Handle: nobody\nPassword: \n${wrong}Handle: bob\nPassword: \n` +
        '\nLogin failed. Goodbye!\n',
    );
  });

  it('reports each wrong password at once, with its handle', async () => {
    typed.next('ann\rwrong\r');
    expect(await happens('loginAttemptFailed')).toEqual(
      jasmine.objectContaining({ session: 1, node: 1, address: '192.0.2.1', handle: 'ann', attempt: 1 }),
    );
    typed.next('no\x1b[2Jbody\rcorrect horse\r');
    const second = await firstValueFrom(
      event$.pipe(filter((event) => event.type === 'loginAttemptFailed' && event.attempt === 2)),
    );
    expect(second).toEqual(jasmine.objectContaining({ attempt: 2 }));
    expect(JSON.stringify(second)).not.toContain('correct');
  });

  it('accepts the right password at the third attempt, with all input typed ahead', async () => {
    typed.next('ann\rwrong\rann\rwrong\rann\rcorrect horse\r');
    expect(await happens('sessionAuthenticated')).toEqual(jasmine.objectContaining({ handle: 'Ann' }));
  });

  it('rereads a changed file at each attempt', async () => {
    typed.next('eve\r');
    await writeAccounts(file, { eve: 'new here' });
    typed.next('new here\r');
    expect(await happens('sessionAuthenticated')).toEqual(jasmine.objectContaining({ handle: 'eve' }));
  });

  it('ends the session as login-failed with its own message when the file is missing, and reports the error', async () => {
    folder.remove();
    typed.next('ann\rcorrect horse\r');
    const closing = (await happens('sessionClosing')) as { reason: string; error?: Error };
    expect(closing.reason).toBe('login-failed');
    expect(closing.error?.message).toMatch(/^the password can't be checked: ENOENT: .*accounts'$/);
    expect(closing.error?.cause).toEqual(jasmine.objectContaining({ code: 'ENOENT' }));
    expect(caller.screen).toBe(
      'Handle: ann\nPassword: \n\n' +
        'Logging in is not possible right now, and the sysop knows. Please call again later.\n',
    );
  });

  it("penalises no address for logins that couldn't be checked", async () => {
    folder.remove();
    typed.next('ann\rcorrect horse\r');
    await happens('sessionClosed');
    const seen: string[] = [];
    event$.subscribe(({ type }) => seen.push(type));
    expect(seen).not.toContain('addressPenalised');
  });

  it('logs in no caller who hung up during the check', async () => {
    typed.next('ann\rcorrect horse\r');
    typed.complete();
    expect(await happens('sessionClosed')).toEqual(jasmine.objectContaining({ reason: 'hangup' }));
    await new Promise((resolve) => setImmediate(resolve));
    const seen: string[] = [];
    event$.subscribe(({ type }) => seen.push(type));
    expect(seen).not.toContain('sessionAuthenticated');
  });

  it('delays attempts for one account from many addresses, known or not', async () => {
    for (const handle of ['ann', 'nobody']) {
      const scheduler = new VirtualTimeScheduler();
      const event$ = new ReplaySubject<ServerEvent>();
      const connection$ = new ReplaySubject<FakeConnection>();
      const manager = createSessionManager({
        app: (session) => session.line$,
        authenticate: passwords(file),
        maxUnauthenticated: null,
        loginTimeoutMs: null,
        scheduler,
      });
      manager.run(connection$).subscribe(event$);
      const failures = (count: number) =>
        firstValueFrom(event$.pipe(filter(isFailure), take(count), toArray()));
      for (let caller = 1; caller <= 5; caller += 1)
        connection$.next(
          fakeConnection(concat(of(`${handle}\rguess${caller}\r`), NEVER), { address: `192.0.2.${caller}` }),
        );
      // A later login to another account is through first: the slowed ones hold no place in the queue.
      connection$.next(fakeConnection(concat(of('other\rguess\r'), NEVER), { address: '192.0.2.9' }));
      const isOther = (event: ServerEvent) => isFailure(event) && event.handle === 'other';
      // Two are checked at once, and either may be done first.
      expect((await failures(4)).some(isOther)).toBe(true);
      const count = () => {
        const seen: ServerEvent[] = [];
        event$.pipe(filter(isFailure)).subscribe((event) => seen.push(event));
        return seen.length;
      };
      expect(count()).toBe(4);
      scheduler.maxFrames = 1000;
      scheduler.flush();
      await failures(5);
      expect(count()).toBe(5);
      scheduler.maxFrames = 3000;
      scheduler.flush();
      await failures(6);
    }
  });
});
