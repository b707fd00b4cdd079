import { nearest } from '../../../lib/config/nearest.js';

describe('nearest', () => {
  const names = ['maxSessions', 'idleTimeoutMs', 'app', 'bus'];

  it('returns the intended name', () => {
    expect(nearest('maxSesions', names)).toBe('maxSessions');
    expect(nearest('idleTimeout', names)).toBe('idleTimeoutMs');
    expect(nearest('ap', names)).toBe('app');
  });

  it('returns undefined if no name is near', () => {
    for (const name of ['', 'x', 'colour', 'maxSessionsPerHour', 'a'.repeat(1e6)])
      expect(nearest(name, names)).withContext(name.slice(0, 20)).toBeUndefined();
  });
});
