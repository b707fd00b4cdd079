import { isControl } from '../../../streams/protocol/controls.js';

describe('isControl', () => {
  it('is true of C0, DEL and C1', () => {
    const controls = Array.from({ length: 0x200 }, (_, code) => code).filter(isControl);
    expect(controls.length).toBe(32 + 1 + 32);
    for (const edge of [0, 0x1f, 0x7f, 0x80, 0x9f]) expect(isControl(edge)).toBe(true);
    for (const edge of [0x20, 0x7e, 0xa0]) expect(isControl(edge)).toBe(false);
  });
});
