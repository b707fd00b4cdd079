import { ignoreElements, merge, type Observable, of } from 'rxjs';
import type { Farewell } from '../shutdown/farewell.js';
import * as messages from '../terminal/messages.js';
import type { Refused } from '../types/admission.js';
import type { ServerEvent } from '../types/events.js';
import { refusalOf } from './refused.js';

/**
 * Tells a refused caller why, and hangs up. Emits `connectionRefused`; completes when the connection
 * is gone.
 */
export function turnAway(refused: Refused, nodes: number, farewell: Farewell): Observable<ServerEvent> {
  const { connection } = refused;
  // The farewell first: once subscribed, it hangs up whatever happens.
  return merge(
    farewell(connection, messages.refusal(refused, nodes), refused).pipe(ignoreElements()),
    of<ServerEvent>(refusalOf(connection, refused)),
  );
}
