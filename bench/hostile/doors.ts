import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '../../spec/support/certificate.js';
import type { BoardProcess } from '../../spec/support/cli.js';
import type { Random } from './random.js';
import { SSH } from './ssh.js';
import { TELNET } from './telnet.js';
import { TLS } from './tls.js';
import { WEB } from './web.js';

/** A transport under attack. */
export interface Door {
  /** The flags that open it. */
  flags(): readonly string[];
  /** Ways to be hostile, each a piece of a stream. */
  readonly ways: readonly ((rnd: Random) => Uint8Array)[];
}

export type DoorName = 'telnet' | 'tls' | 'ssh' | 'web';

/** Makes a folder that is removed at the end. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'impulse-hostile-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  return folder;
}

export const DOORS: Readonly<Record<DoorName, Door>> = {
  telnet: { flags: () => [], ways: TELNET },
  tls: {
    flags() {
      const folder = temporaryFolder();
      const { cert, key } = selfSigned();
      writeFileSync(join(folder, 'cert.pem'), cert);
      writeFileSync(join(folder, 'key.pem'), key);
      return [
        '--tls-port',
        '0',
        '--tls-cert',
        join(folder, 'cert.pem'),
        '--tls-key',
        join(folder, 'key.pem'),
      ];
    },
    ways: TLS,
  },
  ssh: {
    flags: () => ['--ssh-port', '0', '--ssh-host-key', join(temporaryFolder(), 'key')],
    ways: SSH,
  },
  web: { flags: () => ['--web-port', '0', '--resume', '1s'], ways: WEB },
};

/** Returns the port of a transport of a board. */
export async function portOf(board: BoardProcess, name: DoorName): Promise<number> {
  const listening = await board.logs('serverListening', ({ transport }) => transport === name);
  return Number(listening.port);
}
