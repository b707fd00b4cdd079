import { isVariable, unknownName } from '../../../lib/config/unknown-names.js';

describe('unknownName', () => {
  const meant = (name: string, inFile: boolean) =>
    / did you mean (\w+)\?$/.exec(unknownName(name, inFile) ?? '')?.[1];

  it('accepts the name of a setting', () => {
    expect(isVariable('IMPULSE_PORT')).toBeTrue();
    expect(unknownName('IMPULSE_PORT', true)).toBeUndefined();
  });

  it('suggests the setting nearest to a mistyped name, with a mistyped prefix too', () => {
    for (const name of ['IMPULSE_PROT', 'IMPULS_PORT', 'IMPLUSE_PORT', 'impulse_port', 'Impulse-Port'])
      for (const inFile of [true, false]) expect(meant(name, inFile)).withContext(name).toBe('IMPULSE_PORT');
    expect(unknownName('IMPULSE_COLOUR', false)).toBe('is not a setting');
  });

  it('treats a name without the prefix as ours in our file only', () => {
    expect(meant('MAX_SESSIONS', true)).toBe('IMPULSE_MAX_SESSIONS');
    expect(meant('max-sessions', true)).toBe('IMPULSE_MAX_SESSIONS');
    expect(unknownName('MAX_SESSIONS', false)).toBeUndefined();
  });

  it('ignores the names of other programs', () => {
    for (const name of ['HOME', 'PULSE_SERVER', 'NODE_ENV', 'IMPULSE', 'DATABASE_URL', 'X'.repeat(1e6)])
      for (const inFile of [true, false])
        expect(unknownName(name, inFile)).withContext(name.slice(0, 20)).toBeUndefined();
  });
});
