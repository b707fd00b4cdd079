/** A change of a file of the tree, for the programs that try the tree with something else in it. */
export interface Edit {
  readonly file: string;
  /** What is there, once. */
  readonly find: string;
  /** What is there instead. */
  readonly put: string;
}

/**
 * Returns the file's text with the edit.
 *
 * @throws If the text doesn't have {@link Edit.find} exactly once.
 */
export function applyEdit(text: string, { file, find, put }: Edit): string {
  const count = text.split(find).length - 1;
  if (count !== 1) throw new Error(`${file} has this ${count} times: ${find}`);
  return text.replace(find, () => put);
}
