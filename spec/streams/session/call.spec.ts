import { defer, NEVER, type Observable, of, repeat, take, VirtualTimeScheduler } from 'rxjs';
import { type FakeConnectionOptions, fakeConnection } from '../../../lib/testing/fake-connection.js';
import { timeSlices } from '../../../streams/rx/time-slices.js';
import { Call } from '../../../streams/session/call.js';
import { TYPE_AHEAD_BYTES } from '../../../streams/terminal/type-ahead.js';
import { type EndReason, SESSION_STATES } from '../../../streams/types/session.js';
import { SessionEnd } from '../../../streams/types/session-end.js';
import { fakeAdmitted } from '../../support/admitted.js';
import { PLAIN_SCREEN } from '../../support/plain-screen.js';

const LIMIT = 100;

/** A session on node 3, its connection, its clock, and the ends that were settled. */
function calling(options: FakeConnectionOptions & { place$?: Observable<number> } = {}) {
  const connection = fakeConnection(NEVER, options);
  const scheduler = new VirtualTimeScheduler();
  const decided: EndReason[] = [];
  const failed: string[] = [];
  const admitted = fakeAdmitted(connection, options.place$);
  const call = new Call(admitted, LIMIT, scheduler, PLAIN_SCREEN, {
    boardId: 'b0a2d',
    time: timeSlices(scheduler),
    settled: ({ reason }) => decided.push(reason),
    loginFailed: (handle) => failed.push(handle),
  });
  return { call, connection, scheduler, decided, failed };
}

