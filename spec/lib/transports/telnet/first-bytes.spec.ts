import type { Subscription } from 'rxjs';
import { FirstBytes } from '../../../../lib/transports/telnet/first-bytes.js';
import { SessionEnd } from '../../../../streams/types/session-end.js';
import { collect } from '../../../support/collect.js';

const bytesOf = (text: string) => Buffer.from(text, 'latin1');
const firstBytes = () => new FirstBytes({ statusText: () => 'the status' });

/** Subscribes to recognised$, and returns a spy for its completion. */
function watch(first: FirstBytes): jasmine.Spy {
  const completed = jasmine.createSpy('completed');
  first.recognised$?.subscribe({ complete: completed });
  return completed;
}

describe('FirstBytes', () => {
  it('recognises a line of text as ours', () => {
    const first = firstBytes();
    const completed = watch(first);

    expect(first.checkChunk(bytesOf('ann\r\n'))).toBeUndefined();

    expect(completed).toHaveBeenCalledTimes(1);
    expect(first.recognised$).toBeUndefined();
  });

  it('waits for more bytes while they could be either', () => {
    const first = firstBytes();
    const completed = watch(first);

    expect(first.checkChunk(bytesOf('a'))).toBeUndefined();
    expect(completed).not.toHaveBeenCalled();
    expect(first.recognised$).toBeDefined();

    expect(first.checkChunk(bytesOf('nn\r\n'))).toBeUndefined();
    expect(completed).toHaveBeenCalledTimes(1);
  });

  it('refuses another protocol, also in two chunks, and puts a line of text on a line of its own', () => {
    for (const chunks of [['GET / HTTP/1.1\r\n'], ['GE', 'T / HTTP/1.1\r\n']]) {
      const first = firstBytes();
      const completed = watch(first);

      const refusals = chunks.map((chunk) => first.checkChunk(bytesOf(chunk)));

      const refusal = refusals.at(-1);
      expect(refusals.slice(0, -1).every((earlier) => earlier === undefined)).toBe(true);
      expect(refusal?.end).toEqual(new SessionEnd('wrong-protocol', 'HTTP'));
      expect(refusal?.answer).toMatch(/^\r\nHTTP\/1\.0 400/);
      expect(completed).not.toHaveBeenCalled();
    }
  });

  it('answers a request for the status, before the text is decoded or after telnet commands', () => {
    const [plain, negotiated] = [firstBytes(), firstBytes()];

    const refusals = [
      plain.checkChunk(bytesOf('MSSP-REQUEST\r\n')),
      negotiated.checkChunk(Uint8Array.of(255, 253, 1)) ?? negotiated.checkInput(bytesOf('MSSP-REQUEST')),
    ];

    for (const refusal of refusals)
      expect(refusal).toEqual({ answer: '\r\nthe status', end: new SessionEnd('crawler') });
  });

  it('takes only the first input for such a request', () => {
    const first = firstBytes();
    first.checkChunk(bytesOf('ann\r\n'));
    expect(first.done).toBe(false);

    expect(first.checkInput(bytesOf('ann\r\n'))).toBeUndefined();
    expect(first.checkInput(bytesOf('MSSP-REQUEST\r\n'))).toBeUndefined();

    expect(first.done).toBe(true);
  });

  it('tells a browser where the page is, and nobody else', () => {
    const answerTo = (request: string) =>
      new FirstBytes({ statusText: () => '' }, 'https://bbs.example/').checkChunk(bytesOf(request))?.answer;

    expect(answerTo('GET / HTTP/1.1\r\n')).toMatch(
      /^\r\nHTTP\/1\.0 400 [\s\S]*\r\n\r\nThis is a telnet board\. It has a page for browsers: https:\/\/bbs\.example\/\n$/,
    );
    expect(answerTo('EHLO example\r\n')).not.toContain('https');
  });

  it('completes recognised$ when the connection is gone, also for a late subscriber', () => {
    const first = firstBytes();
    const { recognised$ } = first;
    const [completed, late] = [watch(first), jasmine.createSpy('late')];

    first.close();
    recognised$?.subscribe({ complete: late });

    expect(completed).toHaveBeenCalledTimes(1);
    expect(late).toHaveBeenCalledTimes(1);
  });

  it('keeps nothing of a subscriber that has left', async () => {
    const first = firstBytes();
    const subscribed = () => new WeakRef(first.recognised$?.subscribe() as Subscription);
    const left = subscribed();
    left.deref()?.unsubscribe();

    await collect();

    expect(left.deref()).toBeUndefined();
    expect(first.recognised$).toBeDefined();
  });
});
