import { isSilent } from '../../../streams/admission/silent.js';
import type { SessionClosed } from '../../../streams/types/events.js';
import type { EndReason } from '../../../streams/types/session.js';

const closed = (changed: Partial<SessionClosed> = {}): SessionClosed => ({
  type: 'sessionClosed',
  session: 1,
  callId: 'b0a2d-1',
  node: 1,
  address: '192.0.2.1',
  reason: 'hangup',
  bytesIn: 0,
  bytesOut: 300,
  durationMs: 4,
  flushed: true,
  ...changed,
});

describe('isSilent', () => {
  it('is true of a caller who hangs up soon without a byte, on a node, in the waiting room or at the gate', () => {
    expect(isSilent(closed())).toBe(true);
    expect(isSilent(closed({ node: 0 }))).toBe(true);
    expect(
      isSilent({ type: 'connectionRefused', address: '192.0.2.1', reason: 'gate', detail: 'silent' }),
    ).toBe(true);
  });

  it('is false of a caller who sent a byte, held the connection, or was ended', () => {
    expect(isSilent(closed({ bytesIn: 1 }))).toBe(false);
    expect(isSilent(closed({ durationMs: 10_000 }))).toBe(false);
    for (const reason of ['login-timeout', 'kicked', 'shutdown', 'lost'] satisfies EndReason[])
      expect(isSilent(closed({ reason })))
        .withContext(reason)
        .toBe(false);
    expect(isSilent({ type: 'connectionRefused', address: '192.0.2.1', reason: 'gate' })).toBe(false);
    expect(isSilent({ type: 'serverListening', host: '::', port: 23 })).toBe(false);
  });
});
