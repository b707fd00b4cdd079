import { Gmcp } from '../../../lib/transports/gmcp.js';
import type { GmcpMessage } from '../../../streams/types/connection.js';

/** A client's GMCP, with what was sent to it and learned of it. */
function client() {
  const sent: string[] = [];
  const called: string[] = [];
  let budget = 3;
  const gmcp = new Gmcp({
    sendGmcp: (text) => sent.push(text),
    calledGmcp: (name) => called.push(name),
    charge() {
      budget -= 1;
      return budget >= 0;
    },
  });
  gmcp.isOn = true;
  return { gmcp, sent, called };
}

function listen({ message$ }: Gmcp): (GmcpMessage | '|')[] {
  const heard: (GmcpMessage | '|')[] = [];
  message$.subscribe({ next: (message) => heard.push(message), complete: () => heard.push('|') });
  return heard;
}

describe('Gmcp', () => {
  it('emits messages to each subscriber, and completes at the end', () => {
    const { gmcp } = client();
    const [one, other] = [listen(gmcp), listen(gmcp)];
    gmcp.receive('Char.Login.Credentials {"account":"ann"}');
    gmcp.end();
    const told = { name: 'Char.Login.Credentials', value: { account: 'ann' } };
    expect(one).toEqual([told, '|']);
    expect(other).toEqual([told, '|']);
  });

  it('emits the last message of each package to a late subscriber first, in the order in which they came', () => {
    const { gmcp } = client();
    gmcp.receive('Core.Hello {"client":"Mudlet","version":"4.17"}');
    gmcp.receive('Core.Supports.Set ["Char 1"]');
    gmcp.receive('Core.Hello {"client":"Mudlet","version":"4.18"}');
    expect(listen(gmcp)).toEqual([
      { name: 'Core.Supports.Set', value: ['Char 1'] },
      { name: 'Core.Hello', value: { client: 'Mudlet', version: '4.18' } },
    ]);
  });

  it('keeps no more than sixteen packages', () => {
    const { gmcp } = client();
    for (let number = 0; number < 100; number += 1) gmcp.receive(`Flood.N${number}`);
    expect(listen(gmcp).length).toBe(16);
  });

  it('answers a ping, which nobody else hears', () => {
    const { gmcp, sent } = client();
    const heard = listen(gmcp);
    gmcp.receive('Core.Ping 120');
    expect(sent).toEqual(['Core.Ping']);
    expect(heard).toEqual([]);
  });

  it('answers no more pings than the budget allows', () => {
    const { gmcp, sent } = client();
    for (let count = 0; count < 10; count += 1) gmcp.receive('Core.Ping');
    expect(sent.length).toBe(3);
  });

  it('learns the name of the client, whatever else it says', () => {
    const { gmcp, called } = client();
    for (const hello of ['{"client":"Mudlet"}', '{"client":7}', 'null', '"x"', '', '[]'])
      gmcp.receive(`Core.Hello ${hello}`);
    expect(called).toEqual(['Mudlet']);
  });

  it('drops malformed messages, and those beyond 512 at once', () => {
    const { gmcp } = client();
    const heard = listen(gmcp);
    gmcp.receive('Core.Hello {');
    gmcp.receive('\u001b[2J');
    expect(heard).toEqual([]);
    for (let count = 0; count < 5000; count += 1) gmcp.receive('A.B');
    expect(heard.length).toBeGreaterThan(500);
    expect(heard.length).toBeLessThan(1000);
  });

  it('sends nothing to a client without GMCP', () => {
    const { gmcp, sent } = client();
    gmcp.isOn = false;
    gmcp.send('Core.Goodbye');
    expect(sent).toEqual([]);
  });
});
