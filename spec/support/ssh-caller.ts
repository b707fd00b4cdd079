import { once } from 'node:events';
import { Client, type ClientChannel, type ConnectConfig } from 'ssh2';
import { PATIENCE_MS } from './caller.js';

/** A caller with ssh2's client. */
export interface SshCaller {
  readonly client: Client;
  readonly shell: ClientChannel;
  /** All output so far, as UTF-8. */
  readonly heard: string;
  /** Resolves with true when the output has these words. */
  hears(words: string): Promise<true>;
  says(text: string): void;
  /** Resolves when the connection is closed. */
  readonly gone: Promise<unknown>;
}

const clients: Client[] = [];

/** Hangs up all clients. Call it after each spec. */
export function hangUpSsh(): void {
  for (const client of clients.splice(0)) client.destroy();
}

/** Connects, and logs in. Rejects with the client's error, or if the board hangs up. */
export async function connectSsh(port: number, config: ConnectConfig = {}): Promise<Client> {
  const client = new Client();
  clients.push(client);
  const ready = new Promise<void>((resolve, reject) => {
    client.once('ready', resolve);
    client.on('error', reject);
    client.once('close', () => reject(new Error('closed')));
  });
  client.connect({ host: '127.0.0.1', port, username: 'ann', ...config });
  await ready;
  return client;
}

/** Calls a board: connects, logs in and opens a shell. */
export async function callSsh(
  port: number,
  config: ConnectConfig = {},
  terminal: { term?: string; cols?: number; rows?: number } | false = {},
): Promise<SshCaller> {
  const client = await connectSsh(port, config);
  const gone = new Promise((resolve) => client.once('close', () => resolve(null)));
  const shell = await new Promise<ClientChannel>((resolve, reject) => {
    client.shell(terminal, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
  let heard = '';
  shell.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  shell.on('error', () => {});
  return {
    client,
    shell,
    get heard() {
      return heard;
    },
    async hears(words) {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      while (!heard.includes(words)) await once(shell, 'data', { signal });
      return true;
    },
    says: (text) => void shell.write(text),
    gone,
  };
}
