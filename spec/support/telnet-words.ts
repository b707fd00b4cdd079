import {
  COMMAND,
  commandBytes,
  escapeIac,
  negotiationBytes,
  subnegotiationBytes,
  TelnetDecoder,
  type TelnetHandler,
  type Verb,
} from '../../streams/protocol/telnet-codec.js';

/** The options that have names in specs. Others are numbers. */
const OPTIONS: Record<string, number> = {
  BINARY: 0,
  ECHO: 1,
  SGA: 3,
  STATUS: 5,
  TIMING_MARK: 6,
  TTYPE: 24,
  EOR: 25,
  NAWS: 31,
  LINEMODE: 34,
  AUTHENTICATION: 37,
  NEW_ENVIRON: 39,
  CHARSET: 42,
  MSSP: 70,
  GMCP: 201,
};

const nameOf = (code: number) =>
  Object.entries(OPTIONS).find(([, option]) => option === code)?.[0] ?? `${code}`;
const codeOf = (name: string) => OPTIONS[name] ?? Number(name);

/**
 * Encodes telnet phrases as bytes: `WILL NAWS`, `SB NAWS 0 80 0 24`, `SB TTYPE 0 "xterm"`, `AYT`, or
 * `"text"`.
 */
export function bytesOf(...phrases: string[]): Uint8Array {
  return Buffer.concat(phrases.map(phraseBytes));
}

function phraseBytes(phrase: string): Uint8Array {
  const [first = '', name = '', ...rest] = phrase.match(/"(?:\\.|[^"])*"|\S+/g) ?? [];
  if (first.startsWith('"')) return escapeIac(textBytes(first));
  const code = COMMAND[first as keyof typeof COMMAND];
  if (first === 'SB') {
    const payload = rest.map((part) =>
      part.startsWith('"') ? textBytes(part) : Uint8Array.of(Number(part)),
    );
    return subnegotiationBytes(codeOf(name), Buffer.concat(payload));
  }
  return name === '' ? commandBytes(code) : negotiationBytes(code as Verb, codeOf(name));
}

const textBytes = (quoted: string) => Buffer.from(JSON.parse(quoted), 'latin1');

/** Decodes bytes into such phrases, with text as Latin-1. */
export function wordsOf(bytes: Uint8Array): string[] {
  const words: string[] = [];
  const named = (code: number) => Object.entries(COMMAND).find(([, command]) => command === code)?.[0];
  const read = feeding({
    data: (run) => words.push(quoted(run)),
    command: (code) => words.push(`${named(code)}`),
    negotiate: (verb, option) => words.push(`${named(verb)} ${nameOf(option)}`),
    subnegotiation: (option, payload) => words.push(`SB ${nameOf(option)} ${payloadWords(payload)}`.trim()),
    dropped: () => words.push('dropped'),
  });
  read(bytes);
  return words;
}

const quoted = (bytes: Uint8Array) => JSON.stringify(Buffer.from(bytes).toString('latin1'));

function payloadWords(payload: Uint8Array): string {
  const text = Buffer.from(payload).toString('latin1');
  const parts = text.match(/[\x20-\x7e]+|[^\x20-\x7e]/g) ?? [];
  return parts.map((part) => (/[\x20-\x7e]/.test(part) ? `"${part}"` : part.charCodeAt(0))).join(' ');
}

/** Returns a function that feeds a decoder. */
export function feeding(handler: TelnetHandler): (chunk: Uint8Array) => void {
  const decoder = new TelnetDecoder(handler);
  return (chunk) => decoder.read(chunk);
}
