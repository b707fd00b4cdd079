import { isVariable, unknownName } from '../../../lib/config/unknown-names.js';

describe('unknownName', () => {
  const meant = (name: string, inFile: boolean) =>
    / did you mean (\w+)\?$/.exec(unknownName(name, inFile) ?? '')?.[1];

  it('is nothing for the name of a setting', () => {
    expect(isVariable('IMPULSE_PORT')).toBeTrue();
    expect(unknownName('IMPULSE_PORT', true)).toBeUndefined();
  });

  it('names the setting that is nearest to a name with a slip, in the prefix too', () => {
    for (const name of ['IMPULSE_PROT', 'IMPULS_PORT', 'IMPLUSE_PORT', 'impulse_port', 'Impulse-Port'])
      for (const inFile of [true, false]) expect(meant(name, inFile)).withContext(name).toBe('IMPULSE_PORT');
    expect(unknownName('IMPULSE_COLOUR', false)).toBe('is not a setting');
  });

  it('takes a name without a prefix for ours in our file alone', () => {
    expect(meant('MAX_SESSIONS', true)).toBe('IMPULSE_MAX_SESSIONS');
    expect(meant('max-sessions', true)).toBe('IMPULSE_MAX_SESSIONS');
    expect(unknownName('MAX_SESSIONS', false)).toBeUndefined();
  });

  it("leaves other programs' names alone", () => {
    for (const name of ['HOME', 'PULSE_SERVER', 'NODE_ENV', 'IMPULSE', 'DATABASE_URL', 'X'.repeat(1e6)])
      for (const inFile of [true, false])
        expect(unknownName(name, inFile)).withContext(name.slice(0, 20)).toBeUndefined();
  });
});
