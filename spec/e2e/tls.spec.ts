import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { Certificate } from '../../lib/config/certificate.js';
import { selfSigned } from '../support/certificate.js';
import {
  cleanEnv,
  type Ended,
  ended,
  IMPULSE,
  impulse,
  OPEN_DOOR,
  startBoard,
  stopAll,
} from '../support/cli.js';

/** The certificates of this file, made once. */
const good = selfSigned();
const other = selfSigned();
const wrongName = selfSigned({ name: 'elsewhere.example' });
const expired = selfSigned({ isExpired: true });

describe('impulse serve --tls-port', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  const write = ({ cert, key }: Certificate) => {
    writeFileSync(file('cert.pem'), cert);
    writeFileSync(file('key.pem'), key);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'impulse-tls-'));
  });
  afterEach(() => {
    stopAll();
    rmSync(folder, { recursive: true });
  });

  async function open(certificate: Certificate) {
    write(certificate);
    const flags = ['--tls-port', '0', '--tls-cert', file('cert.pem'), '--tls-key', file('key.pem')];
    const board = await startBoard([...flags, ...OPEN_DOOR]);
    const listening = await board.logs('serverListening', ({ transport }) => transport === 'tls');
    return { board, port: Number(listening.port) };
  }
  /** Runs `impulse call` over TLS, and types a handle. */
  async function callOut(port: number, trusted: Certificate | null, host = 'localhost'): Promise<Ended> {
    writeFileSync(file('trusted.pem'), trusted?.cert ?? '');
    const env = trusted ? { NODE_EXTRA_CA_CERTS: file('trusted.pem') } : {};
    const child = spawn(process.execPath, [IMPULSE, 'call', `telnets://${host}:${port}`], {
      env: cleanEnv(env),
    });
    child.stdin.end('ann\n/quit\n');
    return ended(child);
  }
  /** Returns the serial number of the certificate that new callers get. */
  async function serialOn(port: number): Promise<string> {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  }

  it('is called by impulse call, which checks the certificate, and by openssl', async () => {
    const { board, port } = await open(good);
    const { code, stdout } = await callOut(port, good);
    expect(stdout).toContain('Welcome, ann!');
    expect(code).toBe(0);
    expect(await board.logs('sessionOpened')).toEqual(jasmine.objectContaining({ transport: 'tls' }));

    const client = execFile('openssl', ['s_client', '-quiet', '-connect', `127.0.0.1:${port}`]);
    client.stdin?.write('bob\r\n/quit\r\n');
    let heard = '';
    client.stdout?.on('data', (text) => {
      heard += text;
    });
    await once(client, 'close');
    expect(heard).toContain('Welcome, bob!');
  });

  it('is not trusted by impulse call with a certificate that is expired, for another name, or its own', async () => {
    const { board, port } = await open(expired);
    expect((await board.logs('certificate')).message).toBe(
      'the certificate expired on 2020-02-01: clients refuse it',
    );
    const why = async (trusted: Certificate | null, host?: string) => {
      const { code, stderr } = await callOut(port, trusted, host);
      expect(code).toBe(1);
      return stderr;
    };
    expect(await why(expired)).toBe(
      `impulse: localhost port ${port} isn't to be trusted: its certificate has expired\n`,
    );
    write(wrongName);
    board.child.kill('SIGHUP');
    await board.logs('certificateReread');
    expect(await why(wrongName)).toContain('its certificate is for another name');
    expect(await why(null)).toContain('its certificate is signed by itself');
  });

  it('uses a new certificate after SIGHUP, keeps the calls, and keeps the former one if the new one is wrong', async () => {
    const { board, port } = await open(good);
    const ann = connect({ port, host: '127.0.0.1', ca: good.cert });
    await once(ann, 'secureConnect');
    const first = await serialOn(port);
    write(other);
    board.child.kill('SIGHUP');
    await board.logs('certificateReread');
    const second = await serialOn(port);
    expect(second).not.toBe(first);

    writeFileSync(file('key.pem'), good.key);
    board.child.kill('SIGHUP');
    expect((await board.logs('certificate')).message).toBe(
      "the certificate and its key can't be used: the key belongs to another certificate; the former certificate stays in use",
    );
    expect(await serialOn(port)).toBe(second);
    rmSync(file('cert.pem'));
    board.child.kill('SIGHUP');
    await board.logs('certificate', ({ message }) => /can't be read: no such file/.test(`${message}`));
    expect(await serialOn(port)).toBe(second);

    ann.write('ann\r\n');
    await board.logs('sessionAuthenticated');
    ann.destroy();
  });

  it('says what is wrong with the settings, and opens nothing', async () => {
    write({ cert: good.cert, key: other.key });
    const check = async (...flags: string[]) => {
      const { code, stderr } = await impulse(['check-config', ...flags], { cwd: folder });
      expect(code).toBe(78);
      return stderr;
    };
    expect(await check('--tls-port', '9923')).toBe(
      'impulse: tls-cert "off" (from default): allowed is a file in PEM, since tls-port is 9923\n',
    );
    expect(await check('--tls-port', '9923', '--tls-cert', 'cert.pem')).toBe(
      'impulse: tls-key "off" (from default): allowed is the key of tls-cert, a file in PEM\n',
    );
    expect(await check('--tls-port', '9923', '--tls-cert', 'cert.pem', '--tls-key', 'key.pem')).toBe(
      'impulse: tls-cert "cert.pem" (from --tls-cert): allowed is a certificate with the key in tls-key; the certificate and its key can\'t be used: the key belongs to another certificate\n',
    );
    expect(await check('--tls-port', '2323')).toContain(
      'tls-port "2323" (from --tls-port): allowed is any other',
    );
  });
});
