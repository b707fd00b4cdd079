import {
  type ClientProfile,
  type ClientTold,
  clientProfile,
} from '../../../../lib/transports/telnet/client-profile.js';

const told = (names: string, more: Omit<ClientTold, 'names'> = {}): ClientProfile =>
  clientProfile({ names: names === '' ? [] : names.split(','), ...more });

/** A profile as text. */
function wordsFor(profile: ClientProfile): string {
  const { encoding, colours, cursor, screenReader, pcKeys, showsTyping } = profile;
  const flags = { colours, cursor, screenReader, pcKeys, showsTyping };
  const on = Object.entries(flags).filter(([, is]) => is);
  return [encoding, ...on.map(([name]) => name)].join(' ');
}

const NOTHING = 'utf-8';
const TERMINAL = 'utf-8 colours cursor';
const PC = 'cp437 colours cursor pcKeys';
const MUD = 'utf-8 colours showsTyping';

describe('clientProfile', () => {
  it('is a plain terminal with UTF-8 for an unknown client', () => {
    expect(told('')).toEqual({
      type: null,
      encoding: 'utf-8',
      colours: false,
      cursor: false,
      screenReader: false,
      links: false,
      pcKeys: false,
      showsTyping: false,
    });
  });

  it('takes the name in GMCP of a client that sends no other', () => {
    expect(wordsFor(told('', { client: 'Mudlet' }))).toBe(MUD);
    expect(told('', { client: 'Mudlet' }).type).toBe('Mudlet');
    expect(told('xterm', { client: 'Mudlet' }).type).toBe('xterm');
  });

  for (const [names, links] of [
    ['xterm-kitty', true],
    ['XTERM-KITTY', true],
    ['xterm-ghostty', true],
    ['foot-extra', true],
    ['alacritty', true],
    ['wezterm', true],
    ['vte-256color', true],
    ['konsole-256color', true],
    ['ms-terminal', true],
    ['xterm-256color', false],
    ['screen', false],
    ['linux', false],
    ['syncterm', false],
    ['MUDLET,ANSI-TRUECOLOR', false],
    ['TINTIN++,xterm-kitty', false],
    ['', false],
  ] as const)
    it(`has ${links ? '' : 'no '}links for ${names || 'an unknown client'}`, () => {
      expect(told(names).links).toBe(links);
    });

  for (const [names, words] of [
    // Terminals, including PuTTY and the like, which claim to be one.
    ['xterm', TERMINAL],
    ['XTERM-256COLOR', TERMINAL],
    ['vt100', TERMINAL],
    ['VT220,VT100', TERMINAL],
    ['linux', TERMINAL],
    ['screen.xterm', TERMINAL],
    ['tmux-256color', TERMINAL],
    ['st-256color', TERMINAL],
    ['PuTTY', TERMINAL],
    ['xterm,ansi', TERMINAL],
    // BBS clients: SyncTERM, fTelnet, NetRunner, MagiTerm, ZOC and others.
    ['syncterm', PC],
    ['SyncTERM', PC],
    ['sync', PC],
    ['ansi-bbs', PC],
    ['ANSI-BBS', PC],
    ['ansi-256color', PC],
    ['ansi-256color-rgb', PC],
    ['ANSI-256COLOR-RGB', PC],
    ['NetRunner', PC],
    ['magiterm', PC],
    ['mTelnet', PC],
    ['qodem', PC],
    ['IcyTerm', PC],
    ['icy_term', PC],
    ['EtherTerm', PC],
    ['fTelnet', PC],
    ['pcansi', PC],
    ['pc-ansi', PC],
    ['scoansi', PC],
    ['avatar', PC],
    // The telnet clients of Windows and mTCP, whose keys differ.
    ['ANSI', 'cp437 colours cursor'],
    ['ANSI,VT100,VT52,VTNT', 'cp437 colours cursor'],
    // MUD clients.
    ['MUDLET', MUD],
    ['Mudlet', MUD],
    ['Mudlet 4.17', MUD],
    ['TINTIN++', MUD],
    ['MUSHCLIENT', MUD],
    ['CMUD', MUD],
    ['zMUD 7.21', MUD],
    ['TINYFUGUE', MUD],
    ['TINYFUGUE,ANSI-ATTR,ANSI,UNKNOWN', MUD],
    ['KildClient', MUD],
    ['BlowTorch', MUD],
    ['BeipMU', MUD],
    ['Potato', MUD],
    ['Axmud', MUD],
    ['LociTerm', MUD],
    ['BLIGHTMUD', MUD],
    // Colours only.
    ['ANSI-ATTR', 'utf-8 colours'],
    // Unknown names.
    ['dumb', NOTHING],
    ['DUMB', NOTHING],
    ['UNKNOWN', NOTHING],
    ['NETWORK', NOTHING],
    ['NETWORK-VIRTUAL-TERMINAL', NOTHING],
    ['tty', NOTHING],
    ['teletype-33', NOTHING],
    ['ADM3A', NOTHING],
    ['VT52', NOTHING],
    ['PETSCII', NOTHING],
    ['terminal', NOTHING],
    ['stupid', NOTHING],
    ['xterm-ansi', TERMINAL],
    ['locksmith', NOTHING],
  ] as const)
    it(`of ${names} is: ${words}`, () => {
      const profile = told(names);
      expect(wordsFor(profile)).toBe(words);
      expect(profile.type).toBe(names.split(',')[0] as string);
    });

  for (const [mtts, words] of [
    [0, 'ascii showsTyping'],
    [1, 'ascii colours showsTyping'],
    [2, 'ascii cursor showsTyping'],
    [4, 'utf-8 showsTyping'],
    [8, 'ascii colours showsTyping'],
    [9, 'ascii colours showsTyping'],
    [13, 'utf-8 colours showsTyping'],
    [16, 'ascii showsTyping'],
    [32, 'ascii showsTyping'],
    [64, 'ascii screenReader showsTyping'],
    [128, 'ascii showsTyping'],
    [256, 'ascii colours showsTyping'],
    [512, 'ascii showsTyping'],
    [1024, 'ascii showsTyping'],
    [2048, 'ascii showsTyping'],
    [71, 'utf-8 screenReader showsTyping'],
    [271, 'utf-8 colours cursor showsTyping'],
    [2349, 'utf-8 colours showsTyping'],
    [4095, 'utf-8 screenReader showsTyping'],
    [999_999, 'utf-8 colours cursor showsTyping'],
  ] as const)
    it(`of a client with MTTS ${mtts} is: ${words}`, () => {
      for (const names of ['', 'MUDLET', 'MUDLET,ANSI-TRUECOLOR', 'nobody,syncterm', 'xterm,xterm'])
        expect(wordsFor(told(names, { mtts })))
          .withContext(names)
          .toBe(words);
    });

  it('takes the last name of a client with MTTS for its terminal', () => {
    expect(told('TINTIN++,xterm', { mtts: 13 }).type).toBe('xterm');
    expect(told('TINTIN++', { mtts: 13 }).type).toBe('TINTIN++');
    expect(told('', { mtts: 13 }).type).toBeNull();
  });

  for (const [names, more, encoding] of [
    ['syncterm', { charset: 'utf-8' }, 'utf-8'],
    ['xterm', { charset: 'cp437' }, 'cp437'],
    ['xterm', { charset: 'ascii' }, 'ascii'],
    ['MUDLET', { charset: 'utf-8', mtts: 9 }, 'utf-8'],
    ['MUDLET', { charset: 'cp437', mtts: 13 }, 'cp437'],
    // It rejected all character sets, so its name decides.
    ['xterm', { charset: 'none' }, 'ascii'],
    ['', { charset: 'none' }, 'ascii'],
    ['syncterm', { charset: 'none' }, 'cp437'],
    ['MUDLET', { charset: 'none', mtts: 13 }, 'utf-8'],
    ['MUDLET', { charset: 'none', mtts: 9 }, 'ascii'],
  ] as const)
    it(`has ${encoding} for ${names || 'nobody'} with ${JSON.stringify(more)}`, () => {
      expect(told(names, more).encoding).toBe(encoding);
    });
});
