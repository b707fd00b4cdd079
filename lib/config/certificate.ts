/** A certificate with its chain, and its private key. Both are texts in PEM (RFC 7468). */
export interface Certificate {
  /** The certificate, followed by those that lead to a known authority. */
  readonly cert: string;
  /** The private key, without a passphrase. */
  readonly key: string;
}
