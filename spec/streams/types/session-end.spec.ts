import { SessionEnd } from '../../../streams/types/session-end.js';

describe('SessionEnd', () => {
  it('is an Error', () => {
    const ending = new SessionEnd('idle');
    expect(ending).toBeInstanceOf(Error);
    expect(ending.name).toBe('SessionEnd');
  });

  it('has the reason, and names it in its message', () => {
    const ending = new SessionEnd('login-timeout');
    expect(ending.reason).toBe('login-timeout');
    expect(ending.message).toBe('the session ended: login-timeout');
  });

  it('keeps its cause', () => {
    const cause = new TypeError('undefined is not a function');
    expect(new SessionEnd('app-error', cause).cause).toBe(cause);
    expect(new SessionEnd('kicked').cause).toBeUndefined();
  });
});
