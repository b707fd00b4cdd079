import type { Encoding, Terminal } from '../../../streams/types/connection.js';

/** What a client reported about itself. */
export interface ClientTold {
  /**
   * Its names (RFC 1091), in the order in which it sent them: its own or its terminal's. A MUD client sends
   * more than one.
   */
  readonly names: readonly string[];
  /** Its name in GMCP, for clients that send no other. */
  readonly client?: string | undefined;
  /** Its abilities, if it reports them (MTTS, tintin.mudhalla.net/protocols/mtts). */
  readonly mtts?: number | undefined;
  /** The character set that it agreed to (RFC 2066); `none` if it has none of ours. */
  readonly charset?: Encoding | 'none' | undefined;
}

/** What the board assumes about a client. */
export interface ClientProfile
  extends Pick<Terminal, 'type' | 'encoding' | 'colours' | 'cursor' | 'screenReader' | 'links' | 'pcKeys'> {
  /**
   * Whether the client echoes locally and sends whole lines. It takes our echo as a sign that a secret is
   * being typed.
   */
  readonly showsTyping: boolean;
}

/**
 * The bits of MTTS that matter here. Unused: mouse 16, palette 32, proxy 128, MNES 512, MSLP 1024, TLS 2048.
 */
const MTTS = { ANSI: 1, VT100: 2, UTF8: 4, COLOURS_256: 8, SCREEN_READER: 64, TRUE_COLOUR: 256 } as const;
const COLOURS = MTTS.ANSI | MTTS.COLOURS_256 | MTTS.TRUE_COLOUR;

/** Prefixes of the names of terminals that know control sequences. */
const TERMINALS =
  /^(x?term(?!inal)|vt[1-5]\d\d|ansi|linux|screen|tmux|rxvt|konsole|gnome|vte|iterm|nsterm|putty|kitty|alacritty|wezterm|foot|ghostty|st(-|$)|mlterm|aterm|eterm|dtterm|aixterm|cygwin|mintty|ms-|cons\d|wsvt)/i;
/**
 * Terminals that show links (OSC 8). Many others call themselves `xterm`, as xterm does, which shows none. Mudlet
 * has them since 2025, but its names don't say which version it is.
 */
const LINK_TERMINALS =
  /^(xterm-kitty|(xterm-)?ghostty|kitty|iterm|wezterm|foot|alacritty|vte|gnome|konsole|mintty|ms-terminal|contour)/i;
/** IBM PC terminals. They have its character set and its keys (terminfo's kbs is BS, and kdch1 DEL). */
const PC_TERMINALS =
  /^(sync(term)?|netrunner|magiterm|m-?tel(net)?|qodem|icy[-_ ]?term|etherterm|ftelnet|ansi-?bbs|pc-?ansi|ansi-?256color(-rgb)?|qansi|scoansi|avatar)$/i;
/** Also the IBM PC's character set, but its Backspace differs between makers. */
const PC_LETTERS = /^ansi$/i;
/** Terminals with colours and nothing more. */
const COLOURS_ONLY = /^ansi-(attr|mono|m$)/i;
/** Prefixes of the names of MUD clients. They have colours, but no cursor control unless they report it. */
const MUD_CLIENTS =
  /^(mudlet|tintin|tt\+\+|wintin|[cz]mud|mushclient|qmushclient|tinyfugue|tf\d|kildclient|blowtorch|beip|potato|axmud|lociterm|blightmud|atlantis|gosclient|mudrammer|mukluk|simplemu|muclient|mudmaster|mudmagic|mudportal|mudjs|smartmud|savitar|trebuchet|crystal|powwow|lyntin|jmc|genie)/i;

/** Derives the profile from what a client reported. Pure, so the order of the reports doesn't matter. */
export function clientProfile({ names: told, client, mtts, charset }: ClientTold): ClientProfile {
  const names = told.length > 0 || client === undefined ? told : [client];
  const [first = ''] = names;
  const showsTyping = mtts !== undefined || MUD_CLIENTS.test(first);
  // A client that reports its abilities sends its own name first and its terminal's second.
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
    links: !showsTyping && LINK_TERMINALS.test(first),
    pcKeys: isPc,
    showsTyping,
  };
}

/** An agreed charset comes first, then the reported abilities, then the default of its kind. */
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
