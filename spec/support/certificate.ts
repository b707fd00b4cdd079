import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from '../../lib/transports/tls/certificate.js';

/** Makes a certificate for `localhost` that signs itself, with openssl. `days` below 0 makes an expired one. */
export function selfSigned({ days = 30, name = 'localhost' } = {}): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'impulse-certificate-'));
  try {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`];
    execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', cert, '-days', `${days}`], {
      stdio: 'pipe',
    });
    return { cert: readFileSync(cert, 'latin1'), key: readFileSync(key, 'latin1') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
