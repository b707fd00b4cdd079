/** The mark of a unique line: the caller's number, and the line's. */
const MARK = /#(\d+)\.(\d+);/g;

/** Checks the output that a caller reads: lines of another caller must not come twice or out of order. */
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

/** The text after the mark of a line, if its caller says only such lines, and all in one room. */
export const IN_A_ROW = ' in a row';

/** Checks the lines said in a room: none of a row may be missing. */
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
