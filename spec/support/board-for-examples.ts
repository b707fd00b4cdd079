import { createImpulse as create, type Impulse, type ImpulseOptions } from '../../lib/index.js';

export * from '../../lib/index.js';

const boards: Impulse[] = [];

/** A replacement of the package for examples. Its boards listen on any free port, and can be closed. */
export function createImpulse(options: ImpulseOptions): Impulse {
  const board = create(options.listeners ? options : { ...options, host: '127.0.0.1', port: 0 });
  boards.push(board);
  return board;
}

/** Closes the boards that an example left open. */
export async function endBoards(): Promise<void> {
  await Promise.all(boards.splice(0).map((board) => board.shutdown('the example is over', { force: true })));
}
