import { NEVER, Subject, VirtualTimeScheduler } from 'rxjs';
import { DEFAULT_LIMITS } from '../../../lib/session-manager.js';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { type AccessPolicy, accessControl } from '../../../streams/admission/access-control.js';
import { addressRates } from '../../../streams/admission/address-rates.js';
import { penalties } from '../../../streams/admission/penalties.js';
import { isRefused } from '../../../streams/admission/refused.js';
import type { ConnectionAttempt } from '../../../streams/types/admission.js';
import type { Limits } from '../../../streams/types/limits.js';

const TIGHT: Limits = {
  ...DEFAULT_LIMITS,
  connectionRate: { count: 1, perMs: 1000, burst: 3 },
  connectionRatePerAddress: { count: 1, perMs: 1000, burst: 2 },
  maxPerAddress: 1,
};

/** The outcomes for connections from these addresses, one after the other at the same moment. */
function fates(policy: Partial<AccessPolicy>, ...addresses: string[]): string[] {
  const attempts = new Subject<ConnectionAttempt>();
  const heard: string[] = [];
  const scheduler = new VirtualTimeScheduler();
  const offenders = penalties(scheduler);
  for (const address of ['192.0.2.66', '192.0.2.66', '192.0.2.99']) offenders.add(address, 'protocol');
  const open = { blocked: () => false, trusted: () => false, gate: false, random: () => 0.5 };
  attempts
    .pipe(
      accessControl(
        { ...open, ...policy },
        TIGHT,
        offenders,
        addressRates(TIGHT, scheduler),
        NEVER,
        scheduler,
      ),
    )
    .subscribe((attempt) => heard.push(isRefused(attempt) ? attempt.reason : 'in'));
  for (const address of addresses) attempts.next(fakeConnection(NEVER, { address }));
  return heard;
}

describe('accessControl', () => {
  it('takes no allowance for a blocked address', () => {
    const blocked = (address: string) => address === '203.0.113.1';
    const flood = Array<string>(50).fill('203.0.113.1');
    expect(fates({ blocked }, ...flood, '192.0.2.1', '192.0.2.2').slice(-3)).toEqual(['blocked', 'in', 'in']);
  });

  it('checks the rate of the address before the overall rate, and then its connections', () => {
    expect(fates({}, '192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.3')).toEqual([
      'in',
      'address',
      'address',
      'in',
      'rate',
    ]);
  });

  it('admits trusted addresses, blocked or not, at any rate', () => {
    const trusted = (address: string) => address === '192.0.2.99';
    const callers = [
      '192.0.2.1',
      '192.0.2.2',
      '192.0.2.3',
      '192.0.2.4',
      ...Array<string>(20).fill('192.0.2.99'),
    ];
    expect(fates({ trusted, blocked: () => true }, ...callers).slice(3)).toEqual([
      'blocked',
      ...Array<string>(20).fill('in'),
    ]);
  });

  it('refuses penalised addresses before they use an allowance', () => {
    expect(fates({}, ...Array<string>(9).fill('192.0.2.66'), '192.0.2.1').slice(-2)).toEqual([
      'penalty',
      'in',
    ]);
  });

  it('has the gate last, so that no caller passes it only to be refused', () => {
    const { gate } = { gate: true };
    expect(fates({ gate }, '192.0.2.1', '192.0.2.1', '192.0.2.1')).toEqual(['address', 'address']);
  });
});
