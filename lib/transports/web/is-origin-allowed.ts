/**
 * Returns whether a page of this origin may connect (RFC 6455, section 10.2). A browser always sends the origin;
 * other clients send none, and may connect.
 *
 * @param origin The field `Origin`.
 * @param host The field `Host`: what the client called this server.
 * @param origins The allowed origins. Without them, a page of the same host and port may connect.
 */
export function isOriginAllowed(
  origin: string | undefined,
  host: string,
  origins: readonly string[] | undefined,
): boolean {
  if (origin === undefined) return true;
  if (origins) return origins.some((allowed) => originOf(allowed) === originOf(origin));
  // The scheme may differ, since a proxy may have ended TLS.
  const url = urlOf(origin);
  return url !== undefined && url.host === urlOf(`${url.protocol}//${host}`)?.host;
}

/** The scheme, host and port of a URL in their usual form; `null` if it has none. */
const originOf = (url: string): string | null => urlOf(url)?.origin ?? null;

function urlOf(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}
