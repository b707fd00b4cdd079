import fc from 'fast-check';
import { NEVER, Subject } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { perAddress } from '../../../streams/admission/per-address.js';
import { isRefused } from '../../../streams/admission/refused.js';
import type { ConnectionAttempt } from '../../../streams/types/admission.js';
import { holds } from '../../support/holds.js';

const nobody = () => false;
const from = (address: string) => fakeConnection(NEVER, { address });

/** Connections from these addresses; `false` for refused ones. */
function door(limits: { maxPerAddress: number | null }, trusted = nobody as (address: string) => boolean) {
  const attempts = new Subject<ConnectionAttempt>();
  let last: ConnectionAttempt | undefined;
  attempts.pipe(perAddress(limits, trusted)).subscribe((attempt) => {
    last = attempt;
  });
  return (address: string) => {
    const connection = from(address);
    attempts.next(connection);
    if (last && isRefused(last)) {
      expect(last.reason).toBe('address');
      connection.destroy();
      return false;
    }
    return connection;
  };
}

describe('perAddress', () => {
  it(
    'passes connections up to the limit, and earlier refusals',
    marbles((m) => {
      const [one, two] = [from('192.0.2.1'), from('192.0.2.1')];
      const callers: Record<string, ConnectionAttempt> = {
        a: one,
        b: two,
        r: { verdict: 'refused', connection: one, reason: 'rate' },
        x: { verdict: 'refused', connection: two, reason: 'address' },
      };
      const attempt$ = m.cold('-r-a-b-|', callers);
      m.expect(attempt$.pipe(perAddress({ maxPerAddress: 1 }, nobody))).toBeObservable('-r-a-x-|', callers);
      m.expect(attempt$).toHaveSubscriptions('^------!');
    }),
  );

  it(
    'is silent, completes and errors with its source, and unsubscribes it',
    marbles((m) => {
      const rule = perAddress({ maxPerAddress: 1 }, nobody);
      m.expect(m.cold<ConnectionAttempt>('--|').pipe(rule)).toBeObservable('--|');
      m.expect(m.cold<ConnectionAttempt>('--#').pipe(rule)).toBeObservable('--#');
      const attempt$ = m.cold<ConnectionAttempt>('-----');
      m.expect(attempt$.pipe(rule), '---!').toBeObservable('----');
      m.expect(attempt$).toHaveSubscriptions('^--!');
    }),
  );

  it('has room again when a connection is closed', () => {
    const attempt = door({ maxPerAddress: 2 });
    const first = attempt('192.0.2.1');
    expect(Boolean(attempt('192.0.2.1'))).toBe(true);
    expect(attempt('192.0.2.1')).toBe(false);
    if (first) first.destroy();
    expect(Boolean(attempt('192.0.2.1'))).toBe(true);
    expect(attempt('192.0.2.1')).toBe(false);
  });

  it('counts per IPv4 address, and per IPv6 /64', () => {
    const attempt = door({ maxPerAddress: 1 });
    expect(Boolean(attempt('192.0.2.1'))).toBe(true);
    expect(Boolean(attempt('192.0.2.2'))).toBe(true);
    expect(attempt('::ffff:192.0.2.1')).toBe(false);
    expect(Boolean(attempt('2001:db8::1'))).toBe(true);
    expect(attempt('2001:db8::2')).toBe(false);
    expect(Boolean(attempt('2001:db8:0:1::1'))).toBe(true);
  });

  it('allows four times as many per IPv6 /56, and sixteen times per /48', () => {
    const attempt = door({ maxPerAddress: 2 });
    let inside = 0;
    for (let network = 0; network < 64; network += 1)
      for (let line = 0; line < 3; line += 1)
        if (attempt(`2001:db8:0:ab${network.toString(16).padStart(2, '0')}::${line}`)) inside += 1;
    expect(inside).toBe(8);
    for (let network = 0; network < 256; network += 1)
      if (attempt(`2001:db8:0:${network.toString(16)}00::1`)) inside += 1;
    expect(inside).toBe(32);
    expect(Boolean(attempt('2001:db8:1::1'))).toBe(true);
  });

  it('has room again in all networks of a closed connection', () => {
    const attempt = door({ maxPerAddress: 1 });
    const lines = [0, 1, 2, 3].map((network) => attempt(`2001:db8:0:${network}::1`));
    expect(attempt('2001:db8:0:4::1')).toBe(false);
    for (const line of lines) if (line) line.destroy();
    for (const network of [4, 5, 6, 7]) expect(Boolean(attempt(`2001:db8:0:${network}::1`))).toBe(true);
  });

  it('reads the limit at each connection, and allows any number without one', () => {
    const limits: { maxPerAddress: number | null } = { maxPerAddress: null };
    const attempt = door(limits);
    for (let line = 0; line < 100; line += 1) expect(Boolean(attempt('192.0.2.1'))).toBe(true);
    limits.maxPerAddress = 100;
    expect(attempt('192.0.2.1')).toBe(false);
    limits.maxPerAddress = 101;
    expect(Boolean(attempt('192.0.2.1'))).toBe(true);
  });

  it('neither refuses nor counts trusted addresses', () => {
    const trusting = { now: true };
    const attempt = door({ maxPerAddress: 1 }, () => trusting.now);
    for (let line = 0; line < 5; line += 1) expect(Boolean(attempt('192.0.2.1'))).toBe(true);
    trusting.now = false;
    expect(Boolean(attempt('192.0.2.1'))).toBe(true);
    expect(attempt('192.0.2.1')).toBe(false);
  });

  it('never exceeds the limit of a source, nor refuses too early, in any order of events', () => {
    const step = fc.record({ address: fc.nat(3), leaves: fc.boolean() });
    holds(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 80 }), (most, steps) => {
        const attempt = door({ maxPerAddress: most });
        const open = new Map<number, ReturnType<typeof from>[]>();
        for (const { address, leaves } of steps) {
          const lines = open.get(address) ?? [];
          open.set(address, lines);
          if (leaves) lines.shift()?.destroy();
          else {
            const line = attempt(`192.0.2.${address}`);
            if (Boolean(line) !== lines.length < most)
              throw new Error(`${lines.length} of ${most}: ${Boolean(line)}`);
            if (line) lines.push(line);
          }
        }
      }),
    );
  });

  it('counts out, and refuses, a connection whose end cannot be heard', () => {
    const failure = new Error('no end');
    const deaf = {
      address: '192.0.2.1',
      closed$: {
        subscribe() {
          throw failure;
        },
      },
    } as unknown as ConnectionAttempt;
    const heard: ConnectionAttempt[] = [];
    const attempts = new Subject<ConnectionAttempt>();
    attempts.pipe(perAddress({ maxPerAddress: 1 }, nobody)).subscribe((attempt) => heard.push(attempt));
    attempts.next(deaf);
    const next = from('192.0.2.1');
    attempts.next(next);
    expect(heard[0]).toEqual(
      jasmine.objectContaining({ verdict: 'refused', reason: 'error', error: failure }),
    );
    expect(heard[1]).toBe(next);
  });
});
