import type { Encoding, Terminal } from '../../streams/types/connection.js';

/** What a client said of itself. */
export interface ClientTold {
  /** Its names (RFC 1091), in the order in which it told them: its own, or its terminal's; more than one of a MUD client. */
  readonly names: readonly string[];
  /** Its abilities, of a client that tells them (MTTS, tintin.mudhalla.net/protocols/mtts). */
  readonly mtts?: number | undefined;
  /** The character set that it agreed to (RFC 2066); `none` if it had none of ours. */
  readonly charset?: Encoding | 'none' | undefined;
}

/** What a client gets. */
export interface ClientProfile
  extends Pick<Terminal, 'type' | 'encoding' | 'colours' | 'cursor' | 'screenReader' | 'pcKeys'> {
  /** Shows what is typed by itself, line by line, and takes our echo for a sign that a secret is typed. */
  readonly showsTyping: boolean;
}

/** Bits of MTTS. The others (mouse 16, palette 32, proxy 128, MNES 512, MSLP 1024, TLS 2048) change nothing here. */
const MTTS = { ANSI: 1, VT100: 2, UTF8: 4, COLOURS_256: 8, SCREEN_READER: 64, TRUE_COLOUR: 256 } as const;
const COLOURS = MTTS.ANSI | MTTS.COLOURS_256 | MTTS.TRUE_COLOUR;

/** Terminals that know control sequences, by the beginnings of their names. */
const TERMINALS =
  /^(x?term(?!inal)|vt[1-5]\d\d|ansi|linux|screen|tmux|rxvt|konsole|gnome|vte|iterm|nsterm|putty|kitty|alacritty|wezterm|foot|ghostty|st(-|$)|mlterm|aterm|eterm|dtterm|aixterm|cygwin|mintty|ms-|cons\d|wsvt)/i;
/** The IBM PC's kind: they draw with its letters, and have its keys (terminfo's kbs is BS, and kdch1 DEL). */
const PC_TERMINALS =
  /^(sync(term)?|netrunner|magiterm|m-?tel(net)?|qodem|icy[-_ ]?term|etherterm|ftelnet|ansi-?bbs|pc-?ansi|ansi-?256color(-rgb)?|qansi|scoansi|avatar)$/i;
/** Also the IBM PC's letters; but what their Backspace sends depends on who made them. */
const PC_LETTERS = /^ansi$/i;
/** Colours, and no more. */
const COLOURS_ONLY = /^ansi-(attr|mono|m$)/i;
/** MUD clients, by the beginnings of their names. They have colours, and no cursor of ours unless they say so. */
const MUD_CLIENTS =
  /^(mudlet|tintin|tt\+\+|wintin|[cz]mud|mushclient|qmushclient|tinyfugue|tf\d|kildclient|blowtorch|beip|potato|axmud|lociterm|blightmud|atlantis|gosclient|mudrammer|mukluk|simplemu|muclient|mudmaster|mudmagic|mudportal|mudjs|smartmud|savitar|trebuchet|crystal|powwow|lyntin|jmc|genie)/i;

/** What a client gets that said this of itself. Pure, so that the order in which it was said doesn't matter. */
export function clientProfile({ names, mtts, charset }: ClientTold): ClientProfile {
  const [first = ''] = names;
  const showsTyping = mtts !== undefined || MUD_CLIENTS.test(first);
  // Of a client that tells its abilities, the first name is its own and the second its terminal's.
  const type = (mtts === undefined ? names[0] : names.at(-1)) ?? null;
  const isPc = !showsTyping && PC_TERMINALS.test(first);
  const screenReader = has(mtts, MTTS.SCREEN_READER);
  const known = isPc || (TERMINALS.test(first) && !COLOURS_ONLY.test(first));
  const colours = mtts === undefined ? known || showsTyping || COLOURS_ONLY.test(first) : has(mtts, COLOURS);
  const cursor = mtts === undefined ? known && !showsTyping : has(mtts, MTTS.VT100);
  return {
    type,
    encoding: encodingFor(charset, mtts, isPc || (!showsTyping && PC_LETTERS.test(first))),
    colours: colours && !screenReader,
    cursor: cursor && !screenReader,
    screenReader,
    pcKeys: isPc,
    showsTyping,
  };
}

/** What was agreed on comes first, then what the client says that it can, then what its kind usually can. */
function encodingFor(
  charset: ClientTold['charset'],
  mtts: number | undefined,
  hasPcLetters: boolean,
): Encoding {
  if (charset !== undefined && charset !== 'none') return charset;
  if (has(mtts, MTTS.UTF8)) return 'utf-8';
  if (hasPcLetters) return 'cp437';
  return mtts !== undefined || charset === 'none' ? 'ascii' : 'utf-8';
}

const has = (mtts: number | undefined, bits: number) => mtts !== undefined && (mtts & bits) !== 0;
