import type { Attempt } from './attempt.js';

const XTERM = ['DO ECHO', 'DO SGA', 'WILL TTYPE', 'SB TTYPE 0 "xterm"'];
const attempt = (more: Partial<Attempt>): Attempt => ({
  where: 'login',
  client: XTERM,
  first: [],
  again: [],
  packets: 1,
  reads: true,
  typed: [],
  ...more,
});
const run = (piece: string, times: number) => ({ piece, times });

/** What has held up a board before: the search begins with it. */
export const CORPUS: readonly Attempt[] = [
  // Cursor keys and deletions in a line whose letters are looked for with every key.
  attempt({ first: [run('é', 500)], again: [run('\x02', 500), run('\x05', 1)] }),
  attempt({ first: [run('🇩🇪', 120)], again: [run('\x02', 120), run('\x05', 1)] }),
  attempt({ first: [run('a', 1), run('\u0301', 60)], again: [run('\x02', 9), run('\x05', 1)] }),
  attempt({ first: [run('é', 500)], again: [run('a', 1), run('\x14', 1)] }),
  attempt({ first: [run('e', 1024)], again: [run('a', 1), run('\x14', 1)], packets: 2 }),
  // A handle that is refused, and one that is looked up among all who are on line.
  attempt({ again: [run('sysop', 1), run('\n', 1)] }),
  attempt({ again: [run('listenera', 1), run('\r\n', 1)], packets: 7 }),
  // Tab in a line of many words, many times a packet.
  attempt({ where: 'room', first: [run('q ', 510)], again: [run('\t', 1), run('IAC DO TIMING_MARK', 1)] }),
  // A line said to listeners who have half a line typed.
  attempt({ where: 'room', first: [run('hi', 1), run('\r\n', 1)], typed: [run('é', 500)] }),
  attempt({ where: 'room', again: [run('hi', 1), run('\r\n', 1)], typed: [run('🇩🇪', 120)] }),
  attempt({ where: 'room', again: [run('hi', 1), run('\r\n', 1)], typed: [run('\u0301', 500)] }),
  attempt({ where: 'room', again: [run('hi', 1), run('\r\n', 1)], typed: [run('ก', 469)] }),
  attempt({
    where: 'room',
    client: ['DO ECHO', 'WILL NAWS', 'SB NAWS 0 2 0 24', 'WILL TTYPE', 'SB TTYPE 0 "dumb"'],
    first: [run('/last', 15)],
    again: [run('\n', 1), run('🏻', 37)],
    typed: [run('\ufffd', 167), run('ा', 20)],
  }),
  // Lines beyond any length.
  attempt({ where: 'room', first: [run('x', 65_000), run('\r\n', 1)] }),
  attempt({ where: 'room', first: [run('/afk ', 1), run('字', 20_000), run('\r\n', 1)] }),
  // One key at a time, of somebody who reads nothing.
  attempt({
    where: 'room',
    first: [run('x', 1024)],
    again: [run('\x01', 1), run('y', 1), run('\x08', 1)],
    reads: false,
  }),
];
