import { OptionsError } from '../../lib/errors.js';

describe('OptionsError', () => {
  it('is an Error with a name, and with fields for programs', () => {
    const details = {
      code: 'OPTION_INVALID',
      option: 'port',
      value: -1,
      allowed: 'a port',
      nearest: undefined,
    } as const;
    const error = new OptionsError('port -1: allowed is a port', details);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.message]).toEqual(['OptionsError', 'port -1: allowed is a port']);
    expect({ ...error }).toEqual(jasmine.objectContaining(details));
  });
});
