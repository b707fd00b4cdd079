import stringWidth from 'string-width';
import { roomChannel } from '../../../../lib/apps/lobby/rooms.js';
import { idle, masked, who } from '../../../../lib/apps/lobby/who.js';
import { among, NOON, someone, visitOf } from '../../../support/lobby.js';

const MINUTE_MS = 60_000;

const ann = someone(2, 'ann', { address: '203.0.113.77' });
const bob = someone(1, 'bob', { address: '2a02:1234:5678:9abc::1', lastInputAt: NOON - 5 * MINUTE_MS });
const wide = someone(3, '漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字');
const nobody = someone(4, null, { openedAt: NOON, lastInputAt: NOON - 7000 });

/** 300 callers with handles of the greatest width. */
const crowd = Array.from({ length: 300 }, (_, index) =>
  someone(index + 1, `${'漢'.repeat(16)}${index + 1}`, {
    address: '2a02:1234:5678:9abc::1',
    lastInputAt: NOON - 59 * 25 * 60 * MINUTE_MS,
  }),
);

describe('who', () => {
  it('lists sessions on line or logging in by node, with their rooms', () => {
    const services = among(ann, bob, wide, nobody);
    services.bus.enter(roomChannel('lobby'), { callId: 'fake-2', handle: 'ann' }).subscribe();
    services.bus.enter(roomChannel('garden'), { callId: 'fake-3', handle: '漢字' }).subscribe();
    const visit = visitOf(ann, services);
    visit.away.set(1, 'lunch');

    expect(who(visit).split('\n')).toEqual([
      '',
      'Node  Handle                From              Since    Idle  Where',
      '   1  bob                   2a02:1234:5678:*  11:00      5m  (away)',
      '   2  ann                   203.0.113.*       11:00      0s  lobby',
      '   3  漢字漢字漢字漢字漢…   192.0.2.*         11:00      0s  garden',
      '   4  (logging in)          192.0.2.*         12:00      7s',
      '',
      '',
    ]);
  });

  for (const [columns, titles] of [
    [20, 'Node  Handle'],
    [27, 'Node  Handle'],
    [28, 'Node  Handle          Idle'],
    [30, 'Node  Handle          Idle'],
    [40, 'Node  Handle                  Idle'],
    [44, 'Node  Handle                  Idle'],
    [46, 'Node  Handle                Since    Idle'],
    [60, 'Node  Handle                Since    Idle'],
    [64, 'Node  Handle                From              Since    Idle'],
    [80, 'Node  Handle                From              Since    Idle  Where'],
    [132, 'Node  Handle                From              Since    Idle  Where'],
  ] as const) {
    it(`prints ${titles.split(/\s+/).length} columns in a window of ${columns}, and no wider row`, () => {
      const services = among(...crowd);
      for (const { id } of crowd)
        services.bus.enter(roomChannel('漢'.repeat(16)), { callId: `fake-${id}`, handle: '' }).subscribe();
      const [, header, ...rows] = who(visitOf(ann, services, columns)).split('\n');

      expect(header).toBe(titles);
      expect(Math.max(...rows.map((row) => stringWidth(row)))).toBeLessThanOrEqual(columns);
    });
  }

  it('lists 200, and says how many more there are', () => {
    const rows = who(visitOf(ann, among(...crowd))).split('\n');
    expect(rows.filter((row) => row.includes('漢')).length).toBe(200);
    expect(rows.slice(-3)).toEqual(['and 100 more', '', '']);

    const fewer = who(visitOf(ann, among(...crowd.slice(0, 200)))).split('\n');
    expect(fewer.filter((row) => row.includes('漢')).length).toBe(200);
    expect(fewer.join()).not.toContain('more');
  });
});

describe('idle', () => {
  it('lists how long all callers have been idle, the longest first, without those logging in', () => {
    expect(idle(among(ann, bob, nobody), '')).toBe('    5m  bob\n    0s  ann\n');
  });

  it('finds one caller in any case', () => {
    expect(idle(among(ann, bob), 'BOB')).toBe('    5m  bob\n');
  });

  it('lists every session of a caller who is on line twice', () => {
    const again = someone(9, 'bob', { lastInputAt: NOON - MINUTE_MS });
    expect(idle(among(ann, again, bob), 'bob')).toBe('    5m  bob\n    1m  bob\n');
  });

  it('says that no caller has the name', () => {
    expect(idle(among(ann, nobody), 'bo')).toBe('No caller on line has that name. Type /who for a list.\n');
  });

  it('lists 200, and says how many more there are', () => {
    const rows = idle(among(...crowd), '').split('\n');
    expect(rows.length).toBe(202);
    expect(rows.slice(-2)).toEqual(['and 100 more', '']);
  });
});

describe('masked', () => {
  for (const [address, shown] of [
    ['203.0.113.77', '203.0.113.*'],
    ['127.0.0.1', '127.0.0.*'],
    ['::ffff:203.0.113.77', '::ffff:203.0.113.*'],
    ['2001:db8:1:2::5', '2001:db8:1:*'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:*'],
    ['2001:db8::5', '2001:db8:*'],
    ['fe80::1%eth0', 'fe80:*'],
    ['::1', '::*'],
    ['::', '::*'],
  ] as const) {
    it(`shows ${shown} for ${address}`, () => {
      expect(masked(address)).toBe(shown);
    });
  }
});
