import { subprotocol } from '../../../../lib/transports/web/subprotocol.js';

describe('subprotocol', () => {
  for (const [offered, expected] of [
    [undefined, { isTelnet: false }],
    ['', { isTelnet: false }],
    ['chat', { isTelnet: false }],
    ['__proto__, constructor', { isTelnet: false }],
    ['terminal.mudstandards.org', { name: 'terminal.mudstandards.org', isTelnet: false }],
    ['telnet.mudstandards.org', { name: 'telnet.mudstandards.org', isTelnet: true }],
    ['plain, binary', { name: 'binary', isTelnet: true }],
    ['telnet,terminal.mudstandards.org', { name: 'telnet', isTelnet: true }],
  ] as const) {
    it(`takes the first that it knows of ${offered}`, () => {
      expect(subprotocol(offered)).toEqual(expected);
    });
  }
});
