// Compiled by `npm run types`, never run: each line is a claim about the types that users of the package see.
import {
  type App,
  type Authenticator,
  alsoSubscribe,
  type Bus,
  type Connection,
  createImpulse,
  createSessionManager,
  type Encoding,
  type EndReason,
  type guest,
  type Impulse,
  type lobby,
  menu,
  type Output,
  type passwords,
  quit,
  type SESSION_STATES,
  type Services,
  type Session,
  SessionEnd,
  type SessionInfo,
  type SessionState,
  type sanitize,
  type Terminal,
  type User,
} from 'impulse-bbs';
import { EMPTY, map, type Observable, of, type SchedulerLike } from 'rxjs';
import { expectType, type Same } from '../support/same.js';

expectType<Same<App, (session: Session, services: Services) => Observable<Output>>>();
expectType<Same<Authenticator, (session: Session, services: Services) => Observable<User>>>();
expectType<Same<Output, string | Uint8Array>>();
expectType<Same<typeof guest, Authenticator>>();
expectType<Same<ReturnType<typeof passwords>, Authenticator>>();
expectType<Same<ReturnType<typeof lobby>, App>>();
expectType<Same<ReturnType<typeof menu<User>>, App>>();
expectType<Same<typeof quit, App>>();
expectType<Same<typeof sanitize, (text: string) => string>>();

expectType<Same<Session['line$'], Observable<string>>>();
expectType<Same<Session['key$'], Observable<string>>>();
expectType<Same<Session['terminal$'], Observable<Terminal>>>();
expectType<Same<Session['user'], User | null>>();
expectType<Same<Session['state'], SessionState>>();
expectType<
  Same<SessionState, 'waiting' | 'connected' | 'authenticating' | 'active' | 'closing' | 'closed'>
>();
expectType<Same<(typeof SESSION_STATES)[number], SessionState>>();
expectType<Same<ReturnType<Session['ask']>, Observable<string>>>();
expectType<Same<ReturnType<Session['completion$']>, Observable<never>>>();
expectType<Same<Encoding, 'utf-8' | 'cp437' | 'ascii'>>();
expectType<Same<Services['scheduler'], SchedulerLike>>();
expectType<Same<ReturnType<Bus['channel$']>, Observable<unknown>>>();
expectType<Same<SessionEnd['reason'], EndReason>>();
expectType<Same<Connection['input$'], Observable<Uint8Array>>>();
expectType<Same<Session['byte$'], Observable<Uint8Array>>>();

const silent: App = () => EMPTY;
const bytes: App = () => of(Uint8Array.of(7));
menu({ s: silent, b: bytes, q: quit });
// @ts-expect-error a number is no output
const counting: App = () => of(1);
// @ts-expect-error an app is an Observable, not a Promise
const promised: App = async () => of('hello');
// @ts-expect-error a user has a handle
const nameless: Authenticator = () => of({ guest: true });
const named: Authenticator = () => of({ handle: 'ann', unlimited: true });

/** What `eachLine` and `alsoSubscribe` emit is what they are given. */
export const answers = (session: Session, { bus }: Services) => {
  expectType<Same<ReturnType<typeof counted>, Observable<number>>>();
  const counted = () => session.eachLine((line) => of(line.length)).pipe(alsoSubscribe(bus.channel$('news')));
  // @ts-expect-error a message has an unknown type until it is checked
  bus.channel$('news').pipe(map((news) => news.text));
  // @ts-expect-error a session is looked at, not changed
  session.user = null;
  // @ts-expect-error there is no such encoding
  session.setEncoding('latin1');
  // @ts-expect-error the echo is on or off
  session.setEcho('on');
  // @ts-expect-error nor such a reason
  new SessionEnd('bored');
  return { counted, counting, promised, nameless, named };
};

/** What others may know of a session doesn't let them talk to its caller. */
export const lookAt = (info: SessionInfo) => {
  // @ts-expect-error that is for its own app
  info.write('hello');
};

/** A user may have more fields. What the authenticator emits is what the app gets. */
interface Member extends User {
  readonly title: string;
}
const members: Authenticator<Member> = (session) =>
  session.ask('Handle: ').pipe(map((handle) => ({ handle, title: 'Novice' })));
const titles: App<Member> = (session, { handles }) =>
  of(`${session.user?.title} ${handles.named('ann')[0]?.user?.title}`);

const board = createImpulse({ authenticate: members, app: (session) => of(session.user?.title ?? '') });
expectType<Same<typeof board, Impulse<Member>>>();
expectType<Same<ReturnType<(typeof board)['sessions']['get']>, SessionInfo<Member> | undefined>>();
createSessionManager({ authenticate: members, app: menu({ titles, quit }) });
createSessionManager({ authenticate: members, app: (session) => of(`${session.user?.handle}`) });
const users: Authenticator = (session) => session.ask('Handle: ').pipe(map((handle) => ({ handle })));
// @ts-expect-error The app needs members, and this authenticator emits users.
createSessionManager({ authenticate: users, app: titles });
