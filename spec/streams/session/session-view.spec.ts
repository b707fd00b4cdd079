import { NEVER } from 'rxjs';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { timeSlices } from '../../../streams/rx/time-slices.js';
import { Call } from '../../../streams/session/call.js';
import { infoOf, SessionView } from '../../../streams/session/session-view.js';
import { fakeAdmitted } from '../../support/admitted.js';

const width = (text: string) => text.length;
const parts = { decoded: String, encoded: (text: string) => Buffer.from(text), width, maxWidth: width };
const aCall = () =>
  new Call(
    fakeAdmitted(fakeConnection(NEVER, { transport: 'telnet' })),
    1024,
    { now: () => 5, schedule: () => fail() as never },
    parts,
    {
      boardId: 'b0a2d',
      time: timeSlices({ now: () => 5, schedule: () => fail() as never }),
      settled() {},
      loginFailed() {},
    },
  );

describe('SessionView', () => {
  const INFO = {
    id: 7,
    callId: 'b0a2d-7',
    node: 3,
    state: 'connected',
    user: null,
    address: '192.0.2.1',
    transport: 'telnet',
    openedAt: 5,
    lastInputAt: 5,
    bytesIn: 0,
    bytesOut: 0,
  };

  it('shows the public properties live, and as JSON', () => {
    const call = aCall();
    const view = new SessionView(call);
    expect(JSON.parse(JSON.stringify(view))).toEqual(INFO);
    for (const [field, value] of Object.entries(INFO))
      expect(view[field as keyof SessionView]).toEqual(value as never);
    call.become('active');
    call.user = { handle: 'ann' };
    expect(JSON.parse(JSON.stringify(view))).toEqual({ ...INFO, state: 'active', user: { handle: 'ann' } });
  });

  it("has nothing else, and can't be changed", () => {
    const view = new SessionView(aCall());
    const members = Object.getOwnPropertyNames(SessionView.prototype);
    expect(members.sort()).toEqual(['constructor', 'toJSON', ...Object.keys(INFO)].sort());
    expect(Reflect.ownKeys(view)).toEqual([]);
    expect(() => Object.assign(view, { node: 1 })).toThrowError(TypeError);
  });

  it('has the same JSON as the session', () => {
    const call = aCall();
    expect(JSON.parse(JSON.stringify(call))).toEqual(infoOf(call));
  });
});
