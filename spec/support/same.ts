/** True if two types are identical, including `readonly`, `?` and `any`. */
export type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Compiles only for `true`. Does nothing. */
export function expectType<Claim extends true>(): Claim | undefined {
  return undefined;
}
