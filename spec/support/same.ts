/** True if two types are the same to the letter, `readonly`, `?` and `any` included. */
export type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Compiles if it is so. Does nothing. */
export function expectType<Claim extends true>(): Claim | undefined {
  return undefined;
}
