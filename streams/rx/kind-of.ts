/** Describes a value for an error message: `null`, `a Promise`, `an Object`, `a number`. Never throws. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  const name = typeof value === 'object' ? nameOf(value) : typeof value;
  return `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`;
}

function nameOf(value: object): string {
  try {
    const { name } = value.constructor;
    return typeof name === 'string' && name !== '' ? name : 'Object';
  } catch {
    return 'Object';
  }
}
