import type { Limits } from '../../streams/types/limits.js';

/** Limits that allow everything, except for the nodes and the output limit. */
export const NO_LIMITS: Limits = {
  maxSessions: 3,
  waitingRoom: 1,
  connectionRate: null,
  connectionRatePerAddress: null,
  idleTimeoutMs: null,
  idleWarningMs: null,
  loginTimeoutMs: null,
  sessionLimitMs: null,
  shutdownGraceMs: null,
  outputLimitBytes: 1024,
  deadPeerTimeoutMs: null,
  reserve: 0,
  maxUnauthenticated: null,
  maxPerAddress: null,
  penalties: false,
  maxPerUser: null,
  perUserPolicy: 'takeover',
  inputRate: null,
};
