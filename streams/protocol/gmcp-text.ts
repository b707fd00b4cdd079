import type { GmcpMessage } from '../types/connection.js';

/** The form of a name: `Core.Hello`, `Char.Items.List`. */
const NAME = /^[a-z][\w-]{0,63}(?:\.[\w-]{1,64}){0,7}$/i;

/**
 * Writes a message as GMCP has it: its name, and its value as JSON.
 *
 * @throws A `TypeError` for a name that isn't one, or a value that JSON hasn't.
 */
export function gmcpText(name: string, value: unknown): string {
  if (!NAME.test(name))
    throw new TypeError(
      `${JSON.stringify(`${name}`.slice(0, 60))} is not the name of a GMCP package, such as Char.Vitals`,
    );
  const json = JSON.stringify(value);
  return json === undefined ? name : `${name} ${json}`;
}

/** Parses a message. Returns undefined if it is malformed. */
export function gmcpMessage(text: string): GmcpMessage | undefined {
  const [, name = '', json = ''] = /^(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  if (!NAME.test(name)) return undefined;
  try {
    return { name, value: json.trim() === '' ? undefined : JSON.parse(json) };
  } catch {
    return undefined;
  }
}
