import { Subscription } from 'rxjs';
import { type ConnectionUnderTest, connectionContract } from '../../../../lib/testing/connection-contract.js';
import { web } from '../../../../lib/transports/web/web.js';
import { escapeIac, TelnetDecoder } from '../../../../streams/protocol/telnet-codec.js';
import type { Connection } from '../../../../streams/types/connection.js';
import { startWebCall, type WebCaller, type WebCallOptions } from '../../../support/web-caller.js';

async function callWeb(options: WebCallOptions, isTelnet = false): Promise<ConnectionUnderTest> {
  const listening = new Subscription();
  const [connection, caller] = await new Promise<[Connection, WebCaller]>((resolve) => {
    let caller: WebCaller;
    const calling = web({ port: 0 }).subscribe(({ address, connection$ }) => {
      listening.add(connection$.subscribe((attempt) => resolve([attempt as Connection, caller])));
      caller = startWebCall(address.port, options);
    });
    listening.add(calling);
  });
  const { socket } = caller;
  let isClosed = false;
  socket.on('close', () => {
    isClosed = true;
  });
  const plain: Uint8Array[] = [];
  const decoder = new TelnetDecoder({
    data: (bytes) => plain.push(Uint8Array.from(bytes)),
    command() {},
    negotiate() {},
    subnegotiation() {},
    dropped() {},
  });
  socket.on('message', (data, isBinary) => isBinary && decoder.read(data as Buffer));
  // The handshake is answered when the connection is first used.
  const whenOpen = (act: () => void) =>
    socket.readyState === socket.OPEN ? act() : socket.once('open', act);
  return {
    connection,
    get received() {
      return isTelnet ? Buffer.concat(plain) : caller.received;
    },
    get ended() {
      return isClosed;
    },
    send: (bytes) => whenOpen(() => caller.says(isTelnet ? escapeIac(bytes) : bytes)),
    stopReading: () => whenOpen(() => socket.pause()),
    readAgain: () => socket.resume(),
    hangUp: () => whenOpen(() => socket.close()),
    dispose() {
      socket.terminate();
      connection.destroy();
      listening.unsubscribe();
    },
  };
}

/** Jasmine wants an expectation in each spec. */
const inJasmine = (rule: string, test: () => Promise<void>) =>
  it(rule, async () => {
    await expectAsync(test()).toBeResolved();
  }, 40_000);

describe('web connections', () => {
  describe('keep the contract of connections for a terminal', () => {
    connectionContract(inJasmine, () => callWeb({}));
  });
  describe('keep the contract of connections for a page that acknowledges', () => {
    connectionContract(inJasmine, () => callWeb({ path: '/?session=new', acknowledges: true }));
  });
  describe('keep the contract of connections for telnet in frames', () => {
    connectionContract(inJasmine, () => callWeb({ protocols: ['telnet'] }, true));
  });
});
