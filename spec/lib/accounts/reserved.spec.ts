import { reserved } from '../../../lib/accounts/reserved.js';

describe('reserved', () => {
  for (const handle of [
    ...[
      'sysop',
      'SysOp',
      'Sysop1',
      '1sysop',
      'the sys op',
      'the_sys_op',
      'sys.op',
      'Sys0p',
      '5ysop',
      'xXsysopXx_sysop',
    ],
    ...['your_sysop', 'sysopbob', 'bobthesysop', 'co-sysop'],
    ...['admin', 'admin2', 'ad-min', '4dm1n', '\u0430dmin', 'Administrator', 'aclmin', 'adrnin', 'bob_admin'],
    ...['Moderator', 'rnoderator', 'operator7', 'Operators'],
    ...[
      'Board',
      'board1',
      'theBoard',
      'the board',
      'b0ard',
      'root',
      'r00t',
      'root-bob',
      'server',
      'system_notice',
      '5y57em',
    ],
    ...['Impulse', 'impulse 2', 'real_root', 'staff', 'Night_Owl', 'the night owl', 'N1ght.0w1'],
  ])
    it(`reserves ${handle} for the board`, () => expect(reserved(handle, 'Night Owl')).toBe('name'));

  for (const handle of ['help', 'QUIT', 'who', 'stats', 'he-lp', 'w-h-o', 'login', 'me'])
    it(`reserves ${handle} as a word that people type`, () =>
      expect(reserved(handle, 'Impulse')).toBe('word'));

  for (const handle of [
    ...[
      'ann',
      'bob',
      'Rooster',
      'rooted',
      'systematic',
      'Boardman',
      'skateboard',
      'Staffan',
      'Modesty',
      'Opal',
    ],
    ...[
      'helper',
      'Quitter',
      'Whoopi',
      'mehmet',
      'badminton',
      'Owlbear',
      'Theo',
      'Anders',
      '12345',
      '\u6f22\u5b57',
    ],
  ])
    it(`allows ${handle}`, () => expect(reserved(handle, 'Owl')).toBeNull());
});
