import { VirtualTimeScheduler } from 'rxjs';
import { timeSlices } from '../../../streams/rx/time-slices.js';
import { Notices } from '../../../streams/session/notices.js';

/** Notices, and what was shown; other work has used up the time slice. */
function busy() {
  const scheduler = new VirtualTimeScheduler();
  const time = timeSlices(scheduler);
  const shown: string[] = [];
  const notices = new Notices(time, { notify: (lines) => shown.push(lines) });
  time.begin({
    step() {
      scheduler.frame += 50;
      return false;
    },
  });
  return { scheduler, notices, shown };
}

describe('Notices', () => {
  it('are shown at once while there is time', () => {
    const shown: string[] = [];
    const notices = new Notices(timeSlices(new VirtualTimeScheduler()), {
      notify: (lines) => shown.push(lines),
    });
    notices.add('one');
    notices.add('two\n');
    expect(shown).toEqual(['one\n', 'two\n']);
  });

  it('are shown together in a later turn', () => {
    const { scheduler, notices, shown } = busy();
    notices.add('one');
    notices.add('two\n');
    expect(shown).toEqual([]);
    scheduler.flush();
    expect(shown).toEqual(['one\ntwo\n']);
  });

  it('are shown once, when asked for before', () => {
    const { scheduler, notices, shown } = busy();
    notices.add('one');
    notices.show();
    scheduler.flush();
    expect(shown).toEqual(['one\n']);
  });

  it('wait while they are held, and are shown together in a later turn', () => {
    const { scheduler, notices, shown } = busy();
    notices.add('before');
    notices.hold();
    notices.add('one');
    scheduler.flush();
    expect(shown).toEqual([]);
    notices.add('two');
    notices.release();
    notices.hold();
    scheduler.flush();
    expect(shown).toEqual([]);
    notices.release();
    notices.release();
    scheduler.flush();
    expect(shown).toEqual(['before\none\ntwo\n']);
    notices.add('three');
    scheduler.flush();
    expect(shown.slice(1)).toEqual(['three\n']);
  });

  it('are shown at the end, also if they are held', () => {
    const { notices, shown } = busy();
    notices.hold();
    notices.add('one');
    notices.show();
    expect(shown).toEqual(['one\n']);
  });

  it('are bounded while they are held: the latest are kept', () => {
    const { scheduler, notices, shown } = busy();
    notices.hold();
    for (let count = 0; count < 1000; count += 1) notices.add(`${count} ${'x'.repeat(90)}`);
    notices.release();
    scheduler.flush();
    const lines = shown.join('').split('\n');
    expect(lines[0]).toBe('[Earlier messages were not kept.]');
    expect(lines.at(-2)).toMatch(/^999 x+$/);
    expect(lines[1]).toMatch(/^\d+ x{90}$/);
    expect(shown.join('').length).toBeGreaterThan(8000);
    expect(shown.join('').length).toBeLessThan(17_000);
  });

  it('are bounded', () => {
    const { notices, shown } = busy();
    for (let count = 0; count < 200; count += 1) notices.add('x'.repeat(99));
    const { length } = shown.join('');
    expect(length).toBeGreaterThan(16_000);
    expect(length).toBeLessThan(20_000);
  });
});
