import { VirtualTimeScheduler } from 'rxjs';
import { MAX_LEFT_MS, resumptions } from '../../../../lib/transports/web/resumptions.js';
import type { WebWire } from '../../../../lib/transports/web/web-wire.js';

const RESUME_MS = 60_000;

describe('resumptions', () => {
  let clock: VirtualTimeScheduler;
  let all: ReturnType<typeof resumptions>;
  beforeEach(() => {
    clock = new VirtualTimeScheduler();
    all = resumptions(RESUME_MS, clock);
  });
  const begin = () => {
    const resumption = all.begin();
    const wire = jasmine.createSpyObj<WebWire>('wire', ['expire']);
    resumption.wire = wire;
    return { resumption, wire };
  };
  const passes = (ms: number) => {
    clock.maxFrames = clock.frame + ms;
    clock.flush();
    clock.frame = clock.maxFrames;
  };
  const waiting = () => clock.actions.filter(({ closed }) => !closed).length;

  it('finds a connection by its token, which is another for each', () => {
    const [one, other] = [begin(), begin()];
    expect(all.find(one.resumption.token)).toBe(one.wire);
    expect(all.find(other.resumption.token)).toBe(other.wire);
    expect(new Set(Array.from({ length: 1000 }, () => begin().resumption.token)).size).toBe(1000);
    expect(Buffer.from(one.resumption.token, 'base64url').length).toBe(22);
  });

  it('finds nothing by a token with a wrong secret, another length, or of another kind', () => {
    const { token } = begin().resumption;
    const bytes = Buffer.from(token, 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const wrong = Buffer.from(bytes);
      wrong[at] = (wrong[at] ?? 0) ^ 1;
      expect(all.find(wrong.toString('base64url'))).toBeUndefined();
    }
    for (const wrong of [`${token}AAAA`, token.slice(0, 8), '', undefined, null, 7, {}, [token]])
      expect(all.find(wrong)).toBeUndefined();
  });

  it('lets a connection expire whose WebSocket stays away', () => {
    const { resumption, wire } = begin();
    passes(RESUME_MS);
    resumption.lost(false);
    passes(RESUME_MS - 1);
    expect(wire.expire).not.toHaveBeenCalled();
    passes(1);
    expect(wire.expire).toHaveBeenCalledTimes(1);
  });

  it('waits a shorter time if the page was left, and no longer than it waits otherwise', () => {
    const { resumption, wire } = begin();
    resumption.lost(true);
    passes(MAX_LEFT_MS - 1);
    expect(wire.expire).not.toHaveBeenCalled();
    passes(1);
    expect(wire.expire).toHaveBeenCalledTimes(1);
    all = resumptions(5, clock);
    const other = begin();
    other.resumption.lost(true);
    passes(5);
    expect(other.wire.expire).toHaveBeenCalledTimes(1);
  });

  it('keeps one that was found in time, and forgets one that is gone', () => {
    const [found, gone] = [begin(), begin()];
    found.resumption.lost(false);
    found.resumption.found();
    gone.resumption.lost(false);
    gone.resumption.forget();
    expect(waiting()).toBe(0);
    passes(2 * RESUME_MS);
    expect(found.wire.expire).not.toHaveBeenCalled();
    expect(all.find(found.resumption.token)).toBe(found.wire);
    expect(all.find(gone.resumption.token)).toBeUndefined();
  });
});
