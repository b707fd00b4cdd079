/**
 * Imports an optional package. `load` has the `import()` itself, so that a bundler sees the package's name.
 *
 * @throws If the package isn't installed, with a message of one line: what needs the package, and the command
 *   that installs it. Any other error of `load` is thrown as it is.
 */
export async function importOptional<Module>(
  name: string,
  neededBy: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error, name)) throw error;
    throw new Error(`${neededBy} needs the package ${name}: npm install ${name}`, { cause: error });
  }
}

/** Returns false for a package that is installed, but lacks a dependency of its own. */
const isMissing = (error: unknown, name: string): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') &&
  error.message.includes(`'${name}'`);
