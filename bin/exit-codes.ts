/** The exit codes, from `sysexits.h` where it has one. */
export const [OK, FAILURE, USAGE, BAD_CONFIGURATION, ABORTED] = [0, 1, 2, 78, 130] as const;
