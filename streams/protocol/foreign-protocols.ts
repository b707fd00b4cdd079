/** Another protocol, recognised by its first bytes. */
export interface ForeignProtocol {
  /** The usual name. */
  readonly name: string;
  /** Matches the first bytes, as Latin-1. */
  readonly begins: RegExp;
  /** The shortest refusal in that protocol, as Latin-1; left out if there is none. */
  readonly answer?: string | ((first: string) => string);
}

const WORDS = 'This is a telnet board';
/** An answer in HTTP, with a line for the person at the browser. */
const httpAnswer = (line: string): string =>
  `HTTP/1.0 400 ${WORDS}\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${line}\n`;

/** The line for a browser, if the board has a page. */
export const pageAnswer = (url: string): string => httpAnswer(`${WORDS}. It has a page for browsers: ${url}`);

/** Postgres ErrorResponse: FATAL, connection rejected. */
const PG_ERROR = `SFATAL\0C08004\0M${WORDS}\0\0`;

const X11_WORDS = `${WORDS}. `;

function refusedByX11(first: string): string {
  const inOrder = (pair: number[]) => (first[0] === 'B' ? pair.toReversed() : pair);
  const bytes = [...inOrder([11, 0]), ...inOrder([0, 0]), ...inOrder([X11_WORDS.length / 4, 0])];
  return String.fromCharCode(0, X11_WORDS.length, ...bytes) + X11_WORDS;
}

/** Echoes the query's id, with the code for refused. */
const refusedByDns = (first: string): string => `\0\x0c${first.slice(2, 4)}\x80\x05\0\0\0\0\0\0\0\0`;

/**
 * Protocols whose clients connect to telnet ports: mostly scanners, and programs with the wrong port. The
 * first match counts. Words that a person may type (`stats`, `help`, `QUIT`) aren't included.
 */
export const FOREIGN_PROTOCOLS: readonly ForeignProtocol[] = [
  {
    name: 'RTSP',
    begins: /^(?:OPTIONS|DESCRIBE|SETUP|PLAY|ANNOUNCE|TEARDOWN) [^\r\n]*RTSP/,
    answer: 'RTSP/1.0 400 Bad Request\r\n\r\n',
  },
  {
    name: 'SIP',
    begins: /^(?:OPTIONS|REGISTER|INVITE|SUBSCRIBE|MESSAGE|NOTIFY) sips?:/,
    answer: 'SIP/2.0 400 Bad Request\r\n\r\n',
  },
  {
    name: 'HTTP',
    begins:
      /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|TRACE|TRACK|PATCH|DEBUG|SEARCH|PROPFIND|PRI|CONNECT) (?:\/|\*|https?:|[\w.-]+:\d)/,
    answer: httpAnswer(`${WORDS}.`),
  },
  // Alert: fatal, protocol_version.
  { name: 'TLS', begins: /^\x16\x03[\0-\x04]/, answer: '\x15\x03\x01\0\x02\x02\x46' },
  { name: 'TLS', begins: /^\x80[\s\S]\x01[\0\x03][\0-\x04]/, answer: '\x15\x03\x01\0\x02\x02\x46' },
  // Lines before the version string are shown to people (RFC 4253, 4.2).
  { name: 'SSH', begins: /^SSH-\d/, answer: `${WORDS}.\r\n` },
  { name: 'SMTP', begins: /^(?:EHLO|HELO|LHLO|ehlo) \S|^(?:MAIL FROM|RCPT TO):/, answer: `554 ${WORDS}\r\n` },
  { name: 'FTP', begins: /^USER [^\r\n]+\r|^AUTH (?:TLS|SSL)\r/, answer: `530 ${WORDS}\r\n` },
  { name: 'IMAP', begins: /^\w{1,8} (?:CAPABILITY|LOGIN \S+ \S|STARTTLS)/, answer: `* BYE ${WORDS}\r\n` },
  {
    name: 'IRC',
    begins: /^CAP LS|^(?:PASS [^\r\n]+\r?\n)?NICK [^\r\n]+\r?\nUSER /,
    answer: `ERROR :${WORDS}\r\n`,
  },
  { name: 'SMB', begins: /^\0[\0\x01][\s\S]{2}[\xfe\xff]SMB/ },
  // NetBIOS: negative session response, called name not present.
  { name: 'SMB', begins: /^\x81\0\0\x44/, answer: '\x83\0\0\x01\x82' },
  // X.224 connection confirm with an RDP failure: TLS isn't supported.
  {
    name: 'RDP',
    begins: /^\x03\0[\s\S]{3}\xe0/,
    answer: '\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x03\0\x08\0\x02\0\0\0',
  },
  { name: 'Redis', begins: /^\*\d{1,7}\r\n\$\d/, answer: `-ERR ${WORDS}\r\n` },
  { name: 'memcached', begins: /^\x80[\0-\x22]\0[\s\S]\0\0\0\0/ },
  // For connections through a proxy that isn't configured.
  {
    name: 'PROXY',
    begins: /^PROXY (?:TCP4|TCP6|UNKNOWN)|^\r\n\r\n\0\r\nQUIT\n/,
    answer: 'The board was set up without its proxy (--proxy-from).\r\n',
  },
  { name: 'SOCKS', begins: /^\x04[\x01\x02][\s\S]{6}/, answer: '\0\x5b\0\0\0\0\0\0' },
  // No acceptable method.
  { name: 'SOCKS', begins: /^\x05[\x01-\x0a][\0-\x0a\x80]/, answer: '\x05\xff' },
  { name: 'MQTT', begins: /^\x10[\s\S]{1,4}\0(?:\x04MQTT|\x06MQIsdp)/, answer: '\x20\x02\0\x01' },
  // The answer to a request for encryption is one letter: not available.
  { name: 'Postgres', begins: /^\0\0\0\x08\x04\xd2\x16[\x2f\x30]/, answer: 'N' },
  {
    name: 'Postgres',
    begins: /^\0\0[\s\S]{2}\0\x03\0[\0-\x02]/,
    answer: `E\0\0\0${String.fromCharCode(PG_ERROR.length + 4)}${PG_ERROR}`,
  },
  { name: 'X11', begins: /^(?:l\0\x0b\0|B\0\0\x0b)/, answer: refusedByX11 },
  { name: 'Java RMI', begins: /^JRMI\0/, answer: 'O' },
  { name: 'Java', begins: /^\xac\xed\0\x05|^t3s? \d/ },
  {
    name: 'DNS',
    begins: /^[\0-\x02][\s\S]{3}[\0\x01\x10][\0-\x30]\0[\0-\x09]\0\0\0\0/,
    answer: refusedByDns,
  },
  { name: 'LDAP', begins: /^0(?:[\x01-\x7f]|\x84[\s\S]{4})\x02\x01[\s\S][`cw]/ },
  { name: 'SQL Server', begins: /^\x12\x01\0[\s\S]\0\0/ },
  { name: 'VNC', begins: /^RFB \d{3}\.\d{3}\n/ },
  { name: 'ADB', begins: /^CNXN\0/ },
  { name: 'BitTorrent', begins: /^\x13BitTorrent protocol/ },
  { name: 'GIOP', begins: /^GIOP[\x01\x02]/ },
  // In telnet a zero follows a CR (RFC 854), and no key sends one.
  { name: 'a binary protocol', begins: /^[^\xff]{0,15}?(?<!\r)\0/ },
];
