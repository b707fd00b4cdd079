/**
 * Returns the handler for an `import()` of an optional package that failed: `import(name).catch(ifMissing(name,
 * what))`. With a handler at the import itself, a bundler that doesn't find the package goes on (esbuild does).
 *
 * The handler throws. If the package isn't installed, the message is one line: what needs the package, and the
 * command that installs it. Any other error is thrown as it is.
 */
export const ifMissing =
  (name: string, neededBy: string) =>
  (error: unknown): never => {
    if (!isMissing(error, name)) throw error;
    throw new Error(`${neededBy} needs the package ${name}: npm install ${name}`, { cause: error });
  };

/** Returns false for a package that is installed, but lacks a dependency of its own. */
const isMissing = (error: unknown, name: string): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') &&
  error.message.includes(`'${name}'`);
