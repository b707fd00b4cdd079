/**
 * Tools to test an app: sessions and connections from diagrams, virtual time, the caller's screen, and
 * simulated days of callers. See the guide to testing, docs/testing.md.
 *
 * @module impulse-bbs/testing
 */
export { type ConnectionUnderTest, connectionContract } from './connection-contract.js';
export { type FakeConnection, type FakeConnectionOptions, fakeConnection } from './fake-connection.js';
export { type FakeSession, type FakeSessionOptions, fakeServices, fakeSession } from './fake-session.js';
export { asLetters, EVENT_LETTERS } from './graphemes.js';
export { expectScreen, type SeenScreen, screenOf, type Window } from './screen.js';
export { type SharedClock, type SimulatedClock, simulatedClock } from './simulation/clock.js';
export { diagram } from './simulation/diagram.js';
export { shrink } from './simulation/shrink.js';
export { type SimulationOptions, type SimulationRun, simulate } from './simulation/simulate.js';
export { inVirtualTime, type Marbles, type VirtualTime } from './virtual-time.js';
