/** Why a connection never became a session. */
export type RefusalReason =
  | 'full'
  | 'rate'
  | 'address'
  | 'blocked'
  | 'penalty'
  | 'draining'
  | 'gate'
  | 'proxy'
  | 'wrong-protocol'
  | 'crawler'
  | 'error';
