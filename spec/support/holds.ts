import fc from 'fast-check';

/**
 * Expects a property to hold. In the property use `throwUnless` instead of `expect`, so that a counterexample is
 * found, shrunk and shown.
 */
export function holds<T>(property: fc.IProperty<T>, parameters?: fc.Parameters<T>): void {
  expect(() => fc.assert(property, { includeErrorInReport: true, ...parameters })).not.toThrow();
}
