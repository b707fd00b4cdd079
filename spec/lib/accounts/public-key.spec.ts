import ssh2 from 'ssh2';
import { publicKeyOf, readPublicKey } from '../../../lib/accounts/public-key.js';

const { public: ed25519, private: secret } = ssh2.utils.generateKeyPairSync('ed25519', {
  comment: 'ann@home',
});
const rsa = (bits: number) => ssh2.utils.generateKeyPairSync('rsa', { bits }).public;

describe('readPublicKey', () => {
  it('reads the line of a file, without the comment', () => {
    const [type, base64] = ed25519.split(' ');
    expect(ed25519).toContain('ann@home');
    expect(readPublicKey(`# mine\n\n${ed25519}\r\n`)).toBe(`${type} ${base64}`);
    expect(readPublicKey(rsa(2048))).toMatch(/^ssh-rsa AAAA/);
  });

  for (const [text, problem] of [
    [secret, /private key; use the file that ends in \.pub/],
    ['', /has 0 keys, and one is needed/],
    [`${ed25519}\n${ed25519}`, /has 2 keys/],
    ['sk-ssh-ed25519@openssh.com AAAA', /hardware key, which only OpenSSH can check/],
    ['ssh-ed25519 AAAA', /not a public key of SSH; allowed are ssh-ed25519, ecdsa/],
    [ed25519.replace('ssh-ed25519', 'ssh-rsa'), /not a public key/],
    ['ssh-dss AAAAB3NzaC1kc3MAAACBAP', /not a public key/],
    ['hello there', /not a public key/],
    [rsa(1024), /not a public key .*RSA from 2048 bits/],
  ] as const)
    it(`rejects ${text.slice(0, 30)}`, () => {
      expect(() => readPublicKey(text)).toThrowError(problem);
    });
});

describe('publicKeyOf', () => {
  it('names the type that is in the base64; none for what is no key, or written otherwise', () => {
    const [type, base64 = ''] = ed25519.split(' ');
    expect(publicKeyOf(base64)).toBe(`${type} ${base64}`);
    for (const bad of ['', 'AAAA', `${base64}=`, `${base64}\n`, base64.slice(4)])
      expect(publicKeyOf(bad)).toBeUndefined();
  });
});
