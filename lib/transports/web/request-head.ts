/** The head of an HTTP request. */
export interface RequestHead {
  readonly method: string;
  /** The path without the query, as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By name in lower case. Several of one name are joined with a comma (RFC 9110, section 5.3). */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** What the first bytes of a connection are. */
export type ReadHead =
  | { readonly kind: 'more' }
  | { readonly kind: 'head'; readonly head: RequestHead; readonly length: number }
  /** No request that can be answered, and the status code that says so. */
  | { readonly kind: 'bad'; readonly code: 400 | 431 };

/** The longest head. Browsers send less than 2 KiB without cookies. */
export const MAX_HEAD_BYTES = 8192;

const END = '\r\n\r\n';
/** RFC 9112, section 3. An absolute target, as for a proxy, is none of ours. */
const REQUEST_LINE = /^([A-Z]{1,16}) (\/[!-~]*) HTTP\/1\.1$/;
/** RFC 9110, section 5. Folded lines are obsolete. */
const FIELD = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\0\r\n]*?)[ \t]*$/;
/** Fields that may be sent once. */
const SINGLE = new Set(['host', 'origin', 'sec-websocket-key', 'sec-websocket-version', 'upgrade']);

/**
 * Reads the head of an HTTP/1.1 request from all bytes that came so far. It is ours, since `node:http` parses all
 * requests of a packet before it can be stopped: 64 KiB of short ones take a quarter of a second, in which nobody
 * else is served.
 */
export function readHead(bytes: Buffer): ReadHead {
  const text = bytes.toString('latin1', 0, MAX_HEAD_BYTES);
  const end = text.indexOf(END);
  if (end < 0) return bytes.length < MAX_HEAD_BYTES ? { kind: 'more' } : { kind: 'bad', code: 431 };
  const [first = '', ...fields] = text.slice(0, end).split('\r\n');
  const [, method, target = ''] = REQUEST_LINE.exec(first) ?? [];
  const headers: Record<string, string> = Object.create(null);
  for (const field of fields) {
    const [, as = '', value = ''] = FIELD.exec(field) ?? [];
    const name = as.toLowerCase();
    const before = headers[name];
    if (name === '' || (before !== undefined && SINGLE.has(name))) return { kind: 'bad', code: 400 };
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  if (method === undefined || headers.host === undefined) return { kind: 'bad', code: 400 };
  const query = target.indexOf('?');
  const [path, search] = query < 0 ? [target, ''] : [target.slice(0, query), target.slice(query)];
  return {
    kind: 'head',
    head: { method, path, query: new URLSearchParams(search), headers },
    length: end + END.length,
  };
}
