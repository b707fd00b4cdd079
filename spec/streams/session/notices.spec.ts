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

  it('are bounded', () => {
    const { notices, shown } = busy();
    for (let count = 0; count < 200; count += 1) notices.add('x'.repeat(99));
    const { length } = shown.join('');
    expect(length).toBeGreaterThan(16_000);
    expect(length).toBeLessThan(20_000);
  });
});
