import { NEVER, Subject } from 'rxjs';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { MAX_CHECKS, quietGuests } from '../../../streams/admission/quiet-guests.js';

describe('quietGuests', () => {
  const talker = () => {
    const typed = new Subject<string>();
    const connection = fakeConnection(typed);
    connection.input$.subscribe();
    return { connection, says: () => typed.next('hello\r') };
  };

  it('counts guests until they send something', () => {
    const guests = quietGuests();
    const [ann, bob] = [talker(), talker()];
    ann.says();
    guests.add(ann.connection);
    guests.add(bob.connection);
    expect(guests.count()).toBe(2);
    ann.says();
    expect(guests.count()).toBe(1);
  });

  it('counts no guest who has left, or whose client answers', () => {
    const guests = quietGuests();
    const { connection } = talker();
    guests.add(connection);
    guests.delete(connection);
    guests.add(fakeConnection(NEVER, { answers: true }));
    expect(guests.count()).toBe(0);
    const later = { ...fakeConnection(NEVER), answers: false };
    guests.add(later);
    expect(guests.count()).toBe(1);
    later.answers = true;
    expect(guests.count()).toBe(0);
  });

  it('checks a few at a time, and all of them in turn', () => {
    const guests = quietGuests();
    const crowd = Array.from({ length: 3 * MAX_CHECKS }, talker);
    for (const { connection } of crowd) guests.add(connection);
    let checks = 0;
    for (const { connection, says } of crowd) {
      says();
      Object.defineProperty(connection, 'answers', {
        get() {
          checks += 1;
          return false;
        },
      });
    }
    expect([guests.count(), checks]).toEqual([2 * MAX_CHECKS, MAX_CHECKS]);
    expect([guests.count(), guests.count(), guests.count()]).toEqual([MAX_CHECKS, 0, 0]);
    expect(checks).toBe(crowd.length);
  });

  it('checks guests who are still quiet again, after the others', () => {
    const guests = quietGuests();
    const crowd = Array.from({ length: 2 * MAX_CHECKS }, talker);
    for (const { connection } of crowd) guests.add(connection);
    expect(guests.count()).toBe(2 * MAX_CHECKS);
    for (const { says } of crowd.slice(MAX_CHECKS)) says();
    expect(guests.count()).toBe(MAX_CHECKS);
  });
});
