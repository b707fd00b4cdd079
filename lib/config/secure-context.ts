import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { messageOf } from '../text/message-of.js';
import type { Certificate } from './certificate.js';

/**
 * Makes what TLS needs of a certificate.
 *
 * @throws An `Error` that says in one line what is wrong with the pair.
 */
export function contextOf({ cert, key }: Certificate): SecureContext {
  try {
    return createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
  } catch (error) {
    throw new Error(
      `the certificate and its key can't be used: ${WORDS[codeOf(error)] ?? messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** Returns a warning for a certificate that no client accepts any more, or soon won't. */
export function expiryOf({ cert }: Certificate, now: Date): string | null {
  const { validTo } = new X509Certificate(cert);
  const leftMs = Date.parse(validTo) - now.getTime();
  if (leftMs > SOON_MS) return null;
  const day = new Date(validTo).toISOString().slice(0, 10);
  return leftMs > 0
    ? `the certificate expires on ${day}`
    : `the certificate expired on ${day}: clients refuse it`;
}

/** Let's Encrypt's certificates are renewed thirty days before they expire. */
const SOON_MS = 14 * 86_400_000;

const codeOf = (error: unknown): string => String(Object(error).code);

const WORDS: Readonly<Record<string, string>> = {
  ERR_OSSL_PEM_NO_START_LINE: 'the certificate is not a text in PEM',
  ERR_OSSL_UNSUPPORTED: 'the key is not a private key in PEM',
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: 'the key belongs to another certificate',
  ERR_OSSL_BAD_DECRYPT: 'the key is encrypted; remove its passphrase',
  ERR_MISSING_PASSPHRASE: 'the key is encrypted; remove its passphrase',
};
