import { SessionEnd } from '../../../streams/types/session-end.js';

describe('SessionEnd', () => {
  it('is an error, so that it travels down a chain by itself', () => {
    const ending = new SessionEnd('idle');
    expect(ending).toBeInstanceOf(Error);
    expect(ending.name).toBe('SessionEnd');
  });

  it('has the reason, also in its message', () => {
    const ending = new SessionEnd('login-timeout');
    expect(ending.reason).toBe('login-timeout');
    expect(ending.message).toBe('the session ended: login-timeout');
  });

  it('keeps what went wrong', () => {
    const cause = new TypeError('undefined is not a function');
    expect(new SessionEnd('app-error', cause).cause).toBe(cause);
    expect(new SessionEnd('kicked').cause).toBeUndefined();
  });
});
