// Compiled by `npm run types`, never run: each line is a claim about the types that users of the package see.
import type { Connection, ServerEvent, Services, Session } from 'impulse-bbs';
import {
  type asLetters,
  type FakeConnection,
  type FakeSession,
  type fakeConnection,
  type fakeServices,
  fakeSession,
  inVirtualTime,
  type Marbles,
  type SeenScreen,
  type SharedClock,
  type SimulatedClock,
  type SimulationRun,
  type screenOf,
  simulate,
  type simulatedClock,
  type VirtualTime,
} from 'impulse-bbs/testing';
import type { Observable, OperatorFunction, SchedulerLike } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { expectType, type Same } from '../support/same.js';

expectType<Same<ReturnType<typeof fakeSession>, FakeSession>>();
expectType<Same<ReturnType<typeof fakeServices>, Services>>();
expectType<Same<ReturnType<typeof fakeConnection>, FakeConnection>>();
expectType<Same<Parameters<typeof fakeConnection>[0], Observable<string>>>();
expectType<Same<ReturnType<typeof asLetters>, OperatorFunction<ServerEvent, string>>>();
expectType<Same<ReturnType<typeof screenOf>, Promise<SeenScreen>>>();
expectType<Same<ReturnType<typeof simulate>, SimulationRun>>();
expectType<Same<SimulationRun['violation'], string | null>>();
expectType<Same<ReturnType<typeof simulatedClock>, SimulatedClock>>();
expectType<Same<ReturnType<SimulatedClock['shared']>, SharedClock>>();

/** A fake is whatever the real one is; a clock is a scheduler; and virtual time is what RxJS and rxjs-marbles call so. */
export const isA = (session: FakeSession, line: FakeConnection, clock: SimulatedClock, time: VirtualTime) =>
  [session satisfies Session, line satisfies Connection, clock satisfies SchedulerLike, time] satisfies [
    Session,
    Connection,
    SchedulerLike,
    Marbles,
  ];
export const inAnyRunner = [
  marbles((m) => void fakeSession(m, { line$: '-a' })),
  () => inVirtualTime((m) => fakeSession(m).output satisfies string),
];

inVirtualTime((m) => {
  // @ts-expect-error a diagram is a string
  fakeSession(m, { line$: 5 });
  fakeSession(m, { byte$: '-a', bytes: { a: Uint8Array.of(1) } });
  // @ts-expect-error bytes are no text
  fakeSession(m, { byte$: '-a', bytes: { a: 'text' } });
  // @ts-expect-error a terminal has no such size
  fakeSession(m, { terminal: { columns: 'wide' } });
});
// @ts-expect-error a day without a seed is no day again
simulate({});
expectType<Same<ReturnType<typeof inVirtualTime<number>>, number>>();
