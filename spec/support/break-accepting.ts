import { Socket } from 'node:net';
import { Readable } from 'node:stream';

/** Makes the server at a port fail at its next connection, until the end of the spec. Sockets of other specs aren't affected. */
export function breakAccepting(port: number): jasmine.Spy {
  const { pause } = Readable.prototype;
  return spyOn(Readable.prototype, 'pause').and.callFake(function (this: Readable) {
    if (this instanceof Socket && this.localPort === port) throw new Error('a bug of the board');
    return pause.call(this);
  });
}
