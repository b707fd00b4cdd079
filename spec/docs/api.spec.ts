import { join, resolve } from 'node:path';
import ts from 'typescript';
import { DEFAULT_LIMITS } from '../../lib/session-manager.js';
import { ENTRIES, type Entry, exportsOf, publicProgram } from '../support/public-api.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** Everything that the package exports, by entry point. Adding to it is a minor version. */
const API: Readonly<Record<Entry, Record<'functions' | 'others' | 'types', readonly string[]>>> = {
  'lib/index.ts': {
    functions: [
      'alsoSubscribe certificateFiles createImpulse createSessionManager embeddedBus guest hostKeyFile link lobby menu passwords quit sanitize',
      'ssh streamConnection telnet tls web',
    ],
    others: [
      'AccountsError AppError BusError DEFAULT_LIMITS LifecycleError ListenError OptionsError SESSION_STATES SessionEnd TransportError',
    ],
    types: [
      'AccountsErrorCode AppErrorCode BusErrorCode LifecycleErrorCode ListenErrorDetails TransportErrorCode',
      'AddressPenalised App Authenticator Bus Completer Connection ConnectionRefused EarlyDrop Encoding EndReason',
      'Credentials Handles HostKey Impulse ImpulseOptions Key ConnectionAttempt LimitOptions Limits ListeningAddress LoginAttemptFailed OptionsErrorCode OptionsErrorDetails Output Presence Rate',
      'Proof RefusalDetail Refused RefusalReason SshOptions ServerClosed ServerDraining ServerEvent ServerListening ServerResumed ServerSuspended Services Session CallbackFailed ServerFailed',
      'SessionAuthenticated SessionClosed SessionClosing SessionId SessionInfo SessionManager SessionManagerOptions',
      'SessionOpened SessionState SessionWaiting SessionWarned',
      'ShutdownReport Terminal TimedEvent User Visitor',
      'GmcpMessage BoardAddress ByteStream Certificate CertificateFiles Listener Listening Status StreamConnection',
      'StreamConnectionOptions TcpOptions TelnetOptions TlsOptions WebOptions',
    ],
  },
  'streams/index.ts': {
    functions: [
      'alsoSubscribe blocklist catchTeardownError embeddedBus escapeControls humanGate inOrder inputRate isRefused link perAddress rateLimitKey',
      'refuse refused sanitize summarise throttle wrap',
    ],
    others: ['AppError BusError SESSION_STATES SessionEnd TransportError'],
    types: [
      'AddressPenalised App AppErrorCode Authenticator Bus BusErrorCode Completer Connection ConnectionRefused ConnectionsRefused TransportErrorCode',
      'EarlyDrop Encoding EndReason Handles Key ConnectionAttempt Limits LoginAttemptFailed LoginAttemptsFailed LoginsUnchecked Output Pausable Presence Rate RefusalDetail Refused RefusalReason',
      'ServerClosed ServerDraining ServerEvent ServerListening ServerResumed ServerSuspended Services Session SessionAuthenticated SessionClosed CallbackFailed ServerFailed',
      'SessionClosing SessionId SessionInfo SessionOpened SessionState SessionWaiting SessionWarned',
      'GmcpMessage ShutdownReport SilentConnectionsClosed Summary TeardownDelegate Terminal TimedEvent User Visitor',
    ],
  },
  'lib/testing/index.ts': {
    functions: [
      'asLetters connectionContract diagram expectScreen fakeConnection fakeServices fakeSession inVirtualTime screenOf shrink',
      'simulate simulatedClock',
    ],
    others: ['EVENT_LETTERS'],
    types: [
      'ConnectionUnderTest FakeConnection FakeConnectionOptions FakeSession FakeSessionOptions Marbles SeenScreen SharedClock',
      'SimulatedClock SimulationOptions SimulationRun VirtualTime Window',
    ],
  },
};
const words = (lines: readonly string[]) =>
  lines
    .join(' ')
    .split(' ')
    .toSorted((one, other) => (one < other ? -1 : 1));

/** Returns what an entry exports, by the compiler: functions, other values, types, and functions without an example. */
function exported(program: ts.Program, entry: Entry) {
  const checker = program.getTypeChecker();
  const all = [...exportsOf(program, entry)].map(([name, symbol]) => {
    const isCallable = checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0;
    const kind = !(symbol.flags & ts.SymbolFlags.Value) ? 'types' : isCallable ? 'functions' : 'others';
    const hasExample = symbol.getJsDocTags(checker).some((tag) => tag.name === 'example');
    return { name, kind, hasExample };
  });
  const of = (wanted: string) => words(all.filter(({ kind }) => kind === wanted).map(({ name }) => name));
  return {
    functions: of('functions'),
    others: of('others'),
    types: of('types'),
    withoutExample: all
      .filter(({ kind, hasExample }) => kind === 'functions' && !hasExample)
      .map(({ name }) => name),
  };
}

/** Returns the value of each `@default` in the interface of limits. */
function documentedDefaults(program: ts.Program): Record<string, unknown> {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(join(ROOT, 'streams/types/limits.ts'));
  const limits = file?.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === 'Limits',
  ) as ts.InterfaceDeclaration;
  return Object.fromEntries(
    checker
      .getTypeAtLocation(limits)
      .getProperties()
      .map((limit) => {
        const tag = limit.getJsDocTags(checker).find(({ name }) => name === 'default');
        return [limit.name, new Function(`return (${ts.displayPartsToString(tag?.text)})`)()];
      }),
  );
}

describe('the public API', () => {
  let program: ts.Program;
  beforeAll(() => {
    program = publicProgram();
  });

  it('documents the default of each limit beside it', () => {
    expect(documentedDefaults(program)).toEqual({ ...DEFAULT_LIMITS });
  });

  for (const entry of ENTRIES) {
    it(`exports from ${entry} what is listed here, and no more`, () => {
      const { functions, others, types } = exported(program, entry);
      expect(functions).toEqual(words(API[entry].functions));
      expect(others).toEqual(words(API[entry].others));
      expect(types).toEqual(words(API[entry].types));
    });

    it(`exports the same from the built ${entry}`, async () => {
      const names = Object.keys(await import(join(ROOT, 'dist', entry.replace(/ts$/, 'js'))));
      expect(words(names)).toEqual(words([...API[entry].functions, ...API[entry].others]));
    });

    it(`has an example for each function of ${entry}`, () => {
      expect(exported(program, entry).withoutExample).toEqual([]);
    });
  }
});
