/** A line that is told apart from all others: whose, and which of theirs. */
const MARK = /#(\d+)\.(\d+);/g;

/**
 * Reads what a caller reads, and blames the board when somebody else's lines come twice, or not in the order in which they
 * were said.
 */
export function said(reader: number, blame: (words: string) => void): (bytes: Uint8Array) => void {
  const last = new Map<number, number>();
  let rest = '';
  return (bytes) => {
    const text = rest + Buffer.from(bytes).toString('latin1');
    let end = 0;
    for (const { 0: mark, 1: who, 2: which, index } of text.matchAll(MARK)) {
      end = index + mark.length;
      const [by, number] = [Number(who), Number(which)];
      if (by === reader) continue;
      const before = last.get(by) ?? 0;
      if (number <= before) blame(`caller ${reader} reads ${mark} of caller ${by} after line ${before}`);
      last.set(by, number);
    }
    rest = text.slice(end).slice(-24);
  };
}

/** What stands behind the mark of a line, if its caller says nothing but such lines, and all of them in one room. */
export const IN_A_ROW = ' in a row';

/** Hears what is said in a room, and blames the board when one is missing of the lines that somebody says in a row. */
export function inARow(blame: (words: string) => void): (text: string) => void {
  const last = new Map<string, number>();
  return (text) => {
    const [mark, who = '', which] = /^#(\d+)\.(\d+);/.exec(text) ?? [];
    if (text !== `${mark}${IN_A_ROW}`) return;
    const before = last.get(who) ?? Number(which) - 1;
    if (Number(which) > before + 1) blame(`caller ${who} says line ${which} after line ${before}`);
    last.set(who, Number(which));
  };
}
