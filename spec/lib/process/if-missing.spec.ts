import { createRequire } from 'node:module';
import { ifMissing } from '../../../lib/process/if-missing.js';

const require = createRequire(import.meta.url);
const absent = (name: string) => () => import(name);
const absentInBundle = (name: string) => async () => require(name);

/** Imports a package as a caller of {@link ifMissing} does. */
const importOptional = <Module>(name: string, neededBy: string, load: () => Promise<Module>) =>
  load().catch(ifMissing(name, neededBy));

describe('ifMissing', () => {
  it('resolves with the module', async () => {
    const rxjs = await importOptional('rxjs', 'the spec', () => import('rxjs'));
    expect(rxjs.of).toBeInstanceOf(Function);
  });

  it('says in one line what needs the package and how to install it', async () => {
    await expectAsync(importOptional('@not/there', 'the screen', absent('@not/there'))).toBeRejectedWithError(
      'the screen needs the package @not/there: npm install @not/there',
    );
  });

  it('says the same when a bundle requires the package', async () => {
    await expectAsync(
      importOptional('not-there', 'the screen', absentInBundle('not-there')),
    ).toBeRejectedWithError('the screen needs the package not-there: npm install not-there');
  });

  it('keeps the error as the cause', async () => {
    const error = await importOptional('not-there', 'it', absent('not-there')).catch((error) => error);
    expect(error.cause.code).toBe('ERR_MODULE_NOT_FOUND');
  });

  it('passes on the error of a package that is there', async () => {
    const broken = new SyntaxError('unexpected token');
    await expectAsync(importOptional('broken', 'it', () => Promise.reject(broken))).toBeRejectedWith(broken);
    await expectAsync(importOptional('broken', 'it', absent('a-dependency-of-it'))).toBeRejectedWithError(
      /Cannot find package 'a-dependency-of-it'/,
    );
  });
});
