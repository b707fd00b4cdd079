/** Both ends of a connection, as bytes. */
export interface Ends {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly fromPort: number;
  readonly toPort: number;
}

/** The start of version 2: `\r\n\r\n\0\r\nQUIT\n`. */
export const SIGNATURE = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10];

/** Version 1: a line of text. */
export const line = (words: string): Uint8Array => Buffer.from(`PROXY ${words}\r\n`, 'latin1');

/** Version 2: the two bytes of command and family, the length of the rest, and the rest. */
export const binary = (command: number, family: number, rest: readonly number[] = []): Uint8Array =>
  Uint8Array.of(...SIGNATURE, command, family, rest.length >> 8, rest.length & 255, ...rest);

/** The addresses of version 2. */
export const addresses = ({ from, to, fromPort, toPort }: Ends): number[] => [
  ...from,
  ...to,
  fromPort >> 8,
  fromPort & 255,
  toPort >> 8,
  toPort & 255,
];

/** An extension of version 2. */
export const tlv = (type: number, value: readonly number[]): number[] => [
  type,
  value.length >> 8,
  value.length & 255,
  ...value,
];
