import fc from 'fast-check';

/**
 * Expects a property to hold. Say `throwUnless` in it, where a spec says `expect`: so a counterexample is
 * found once, made small, and shown.
 */
export function holds<T>(property: fc.IProperty<T>, parameters?: fc.Parameters<T>): void {
  expect(() => fc.assert(property, { includeErrorInReport: true, ...parameters })).not.toThrow();
}
