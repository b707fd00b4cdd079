import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from '../../lib/config/certificate.js';

/** The configuration of a certificate authority that signs one certificate: openssl-ca(1). */
const authority = (folder: string, name: string): string => `
[ca]
default_ca = it
[it]
new_certs_dir = ${folder}
database = ${join(folder, 'index.txt')}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:${name},IP:127.0.0.1
basicConstraints = CA:TRUE
`;

/** Makes a certificate that signs itself, for this machine and a name, with openssl. */
export function selfSigned({ days = 30, name = 'localhost', isExpired = false } = {}): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'impulse-certificate-'));
  const file = (called: string) => join(folder, called);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe', cwd: folder });
  const end = new Date(Date.now() + days * 86_400_000).toISOString();
  const [from, to] = isExpired ? ['20200101000000Z', '20200201000000Z'] : ['20200101000000Z', compact(end)];
  try {
    writeFileSync(file('index.txt'), '');
    writeFileSync(file('ca.cnf'), authority(folder, name));
    const request = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    openssl('req', '-new', ...request, '-subj', `/CN=${name}`, '-keyout', 'key.pem', '-out', 'request.pem');
    const signing = ['-selfsign', '-batch', '-notext', '-config', 'ca.cnf', '-keyfile', 'key.pem'];
    openssl('ca', ...signing, '-in', 'request.pem', '-startdate', from, '-enddate', to, '-out', 'cert.pem');
    return {
      cert: readFileSync(file('cert.pem'), 'latin1'),
      key: readFileSync(file('key.pem'), 'latin1'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `20261127193300Z` */
const compact = (iso: string): string => `${iso.slice(0, 19).replace(/[^\d]/g, '')}Z`;
