/**
 * Returns what `read` makes of the command line. Ends the process after the help (exit code 0), if `read`
 * returns `null` for it, and after a mistake (2), which `read` throws.
 */
export function optionsOrUsage<Options>(usage: string, read: () => Options | null): Options {
  try {
    const options = read();
    if (options !== null) return options;
    process.stdout.write(usage);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
  process.exit(0);
}
