import { EMPTY } from 'rxjs';
import { kindOf } from '../../../streams/rx/kind-of.js';

describe('kindOf', () => {
  it('names the kind of a value', () => {
    expect([null, undefined, 5, 'five', () => 5, {}, [], Promise.resolve(), EMPTY].map(kindOf)).toEqual([
      'null',
      'undefined',
      'a number',
      'a string',
      'a function',
      'an Object',
      'an Array',
      'a Promise',
      'an Observable',
    ]);
  });

  it('names objects without a usable constructor', () => {
    const secretive = {
      get constructor(): never {
        throw new Error('secret');
      },
    };
    expect([Object.create(null), secretive, { constructor: { name: 5 } }].map(kindOf)).toEqual([
      'an Object',
      'an Object',
      'an Object',
    ]);
  });
});
