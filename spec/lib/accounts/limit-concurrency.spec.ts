import { limitConcurrency } from '../../../lib/accounts/limit-concurrency.js';

/** Work that is done when it is told so, and what began. */
function jobs() {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const job = (name: string) => () =>
    new Promise<string>((resolve, reject) => {
      begun.push(name);
      ends.set(name, (error) => (error ? reject(error) : resolve(name)));
    });
  const end = async (name: string, error?: Error) => {
    ends.get(name)?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, job, end };
}

describe('limitConcurrency', () => {
  it('runs at most two jobs at a time, and starts the next when one completes or fails', async () => {
    const { begun, job, end } = jobs();
    const inTurn = limitConcurrency(2);
    const heard: string[] = [];
    for (const name of ['a', 'b', 'c', 'd'])
      inTurn(job(name)).subscribe({
        next: (value) => heard.push(value),
        error: ({ message }) => heard.push(message),
        complete: () => heard.push('|'),
      });
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('a', new Error('broken'));
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    await end('c');
    await end('d');
    expect(heard).toEqual(['b', '|', 'broken', 'c', '|', 'd', '|']);
  });

  it('skips a queued job that was unsubscribed', async () => {
    const { begun, job, end } = jobs();
    const inTurn = limitConcurrency(1);
    inTurn(job('a')).subscribe();
    inTurn(job('b')).subscribe().unsubscribe();
    inTurn(job('c')).subscribe();
    await end('a');
    expect(begun).toEqual(['a', 'c']);
  });

  it('keeps the slot of a running job after it is unsubscribed, and emits no result', async () => {
    const { begun, job, end } = jobs();
    const inTurn = limitConcurrency(1);
    const heard: string[] = [];
    inTurn(job('a'))
      .subscribe((value) => heard.push(value))
      .unsubscribe();
    inTurn(job('b')).subscribe();
    expect(begun).toEqual(['a']);
    await end('a');
    expect(begun).toEqual(['a', 'b']);
    expect(heard).toEqual([]);
  });

  it('passes on an error thrown before the job starts', () => {
    const failed = jasmine.createSpy();
    limitConcurrency(1)(() => {
      throw new Error('no');
    }).subscribe({ error: failed });
    expect(failed).toHaveBeenCalledOnceWith(new Error('no'));
  });
});
