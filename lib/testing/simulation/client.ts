import {
  COMMAND,
  negotiationBytes,
  subnegotiationBytes,
  TelnetDecoder,
  type TelnetHandler,
} from '../../../streams/protocol/telnet-codec.js';
import { TIMING_MARK } from '../../transports/telnet/negotiator.js';
import { OPTION } from '../../transports/telnet/options.js';

const { DO, DONT, WILL, WONT } = COMMAND;

/** How a client reacts to offers. */
export type Manners = 'agrees' | 'refuses' | 'knows no telnet';

/** The telnet side of a caller's client: answers the board's negotiation, and emits the text. */
export function client(
  manners: Manners,
  window: { columns: number; rows: number },
  send: (bytes: Uint8Array) => void,
  text: (bytes: Uint8Array) => void,
): (bytes: Uint8Array) => void {
  if (manners === 'knows no telnet') return text;
  const agreed = new Set<string>();
  const agrees = (verb: string, option: number, to: readonly number[]) => {
    const isNew = !agreed.has(`${verb} ${option}`);
    agreed.add(`${verb} ${option}`);
    return { isNew, is: manners === 'agrees' && to.includes(option) };
  };
  const handler: TelnetHandler = {
    data: text,
    command() {},
    dropped() {},
    negotiate(verb, option) {
      if (verb === DO) {
        if (option === TIMING_MARK) return send(negotiationBytes(WONT, option));
        const { is, isNew } = agrees('DO', option, [OPTION.SGA, OPTION.NAWS, OPTION.TTYPE, OPTION.BINARY]);
        if (isNew) send(negotiationBytes(is ? WILL : WONT, option));
        if (is && isNew && option === OPTION.NAWS)
          send(subnegotiationBytes(OPTION.NAWS, Uint8Array.of(0, window.columns, 0, window.rows)));
      } else if (verb === WILL) {
        const { is, isNew } = agrees('WILL', option, [OPTION.SGA, OPTION.ECHO, OPTION.BINARY]);
        if (isNew) send(negotiationBytes(is ? DO : DONT, option));
      }
    },
    subnegotiation(option, [verb]) {
      if (option === OPTION.TTYPE && verb === 1)
        send(subnegotiationBytes(OPTION.TTYPE, Buffer.from('\0XTERM')));
    },
  };
  const decoder = new TelnetDecoder(handler);
  return (chunk) => decoder.read(chunk);
}
