import { ignoreElements, merge, type Observable, of } from 'rxjs';
import type { Farewell } from './farewell.js';
import { type Refused, refusalOf } from './refused.js';
import * as texts from './texts.js';
import type { ServerEvent } from './types.js';

/** Tells a refused caller why, and hangs up. Emits `connectionRefused`; completes when the line is gone. */
export function turnAway(refused: Refused, nodes: number, farewell: Farewell): Observable<ServerEvent> {
  const { connection } = refused;
  // The farewell first: from its subscription on, whatever happens, it hangs up.
  return merge(
    farewell(connection, texts.refusal(refused, nodes)).pipe(ignoreElements()),
    of<ServerEvent>(refusalOf(connection.address, refused)),
  );
}
