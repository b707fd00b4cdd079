import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { descriptors } from '../../../lib/process/descriptors.js';

const failing = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

describe('descriptors', () => {
  it(
    'emits nothing while descriptors are available',
    marbles((m) => {
      m.expect(descriptors(m.scheduler), '5s !').toBeObservable('-');
    }),
  );

  it(
    'reports within a second when none is left, and when some are available again',
    marbles((m) => {
      const open = () => {
        const now = m.scheduler.now();
        if (now >= 2500 && now < 5000) failing('EMFILE')();
      };
      m.expect(descriptors(m.scheduler, open), '8s !').toBeObservable('3s n 1999ms f', { n: false, f: true });
    }),
  );

  it(
    "treats the machine's limit like the process's own, and ignores other errors",
    marbles((m) => {
      m.expect(descriptors(m.scheduler, failing('ENFILE')), '3s !').toBeObservable('1s n', { n: false });
      m.expect(descriptors(m.scheduler, failing('ENOENT')), '3s !').toBeObservable('-');
    }),
  );
});
