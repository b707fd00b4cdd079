/**
 * Returns how to type the program: `impulse` where it is on the path; `npx impulse` in a project or checkout
 * that has it, where it was started by `npx` or a script; `npx impulse-bbs` where npx fetched the package for
 * this one run.
 *
 * @param file The program's file.
 * @param env Its environment, in which npm sets `npm_command`.
 */
export function programName(file: string, env: NodeJS.ProcessEnv): string {
  if (env.npm_command === undefined) return 'impulse';
  return /[\\/]_npx[\\/]/.test(file) ? 'npx impulse-bbs' : 'npx impulse';
}