describe('Call', () => {
  it('reports a failed login during the login, with the handle as plain text of bounded length', () => {
    const { call, failed } = calling();
    call.become('authenticating');
    call.reportFailedLogin('\x1b[2Jroot\r\n');
    call.reportFailedLogin('x'.repeat(1000));
    expect(failed).toEqual(['[2Jroot', 'x'.repeat(40)]);
    call.become('active');
    call.reportFailedLogin('too late');
    expect(failed.length).toBe(2);
  });

  it('reports no failed login once the session is over', () => {
    const { call, failed } = calling();
    call.become('authenticating');
    call.end('kicked');
    call.reportFailedLogin('ann');
    expect(failed).toEqual([]);
  });

  it('knows its address, its node and when it opened', () => {
    const connection = fakeConnection(NEVER, { address: '2001:db8::1' });
    const scheduler = new VirtualTimeScheduler();
    scheduler.frame = 1000;
    const call = new Call(fakeAdmitted(connection), LIMIT, scheduler, PLAIN_SCREEN, {
      boardId: 'b0a2d',
      time: timeSlices(new VirtualTimeScheduler()),
      settled() {},
      loginFailed() {},
    });
    expect(call.id).toBe(7);
    expect(call.node).toBe(3);
    expect(call.address).toBe('2001:db8::1');
    expect(call.user).toBeNull();
    expect(call.openedAt).toBe(1000);
    expect(call.lastInputAt).toBe(1000);
  });

  it('has live byte counts', () => {
    const { call, connection } = calling();
    connection.write('four');
    expect(call.bytesOut).toBe(4);
    expect(call.bytesIn).toBe(0);
  });

  it('has the window of its connection', () => {
    const { call, connection } = calling();
    let columns = 0;
    call.terminal$.subscribe((terminal) => {
      columns = terminal.columns;
    });
    expect(columns).toBe(connection.terminal.columns);
  });

  describe('state', () => {
    it('starts as connected, or as waiting', () => {
      expect(calling().call.state).toBe('connected');
      expect(calling({ place$: NEVER }).call.state).toBe('waiting');
    });

    it('never goes back', () => {
      for (const from of SESSION_STATES) {
        for (const to of SESSION_STATES) {
          const { call } = calling({ place$: NEVER });
          call.become(from);
          call.become(to);
          const last = Math.max(SESSION_STATES.indexOf(from), SESSION_STATES.indexOf(to));
          expect(call.state)
            .withContext(`${from}, ${to}`)
            .toBe(SESSION_STATES[last] as string as never);
        }
      }
    });
  });

  describe('ask', () => {
    it('writes the prompt, emits the next line and completes', () => {
      const { call, connection } = calling();
      const heard: string[] = [];
      const question$ = call.ask('Handle: ');
      expect(connection.screen).withContext('before anybody subscribes').toBe('');
      question$.subscribe({ next: (line) => heard.push(line), complete: () => heard.push('|') });
      expect(connection.screen).toBe('Handle: ');
      expect(heard).toEqual([]);
      call.typeAhead.push('ann');
      call.typeAhead.push('not asked for');
      expect(heard).toEqual(['ann', '|']);
    });

    it('completes without a line when the session ends', () => {
      const { call } = calling();
      const heard: string[] = [];
      call.ask('Handle: ').subscribe({ next: (line) => heard.push(line), complete: () => heard.push('|') });
      call.typeAhead.end();
      expect(heard).toEqual(['|']);
    });
  });

  it('answers lines one at a time', () => {
    const { call } = calling();
    const answers: string[] = [];
    call.eachLine((line) => (line === 'slow' ? NEVER : of(line))).subscribe((answer) => answers.push(answer));
    for (const line of ['one', 'slow', 'two']) call.typeAhead.push(line);
    expect(answers).toEqual(['one']);
    expect(call.taken).toBe(2);
  });

  it('defers very many synchronous takes of lines to the scheduler', () => {
    const { call, scheduler } = calling();
    const lines = Array.from({ length: 1000 }, (_, index) => `${index}`);
    for (const line of lines) call.typeAhead.push(line);
    const taken: string[] = [];
    const subscription = call.line$.pipe(take(1), repeat()).subscribe((line) => taken.push(line));
    expect(taken.length).toBeLessThan(lines.length);
    scheduler.flush();
    expect(taken).toEqual(lines);
    subscription.unsubscribe();
  });

  describe('write', () => {
    it('writes to the caller', () => {
      const { call, connection } = calling();
      call.write('text ');
      call.write(Uint8Array.of(0x2a));
      expect(connection.screen).toBe('text *');
    });

    it('does nothing once the session is over', () => {
      const { call, connection } = calling();
      call.settle(new SessionEnd('idle'));
      call.write('too late');
      expect(connection.screen).toBe('');
    });

    it('wakes the probe when output stays in the backlog', () => {
      for (const deaf of [true, false]) {
        const { call } = calling({ deaf });
        const wake = jasmine.createSpy('wake');
        call.keepAlive = { wake };
        call.write('hello');
        expect(wake).toHaveBeenCalledTimes(deaf ? 1 : 0);
      }
    });

    it('ends a session whose caller reads too slowly', () => {
      const { call, connection, decided } = calling({ deaf: true });
      call.write('x'.repeat(LIMIT));
      expect(decided).toEqual([]);
      call.write('x');
      expect(decided).toEqual(['slow']);
      call.write('more');
      expect(connection.screen.length).toBe(LIMIT + 1);
      expect(decided).toEqual(['slow']);
    });
  });

  describe('an ending', () => {
    it('is settled once: the first one stands', () => {
      const { call, decided } = calling();
      const [idle, kicked] = [new SessionEnd('idle'), new SessionEnd('kicked')];
      expect(call.ending).toBeUndefined();
      expect(call.settle(idle)).toBe(idle);
      expect(call.settle(kicked)).toBe(idle);
      expect(call.ending).toBe(idle);
      expect(decided).toEqual(['idle']);
      expect(call.state).toBe('closing');
    });

    it('is settled before the host is told, which may order another', () => {
      const seen: unknown[] = [];
      const call: Call = new Call(
        fakeAdmitted(fakeConnection(NEVER)),
        LIMIT,
        new VirtualTimeScheduler(),
        PLAIN_SCREEN,
        {
          boardId: 'b0a2d',
          time: timeSlices(new VirtualTimeScheduler()),
          loginFailed() {},
          settled() {
            call.end('kicked');
            call.write('too late');
            seen.push(call.ending?.reason, call.state, call.bytesOut);
          },
        },
      );
      call.end('idle');
      expect(seen).toEqual(['idle', 'closing', 0]);
    });

    it('ends the running chain', () => {
      const { call, decided } = calling();
      const stopped: EndReason[] = [];
      call.chain = { error: ({ reason }: SessionEnd) => stopped.push(reason) };
      call.end('kicked');
      expect(stopped).toEqual(['kicked']);
      expect(decided).withContext('that is up to the chain').toEqual([]);
    });

    it('is settled at once without a running chain', () => {
      const { call, decided } = calling();
      call.end('kicked');
      expect(decided).toEqual(['kicked']);
    });

    it('leaves a connection in its farewell alone, unless forced', () => {
      const { call, connection, decided } = calling({ lingers: true });
      call.settle(new SessionEnd('shutdown'));
      call.end('kicked');
      expect(connection.calls).toEqual([]);
      call.end('forced');
      expect(connection.calls).toEqual(['destroy']);
      expect(decided).toEqual(['shutdown']);
    });
  });

  describe('a caller who types too far ahead', () => {
    const line = 'x'.repeat(TYPE_AHEAD_BYTES);

    it('is no longer read, until the app has caught up', () => {
      const { call, connection } = calling();
      expect(call.held).toBe(false);
      call.typeAhead.push(line);
      expect(call.held).toBe(true);
      expect(connection.calls).toEqual(['pause']);
      call.line$.subscribe();
      expect(call.held).toBe(false);
      expect(connection.calls).toEqual(['pause', 'resume']);
    });

    it('does not become idle meanwhile: the idle clock starts when reading resumes', () => {
      const { call, scheduler } = calling();
      call.typeAhead.push(line);
      scheduler.frame = 60_000;
      call.line$.subscribe();
      expect(call.lastInputAt).toBe(60_000);
    });
  });

  describe('a caller who reads more slowly than they type', () => {
    it('gets answers only after reading the output, and loses no line', () => {
      const { call, connection, decided } = calling({ deaf: true });
      const heard: string[] = [];
      call.line$.subscribe((line) => heard.push(line));
      call.write('x'.repeat(LIMIT / 2));
      call.typeAhead.push('one');
      call.write('x');
      call.typeAhead.push('two');
      expect(heard).toEqual(['one']);

      connection.read();

      expect(heard).toEqual(['one', 'two']);
      expect(decided).toEqual([]);
    });

    it('is blocked again each time', () => {
      const { call, connection } = calling({ deaf: true });
      const heard: string[] = [];
      call.line$.subscribe((line) => heard.push(line));
      for (const line of ['one', 'two']) {
        call.write('x'.repeat(LIMIT / 2 + 1));
        call.typeAhead.push(line);
        expect(heard).not.toContain(line);
        connection.read();
        expect(heard).toContain(line);
      }
    });

    it('is waited for only once, however much is written', () => {
      const connection = fakeConnection(NEVER, { deaf: true });
      let waits = 0;
      const drained$ = defer(() => {
        waits += 1;
        return NEVER;
      });
      const counted = Object.create(connection, { drained$: { value: drained$ } });
      const call = new Call(fakeAdmitted(counted), LIMIT, new VirtualTimeScheduler(), PLAIN_SCREEN, {
        boardId: 'b0a2d',
        time: timeSlices(new VirtualTimeScheduler()),
        settled() {},
        loginFailed() {},
      });
      call.write('x'.repeat(LIMIT / 2 + 1));
      call.write('x');
      call.write('x');
      expect(waits).toBe(1);
    });

    it('gets answers up to half the output limit, when the answers are the problem', () => {
      const { call, connection, decided } = calling({ deaf: true });
      let answers = 0;
      call.line$.subscribe(() => {
        answers += 1;
        call.write('x'.repeat(20));
      });
      for (let line = 0; line < 8; line += 1) call.typeAhead.push('');
      expect(answers).toBe(3);
      connection.read();
      expect(answers).toBe(6);
      connection.read();
      expect(answers).toBe(8);
      expect(decided).toEqual([]);
    });

    it('gets no answers from eachLine either', () => {
      const { call, connection } = calling({ deaf: true });
      const answers: string[] = [];
      call.eachLine((line) => of(line)).subscribe((answer) => answers.push(answer));
      call.write('x'.repeat(LIMIT / 2 + 1));
      call.typeAhead.push('one');
      expect(answers).toEqual([]);
      connection.read();
      expect(answers).toEqual(['one']);
    });

    it('gets no keys passed on either', () => {
      const { call, connection, decided } = calling({ deaf: true });
      let keys = 0;
      call.key$.subscribe(() => {
        keys += 1;
        call.write('x'.repeat(20));
      });
      for (let key = 0; key < 8; key += 1) call.typeAhead.press('a');
      expect(keys).toBe(3);
      connection.read();
      connection.read();
      expect(keys).toBe(8);
      expect(decided).toEqual([]);
    });

    it('is also blocked by the echo', () => {
      const { call, decided } = calling({ deaf: true, echo: true });
      call.screen.show('x'.repeat(LIMIT + 1));
      expect(decided).toEqual(['slow']);
    });

    it('is ended as slow by messages from others', () => {
      const { call, decided } = calling({ deaf: true });
      call.write('x'.repeat(LIMIT / 2 + 1));
      expect(decided).toEqual([]);
      call.write('x'.repeat(LIMIT / 2));
      expect(decided).toEqual(['slow']);
    });
  });

  describe('a paused connection', () => {
    it('is resumed when all requests to pause are gone', () => {
      const { call, connection } = calling();
      expect(call.paused).toBe(false);
      call.pause();
      call.pause();
      expect(connection.calls).toEqual(['pause']);
      call.resume();
      expect(call.paused).toBe(true);
      expect(connection.calls).toEqual(['pause']);
      call.resume();
      expect(call.paused).toBe(false);
      expect(connection.calls).toEqual(['pause', 'resume']);
    });

    it('stays paused while the caller types too far ahead', () => {
      const { call, connection } = calling();
      call.pause();
      call.typeAhead.push('x'.repeat(TYPE_AHEAD_BYTES));
      call.resume();
      expect(connection.calls).toEqual(['pause']);
      call.line$.subscribe();
      expect(connection.calls).toEqual(['pause', 'resume']);
    });
  });

  it('passes keys on', () => {
    const { call } = calling();
    const heard: string[] = [];
    call.key$.subscribe((key) => heard.push(key));
    call.typeAhead.press('up');
    expect(heard).toEqual(['up']);
  });

  it("uses the caller's encoding", () => {
    const { call, connection } = calling();
    call.setEncoding('cp437');
    expect(connection.terminal.encoding).toBe('cp437');
  });

  it('echoes if the caller wants it', () => {
    const { call, connection } = calling();
    for (const on of [true, false]) {
      call.setEcho(on);
      expect(connection.terminal.echo).toBe(on);
    }
  });

  describe('asking for a secret', () => {
    /** A session that has logged in. */
    const active = () => {
      const parts = calling();
      parts.call.user = { handle: 'ann' };
      return parts;
    };

    it('hides a secret, and input after it until the next question', () => {
      const { call, connection } = active();
      const answers: string[] = [];
      const secret$ = call.ask('Password: ', { secret: true });
      expect(call.screen.secret()).toBe(false);
      secret$.subscribe((answer) => answers.push(answer));
      expect(connection.screen).toBe('Password: ');
      expect(call.screen.secret()).toBe(true);
      call.typeAhead.push('sesame');
      expect(answers).toEqual(['sesame']);
      expect(call.screen.secret()).toBe(true);
      call.ask('Town? ').subscribe();
      expect(call.screen.secret()).toBe(false);
    });

    it('shows input again when the secret is no longer awaited and lines are read', () => {
      const { call } = active();
      call.ask('Password: ', { secret: true }).subscribe().unsubscribe();
      call.eachLine(() => NEVER).subscribe();
      expect(call.screen.secret()).toBe(false);
    });

    it('hides two secrets in a row, and two at the same time', () => {
      const { call } = active();
      const answering = call.eachLine(() => NEVER).subscribe();
      const [first, second] = [call.ask('Old? ', { secret: true }), call.ask('New? ', { secret: true })];
      const running = [first.subscribe(), second.subscribe()];
      running[0]?.unsubscribe();
      expect(call.screen.secret()).toBe(true);
      running[1]?.unsubscribe();
      expect(call.screen.secret()).toBe(false);
      answering.unsubscribe();
      first.subscribe();
      expect(call.screen.secret()).toBe(true);
    });

    it('hides unread input before the login, and not after it', () => {
      const { call } = calling();
      call.screen.cover();
      expect(call.screen.secret()).toBe(true);
      call.ask('Handle: ').subscribe();
      expect(call.screen.secret()).toBe(false);
      call.typeAhead.push('ann');
      expect(call.screen.secret()).toBe(true);
      const answering = call.eachLine(() => NEVER).subscribe();
      expect(call.screen.secret()).toBe(false);
      call.typeAhead.push('a line that is answered for long');
      expect(call.screen.secret()).toBe(true);
      answering.unsubscribe();
      expect(call.screen.secret()).toBe(true);
      call.key$.subscribe();
      expect(call.screen.secret()).toBe(false);
      expect(active().call.screen.secret()).toBe(false);
    });

    it('shows input unless the question is secret', () => {
      const { call } = calling();
      call.ask('Town? ').subscribe();
      expect(call.screen.secret()).toBe(false);
    });
  });

  it("hangs up at the caller's request", () => {
    const { call, decided } = calling();
    call.screen.hangUp();
    expect(decided).toEqual(['hangup']);
  });

  describe('echo', () => {
    it('echoes input, and counts as output', () => {
      const { call, connection, decided } = calling({ deaf: true });
      call.echo('ann');
      expect(connection.screen).toBe('ann');
      for (let count = 0; count < LIMIT; count += 1) call.echo('x');
      expect(decided).toEqual(['slow']);
    });

    it('does nothing once the end is settled', () => {
      const { call, connection } = calling();
      call.end('kicked');
      call.echo('ann');
      expect(connection.screen).toBe('');
    });
  });

  describe('notify', () => {
    it('shows notices of the transport', () => {
      const { connection, call } = calling({ echo: true, type: 'xterm' });
      call.write('> ');
      connection.notifier?.notify('[Yes]\n');
      expect(connection.screen).toBe('> \r\x1b[J[Yes]\n> ');
    });

    it('writes lines above the prompt, and redraws the prompt below', () => {
      const { call, connection } = calling({ echo: true, type: 'xterm' });
      call.write('> ');
      call.notify('bob: hello');
      call.notify('bob: hello?\n');
      expect(connection.screen).toBe('> \r\x1b[Jbob: hello\n> \r\x1b[Jbob: hello?\n> ');
    });

    it('does not mistake a finished line for a prompt', () => {
      const { call, connection } = calling({ echo: true, type: 'xterm' });
      call.write('welcome\n');
      call.notify('bob: hello');
      expect(connection.screen).toBe('welcome\nbob: hello\n');
    });

    it('writes nothing once the end is settled', () => {
      const { call, connection } = calling();
      call.end('kicked');
      call.notify('bob: hello');
      expect(connection.screen).toBe('');
    });

    it("counts as output for a caller who doesn't read", () => {
      const { call, decided } = calling({ deaf: true });
      for (let count = 0; count < LIMIT; count += 1) call.notify('x');
      expect(decided).toEqual(['slow']);
    });
  });

  describe('completion$', () => {
    it('asks the latest completer', () => {
      const { call } = calling();
      expect(call.screen.candidates).toBeUndefined();
      call.completion$(() => ['xone']).subscribe();
      const later = call.completion$((typed) => [`${typed}two`]).subscribe();
      expect(call.screen.candidates?.('x')).toEqual(['xtwo']);
      later.unsubscribe();
      expect(call.screen.candidates?.('x')).toEqual(['xone']);
    });

    it('never asks a removed completer, whatever the order of removal', () => {
      for (const order of [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
      ]) {
        const { call } = calling();
        const names = ['xa', 'xb', 'xc'];
        const running = names.map((name) => call.completion$(() => [name]).subscribe());
        const alive = new Set(names);
        for (const index of order) {
          running[index]?.unsubscribe();
          alive.delete(names[index] as string);
          const expected = [...alive].at(-1);
          expect(call.screen.candidates?.('x')).toEqual(expected === undefined ? undefined : [expected]);
        }
        expect(call.screen.candidates).toBeUndefined();
      }
    });

    it('does nothing before it is subscribed, and emits nothing', () => {
      const { call } = calling();
      const seen: unknown[] = [];
      const tab$ = call.completion$(() => []);
      expect(call.screen.candidates).toBeUndefined();
      const subscription = tab$.subscribe({
        next: (value) => seen.push(value),
        complete: () => seen.push('|'),
      });
      expect(seen).toEqual([]);
      subscription.unsubscribe();
      expect(call.screen.candidates).toBeUndefined();
    });

    it('lists no choices when the completer ended the session', () => {
      const { call, connection } = calling();
      call
        .completion$(() => {
          call.end('kicked');
          return ['look', 'leave'];
        })
        .subscribe();
      call.screen.notify(String(call.screen.candidates?.('l')));
      expect(connection.screen).toBe('');
    });

    it('ends the session when the completer throws', () => {
      const { call, decided } = calling();
      call
        .completion$(() => {
          throw new Error('broken');
        })
        .subscribe();
      expect(call.screen.candidates?.('x')).toEqual([]);
      expect(decided).toEqual(['app-error']);
    });

    for (const odd of [null, 42, [42], [null], {}])
      it(`ends the session when the completer returns ${JSON.stringify(odd)}`, () => {
        const { call, decided } = calling();
        call.completion$(() => odd as unknown as string[]).subscribe();
        expect(call.screen.candidates?.('x')).toEqual([]);
        expect(decided).toEqual(['app-error']);
      });
  });

  describe('prompt', () => {
    it('writes the prompt unless it is there', () => {
      const { call, connection } = calling();
      call.write('Hello.\n');
      call.prompt('> ');
      call.prompt('> ');
      call.notify('bob: hello');
      call.prompt('> ');
      expect(connection.screen).toBe('Hello.\n> \nbob: hello\n> ');
      call.prompt('? ');
      expect(connection.screen).toBe('Hello.\n> \nbob: hello\n> ? ');
    });

    it('writes it again after an answer, or after other output', () => {
      const { call, connection } = calling();
      call.prompt('> ');
      call.screen.entered();
      call.prompt('> ');
      call.write('\n');
      call.prompt('> ');
      expect(connection.screen).toBe('> > \n> ');
    });
  });

  it('ends the session when its app writes neither text nor bytes', () => {
    for (const odd of [42, null, undefined, {}, ['x']]) {
      const { call, connection, decided } = calling();
      call.write(odd as unknown as string);
      expect(decided).toEqual(['app-error']);
      expect(connection.screen).toBe('');
    }
  });

  describe('notices, when the time slice is used up', () => {
    /** A session, and other work that has used up the time slice. */
    function late(options: FakeConnectionOptions = {}) {
      const decided: EndReason[] = [];
      const scheduler = new VirtualTimeScheduler();
      const time = timeSlices(scheduler);
      const connection = fakeConnection(NEVER, options);
      const call = new Call(fakeAdmitted(connection), LIMIT, scheduler, PLAIN_SCREEN, {
        boardId: 'b0a2d',
        time,
        settled: ({ reason }) => decided.push(reason),
        loginFailed() {},
      });
      time.begin({
        step() {
          scheduler.frame += 50;
          return false;
        },
      });
      const turn = () => void scheduler.actions.shift()?.execute(undefined as never, 0);
      return { call, connection, turn, decided };
    }

    it('are shown together and in order in the next turn', () => {
      const { call, connection, turn } = late();
      call.notify('one');
      call.notify('two\n');
      expect(connection.screen).toBe('');
      // The work started before used up the time.
      turn();
      turn();
      expect(connection.screen).toBe('one\ntwo\n');
      call.notify('three');
      expect(connection.screen).toBe('one\ntwo\nthree\n');
    });

    it('are shown before the session ends', () => {
      const { call, connection, turn } = late();
      call.notify('closing time');
      call.end('kicked');
      expect(connection.screen).toBe('closing time\n');
      turn();
      call.notify('too late');
      expect(connection.screen).toBe('closing time\n');
    });

    it('may end it as slow, and then that is the only end', () => {
      const { call, connection, decided } = late({ deaf: true });
      call.chain = { error: (ending: SessionEnd) => void call.settle(ending) };
      call.notify('x'.repeat(LIMIT + 1));
      call.end('kicked');
      expect(decided).toEqual(['slow']);
      expect(connection.screen.length).toBeGreaterThan(LIMIT);
      expect(call.ending?.reason).toBe('slow');
    });
  });
});
