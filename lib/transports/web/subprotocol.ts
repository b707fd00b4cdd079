/** The subprotocols (mudstandards.org/websocket), and whether they carry telnet. Without one, it is the terminal's. */
const CARRIES_TELNET: Readonly<Record<string, boolean>> = {
  'terminal.mudstandards.org': false,
  'telnet.mudstandards.org': true,
  telnet: true,
  // fTelnet and websockify.
  binary: true,
};

/**
 * Returns the first subprotocol that is spoken here.
 *
 * @param offered The field `Sec-WebSocket-Protocol`, if there is one.
 */
export function subprotocol(offered: string | undefined): {
  readonly name?: string;
  readonly isTelnet: boolean;
} {
  const name = offered
    ?.split(',')
    .map((each) => each.trim())
    .find((each) => Object.hasOwn(CARRIES_TELNET, each));
  return name === undefined ? { isTelnet: false } : { name, isTelnet: CARRIES_TELNET[name] === true };
}
