import type { BehaviorSubject } from 'rxjs';
import { callerChannel, type Message } from '../../../../lib/apps/lobby/chat.js';
import { answer, candidates } from '../../../../lib/apps/lobby/commands.js';
import { roomChannel } from '../../../../lib/apps/lobby/rooms.js';
import type { Visit } from '../../../../lib/apps/lobby/visit.js';
import type { SessionInfo } from '../../../../streams/types/session.js';
import { among, NOON, someone, visitOf } from '../../../support/lobby.js';

const MINUTE_MS = 60_000;

const ann = someone(1, 'ann');
const bob = someone(2, 'bob');
const green = someone(3, 'Ann_of_Green_Gables');

/** Ann in the lobby with these callers on line, and all messages in the rooms and pages to them. */
function lobby(...others: SessionInfo[]) {
  const services = among(ann, ...others);
  const visit = visitOf(ann, services);
  const heard: string[] = [];
  const listen = (channel: string, to = '') =>
    services.bus.channel$(channel).subscribe((message) => {
      const { kind, from, text } = message as Message;
      heard.push(`${to}${from.handle} ${kind}: ${text}`);
    });
  for (const room of ['lobby', 'garden'])
    listen(roomChannel(room), room === 'lobby' ? '' : `in the ${room}, `);
  for (const { id, user } of [ann, ...others]) {
    services.bus
      .enter(roomChannel('lobby'), { callId: `fake-${id}`, handle: user?.handle ?? '' })
      .subscribe();
    listen(callerChannel(`fake-${id}`), `to ${user?.handle}'s ${id}, `);
  }
  return {
    visit,
    heard,
    services,
    says: (line: string) => answer(visit, line),
    tab: (typed: string) => candidates(visit, typed),
  };
}

const roomOf = ({ room }: Visit) => (room as BehaviorSubject<string>).value;

describe('a line of input', () => {
  it('is said to the room, trimmed, and gets no answer', () => {
    const { says, heard } = lobby(bob);
    expect(says('  hello  there ')).toBe('');
    expect(heard).toEqual(['ann said: hello  there']);
  });

  it('without listeners is answered with a note', () => {
    const { says } = lobby();
    expect(says('hello?')).toBe('Nobody else is in this room to hear it.\n');
    expect(says('/me waves')).toBe('Nobody else is in this room to hear it.\n');
  });

  it('with two slashes is said with one', () => {
    const { says, heard } = lobby(bob);
    expect(says('//quit is how one leaves')).toBe('');
    expect(heard).toEqual(['ann said: /quit is how one leaves']);
  });

  it('of blanks is ignored', () => {
    const { says, heard } = lobby();
    expect(says('')).toBe('');
    expect(says('   ')).toBe('');
    expect(heard).toEqual([]);
  });

  it('with a slash inside is said; one that begins with a slash is a command', () => {
    const { says, heard } = lobby();
    says('and/or');
    says('/nonsense');
    says(' /nonsense');
    expect(heard).toEqual(['ann said: and/or']);
  });
});

describe('a command', () => {
  it('is accepted in any case, with blanks around it', () => {
    expect(lobby().says('  /TIME  ')).toMatch(/^It is /);
  });

  it('is answered with the nearest one if it is unknown', () => {
    const { says } = lobby();
    expect(says('/whi')).toBe('There is no /whi. Did you mean /who?\n');
    expect(says('/QIUT')).toBe('There is no /QIUT. Did you mean /quit?\n');
    expect(says('/jion garden')).toBe('There is no /jion. Did you mean /join?\n');
    expect(says('/teleport')).toBe('There is no /teleport. Type /help for a list of commands.\n');
  });

  it('of one letter or none gets no suggestion', () => {
    const { says } = lobby();
    expect(says('/')).toBe('Type /help for a list of commands.\n');
    expect(says('/ who')).toBe('Type /help for a list of commands.\n');
    expect(says('/x')).toBe('There is no /x. Type /help for a list of commands.\n');
  });

  it("isn't a property of Object.prototype", () => {
    const { says } = lobby();
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(says(`/${name}`)).toContain(`There is no /${name}.`);
    }
  });

  for (const [also, name] of Object.entries({ '?': 'help', w: 'who', bye: 'quit', exit: 'quit' })) {
    it(`has an alias: /${also} is /${name}`, () => {
      const { says } = lobby();
      expect(says(`/${also}`)).toBe(says(`/${name}`));
      expect(says(`/${also}`)).not.toContain('There is no');
    });
  }

  for (const also of ['msg', 'tell']) {
    it(`has an alias: /${also} is /page`, () => {
      expect(lobby(bob).says(`/${also} bob hi`)).toBe('Sent to bob.\n');
    });
  }

  it('has an alias: /away is /afk', () => {
    const { says, visit } = lobby();
    says('/away lunch');
    expect(visit.away.get(1)).toBe('lunch');
  });
});

describe('/help', () => {
  it('has one row for each command, within 80 columns, and no aliases', () => {
    const help = `${lobby().says('/help')}`;
    for (const name of ['join ROOM', 'rooms', 'me TEXT', 'page HANDLE TEXT', 'who', 'idle [HANDLE]']) {
      expect(help).toContain(`\n/${name} `);
    }
    for (const name of ['afk [WHY]', 'last', 'time', 'encoding NAME', 'help', 'quit']) {
      expect(help).toContain(`\n/${name} `);
    }
    expect(help).not.toContain('/bye');
    expect(help).toContain('\n/ignore [HANDLE] ');
    expect(Math.max(...help.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});

describe('/help in a narrow window', () => {
  it('puts the description on a row of its own', () => {
    const { services } = lobby();
    const help = `${answer(visitOf(ann, services, 40), '/help')}`;
    expect(help).toContain('\n/page HANDLE TEXT\n    send somebody a private message\n');
  });
});

describe('/quit', () => {
  it('ends the session', () => {
    expect(lobby().says('/quit')).toBeNull();
    expect(lobby().says('/quit now')).toBeNull();
  });

  it('ends the session of a caller who is away too', () => {
    const { says } = lobby();
    says('/afk');
    expect(says('/quit')).toBeNull();
  });
});

describe('/join', () => {
  it('moves to a room, in any case, and talks only to that room', () => {
    const { says, heard, visit } = lobby();
    expect(says('/join GARDEN')).toBe('You are in garden now.\n');
    expect(roomOf(visit)).toBe('garden');
    says('hello');
    expect(heard).toEqual(['in the garden, ann said: hello']);
  });

  it('says so if the caller is already in the room', () => {
    const { says, visit } = lobby();
    let moves = 0;
    visit.room.subscribe(() => {
      moves += 1;
    });
    expect(says('/join Lobby')).toBe('You are in lobby.\n');
    expect(moves).toBe(1);
  });

  it('takes letters of any script, digits, - and _, at most 16', () => {
    for (const name of ['a', '7', 'sci-fi_2', '漢字', 'zoë', 'x'.repeat(16)]) {
      expect(lobby().says(`/join ${name}`)).toBe(`You are in ${name} now.\n`);
    }
  });

  it('refuses other characters', () => {
    for (const name of ['', 'two words', '-x', '_x', '../../etc', 'room/x', '👋', 'x'.repeat(17)]) {
      const { says, visit } = lobby();
      expect(says(`/join ${name}`)).toBe(
        'A room name has 1 to 16 letters, digits, - and _. Example: /join garden\n',
      );
      expect(roomOf(visit)).toBe('lobby');
    }
  });

  it('accepts accents in either Unicode form', () => {
    const { says, visit } = lobby();
    says('/join zoe\u0308');
    expect(roomOf(visit)).toBe('zoë');
  });
});

describe('/rooms', () => {
  const open = (names: readonly string[]) => {
    const board = lobby();
    for (const [index, name] of names.entries()) {
      board.services.bus.enter(roomChannel(name), { callId: `fake-${index}`, handle: '' }).subscribe();
    }
    return board;
  };

  it('lists the rooms and how many callers are in each', () => {
    expect(open(['lobby', 'garden', 'lobby']).says('/rooms')).toBe('garden (1), lobby (3)\n');
  });

  it('lists at most a hundred', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `room${index}`);
    expect(`${open(names).says('/rooms')}`.split(', ').length).toBe(100);
  });
});

describe('/me', () => {
  it('says what the caller does', () => {
    const { says, heard } = lobby(bob);
    expect(says('/me waves')).toBe('');
    expect(heard).toEqual(['ann did: waves']);
  });

  it('shows its usage without text', () => {
    const { says, heard } = lobby();
    expect(says('/me')).toBe('Usage: /me TEXT, for example /me waves\n');
    expect(heard).toEqual([]);
  });
});

describe('/page', () => {
  it('sends a private message', () => {
    const { says, heard } = lobby(bob);
    expect(says('/page BOB  are you  there?')).toBe('Sent to bob.\n');
    expect(heard).toEqual(["to bob's 2, ann paged: are you  there?"]);
  });

  it('finds the exact handle of the first word, even if other handles begin the same', () => {
    const { says, heard } = lobby(bob, green, someone(4, 'bob_of_bobs'));
    says('/page ann_of_green_gables hello');
    says('/page bob of bobs hello');
    says('/page bob of green');
    expect(heard).toEqual([
      "to Ann_of_Green_Gables's 3, ann paged: hello",
      "to bob's 2, ann paged: of bobs hello",
      "to bob's 2, ann paged: of green",
    ]);
  });

  it('sends the text without the handle, also if the handle is typed with more or fewer characters', () => {
    const { says, heard } = lobby(someone(2, 'Zoë'), someone(3, 'İki'));
    says('/page zoe\u0308 hello');
    says('/page i\u0307ki hello');
    expect(heard).toEqual(["to Zoë's 2, ann paged: hello", "to İki's 3, ann paged: hello"]);
  });

  it("refuses the caller's own handle", () => {
    const { says, heard } = lobby();
    expect(says('/page ann remember the milk')).toBe('That is you.\n');
    expect(heard).toEqual([]);
  });

  it('reaches every session of the receiver, and no others', () => {
    const { says, heard } = lobby(bob, someone(3, 'bobby'), someone(4, 'bob'));
    expect(says('/page bob hello')).toBe('Sent to bob.\n');
    expect(heard).toEqual(["to bob's 2, ann paged: hello", "to bob's 4, ann paged: hello"]);
  });

  it('says that the receiver is away, and why', () => {
    const { says, visit } = lobby(bob);
    visit.away.set(2, '');
    expect(says('/page bob hello')).toBe('Sent to bob, who is away.\n');
    visit.away.set(2, 'lunch');
    expect(says('/page bob hello')).toBe('Sent to bob, who is away: lunch.\n');
  });

  it("doesn't say so if the receiver isn't away in another session", () => {
    const { says, visit } = lobby(bob, someone(3, 'bob'));
    visit.away.set(2, 'lunch');
    expect(says('/page bob hello')).toBe('Sent to bob.\n');
    visit.away.set(3, '');
    expect(says('/page bob hello')).toBe('Sent to bob, who is away: lunch.\n');
  });

  it('names what is missing', () => {
    const { says, heard } = lobby(bob, someone(3, null));
    expect(says('/page')).toBe('Usage: /page HANDLE TEXT, for example /page ann Are you there?\n');
    expect(says('/page bob')).toBe('What do you want to tell bob?\n');
    expect(says('/page eve hello')).toBe('No caller on line has that name. Type /who for a list.\n');
    expect(says('/page bo hello')).toBe('No caller on line has that name. Type /who for a list.\n');
    expect(heard).toEqual([]);
  });
});

describe('/afk', () => {
  it('says that the caller is away, and why', () => {
    const { says, heard } = lobby();
    expect(says('/afk')).toBe('You are away until you say something.\n');
    says('/afk lunch');
    expect(heard).toEqual(['ann did: is away.', 'ann did: is away: lunch']);
  });

  it('cuts the reason at 80 columns', () => {
    const { says, heard, visit } = lobby();
    says(`/afk ${'x'.repeat(900)}`);
    const kept = `${'x'.repeat(79)}\u2026`;
    expect(visit.away.get(1)).toBe(kept);
    expect(heard).toEqual([`ann did: is away: ${kept}`]);
    says(`/afk ${'\u6f22'.repeat(300)}`);
    expect(visit.away.get(1)).toBe(`${'\u6f22'.repeat(39)}\u2026`);
  });

  it('lasts until the caller says, does or pages something', () => {
    const { says, heard, visit } = lobby(bob);
    says('/afk');
    expect(says('hello')).toBe('Welcome back.\n');
    expect(visit.away.size).toBe(0);
    says('/afk');
    expect(says('/me waves')).toBe('Welcome back.\n');
    says('/afk');
    expect(says('/page bob hi')).toBe('Welcome back.\nSent to bob.\n');
    const [away, back] = ['ann did: is away.', 'ann did: is back.'];
    expect(heard).toEqual([
      ...[away, back, 'ann said: hello'],
      ...[away, back, 'ann did: waves'],
      ...[away, "to bob's 2, ann paged: hi", back],
    ]);
  });

  it('lasts through other commands, empty lines and the end of the session', () => {
    const { says, heard, visit } = lobby(bob);
    says('/afk');
    for (const line of ['', '/who', '/nonsense', '/page nobody hi', '/quit']) says(line);
    expect(visit.away.has(1)).toBe(true);
    expect(heard).toEqual(['ann did: is away.']);
  });

  it("isn't announced twice", () => {
    const { says, heard } = lobby();
    says('/afk');
    says('hello');
    says('hello');
    expect(heard).toEqual(['ann did: is away.', 'ann did: is back.', 'ann said: hello', 'ann said: hello']);
  });
});

describe('/who', () => {
  it('lists the callers on line, and who is away', () => {
    const { says, visit } = lobby(bob);
    visit.away.set(2, '');
    expect(says('/who')).toMatch(/ {3}1 {2}ann .*\n {3}2 {2}bob .*\(away\)\n/);
  });
});

describe('/idle', () => {
  it('lists all callers, or one', () => {
    const { says } = lobby(someone(2, 'bob', { lastInputAt: NOON - 5 * MINUTE_MS }));
    expect(says('/idle')).toBe('    5m  bob\n    0s  ann\n');
    expect(says('/idle BOB')).toBe('    5m  bob\n');
    expect(says('/idle eve')).toBe('No caller on line has that name. Type /who for a list.\n');
  });
});

describe('/ignore', () => {
  it('ignores a caller on line, and stops ignoring them the second time', () => {
    const { says, visit } = lobby(someone(2, 'Zoë'));
    expect(says('/ignore ZOE\u0308')).toBe('You are ignoring Zoë now. To stop: /ignore Zoë\n');
    expect(visit.ignored).toEqual(new Map([[1, new Set(['zoë'])]]));
    expect(says('/ignore')).toBe('You are ignoring zoë.\n');
    expect(says('/ignore zoë')).toBe('You are no longer ignoring Zoë.\n');
    expect(visit.ignored.size).toBe(0);
    expect(says('/ignore')).toBe('You are not ignoring anyone. Usage: /ignore HANDLE\n');
  });

  it("refuses handles that aren't on line, and the caller's own", () => {
    const { says, visit } = lobby(bob);
    expect(says('/ignore eve')).toBe('No caller on line has that name. Type /who for a list.\n');
    expect(says('/ignore ann')).toBe('That is you.\n');
    expect(visit.ignored.size).toBe(0);
  });

  it('ignores at most a hundred callers', () => {
    const { says, visit } = lobby(bob);
    visit.ignored.set(1, new Set(Array.from({ length: 100 }, (_, index) => `guest${index}`)));
    expect(says('/ignore bob')).toBe('You are already ignoring 100 callers.\n');
    expect(says('/ignore guest7')).toBe('You are no longer ignoring guest7.\n');
    expect(says('/ignore bob')).toContain('You are ignoring bob now.');
  });

  it('stops ignoring callers who have left, too', () => {
    const { says, visit } = lobby(bob);
    visit.ignored.set(1, new Set(['eve']));
    expect(says('/ignore Eve')).toBe('You are no longer ignoring Eve.\n');
    expect(visit.ignored.size).toBe(0);
  });
});

describe('/last', () => {
  it('lists the last callers with their times', () => {
    const { visit } = lobby();
    const lastCallers = () => [
      { handle: 'bob', at: NOON },
      { handle: 'ann', at: NOON - MINUTE_MS },
    ];
    expect(answer({ ...visit, lastCallers }, '/last')).toBe(
      'When (UTC)        Handle\n2026-11-22 12:00  bob\n2026-11-22 11:59  ann\n',
    );
  });
});

describe('/time', () => {
  it('shows the time, and how long the caller has been on line', () => {
    expect(lobby().says('/time')).toBe(
      'It is Sun, 22 Nov 2026 12:00:00 GMT. You have been on line for 1h 0m.\n',
    );
  });
});

describe('with the wall clock set three years ahead', () => {
  /** Answers a line in the {@link lobby}, on a machine whose clock is three years ahead. */
  const setForward = (typed: string) => {
    const { visit } = lobby(bob);
    const services = {
      ...visit.services,
      dateOf: (at: number) => new Date(at + 3 * 365 * 86_400_000 + 5 * MINUTE_MS),
    };
    return answer({ ...visit, services, lastCallers: () => [{ handle: 'bob', at: NOON }] }, typed);
  };

  it('/time shows the new time, and the same time on line', () => {
    expect(setForward('/time')).toBe(
      'It is Wed, 21 Nov 2029 12:05:00 GMT. You have been on line for 1h 0m.\n',
    );
  });

  it('/last and /who show the new times', () => {
    expect(setForward('/last')).toContain('2029-11-21 12:05  bob');
    expect(setForward('/who')).toContain('11:05');
  });
});

describe('/encoding', () => {
  const choosing = () => {
    const { visit } = lobby();
    const chosen: string[] = [];
    const session = { ...visit.session, setEncoding: (encoding: string) => chosen.push(encoding) };
    return { says: (line: string) => answer({ ...visit, session } as unknown as Visit, line), chosen };
  };

  it('sets the encoding, in any case, and confirms it', () => {
    const { says, chosen } = choosing();
    expect(says('/encoding CP437')).toBe('Now it should look right: é ░▒▓ ═╬═\n');
    expect(says('/encoding ascii')).toBe('Now it should look right.\n');
    says('/encoding utf-8');
    expect(chosen).toEqual(['cp437', 'ascii', 'utf-8']);
  });

  it('shows the current encoding for an unknown name, or none', () => {
    const { says, chosen } = choosing();
    for (const line of ['/encoding', '/encoding latin-1', '/encoding __proto__']) {
      expect(says(line)).toBe('Your encoding is utf-8. Choose ascii, cp437 or utf-8.\n');
    }
    expect(chosen).toEqual([]);
  });
});

describe('/echo', () => {
  const choosing = (echo = true) => {
    const { visit } = lobby();
    const chosen: boolean[] = [];
    const terminal = { ...visit.session.terminal, echo };
    const session = { ...visit.session, terminal, setEcho: (on: boolean) => chosen.push(on) };
    return { says: (line: string) => answer({ ...visit, session } as unknown as Visit, line), chosen };
  };

  it('turns the echo on or off, in any case', () => {
    const { says, chosen } = choosing();
    expect(says('/echo OFF')).toBe('Your client shows what you type now.\n');
    expect(says('/echo on')).toBe('The board shows what you type now.\n');
    expect(chosen).toEqual([false, true]);
  });

  it('says what it is, for anything else', () => {
    const hint = 'If what you type shows twice, type /echo off; if it does not show, /echo on.';
    for (const echo of [true, false]) {
      const { says, chosen } = choosing(echo);
      for (const line of ['/echo', '/echo maybe'])
        expect(says(line)).toBe(`Your echo is ${echo ? 'on' : 'off'}. ${hint}\n`);
      expect(chosen).toEqual([]);
    }
  });
});

describe('Tab', () => {
  it('completes commands in any case, and lists all of them after a slash', () => {
    const { tab } = lobby();
    expect(tab('/q')).toEqual(['/quit']);
    expect(tab('/EN')).toEqual(['/encoding']);
    expect(tab('/')).toContain('/join');
    expect(tab('/').length).toBe(14);
    expect(tab('/zz')).toEqual([]);
  });

  it('completes handles after /page and /idle', () => {
    const { tab } = lobby(bob, green);
    expect(tab('/page B')).toEqual(['/page bob']);
    expect(tab('/tell b')).toEqual(['/tell bob']);
    expect(tab('/idle ann')).toEqual(['/idle Ann_of_Green_Gables', '/idle ann']);
    expect(tab('/page ann_of')).toEqual(['/page Ann_of_Green_Gables']);
    expect(tab('/PAGE ')).toEqual(['/PAGE Ann_of_Green_Gables', '/PAGE ann', '/PAGE bob']);
    expect(tab('/page bob he')).toEqual([]);
  });

  it("uses the index, and doesn't iterate over the sessions", () => {
    const { tab, services } = lobby(bob);
    let looks = 0;
    const look = () => {
      looks += 1;
    };
    const counted = { ...services.handles, values: look };
    Object.defineProperty(services, 'handles', { value: counted });
    Object.defineProperty(services, 'sessions', { value: { values: look } });
    expect(tab('q '.repeat(510))).toEqual([]);
    expect(tab(`${'q '.repeat(500)}b`)).toEqual([`${'q '.repeat(500)}bob`]);
    expect(looks).toBe(0);
  });

  it('completes rooms after /join', () => {
    const { tab, services } = lobby();
    for (const room of ['garden', 'garage', 'attic']) {
      services.bus.enter(roomChannel(room), { callId: 'fake-1', handle: 'ann' }).subscribe();
    }
    expect(tab('/join GAR')).toEqual(['/join garden', '/join garage']);
    expect(tab('/join gard')).toEqual(['/join garden']);
    expect(tab('/join x')).toEqual([]);
  });

  it('completes on and off after /echo', () => {
    expect(lobby().tab('/echo ')).toEqual(['/echo off', '/echo on']);
    expect(lobby().tab('/echo of')).toEqual(['/echo off']);
  });

  it('completes encodings after /encoding', () => {
    expect(lobby().tab('/encoding u')).toEqual(['/encoding utf-8']);
  });

  it('completes nothing after a command without parameters, or an unknown one', () => {
    const { tab } = lobby(bob);
    expect(tab('/time b')).toEqual([]);
    expect(tab('/me b')).toEqual([]);
    expect(tab('/nonsense b')).toEqual([]);
    expect(tab('/__proto__ b')).toEqual([]);
  });

  it('completes the handle in a message, with a colon after the first word', () => {
    const { tab } = lobby(bob, green);
    expect(tab('b')).toEqual(['bob:']);
    expect(tab('hello B')).toEqual(['hello bob']);
    expect(tab('hello ')).toEqual([]);
    expect(tab('')).toEqual([]);
    expect(tab('hello x')).toEqual([]);
  });

  it('completes only the last word', () => {
    const { tab } = lobby(green, someone(4, 'green'));
    expect(tab('hello ann_of_gr')).toEqual(['hello Ann_of_Green_Gables']);
    expect(tab('Ann_o')).toEqual(['Ann_of_Green_Gables:']);
    expect(tab('hello ann of')).toEqual([]);
    expect(tab('hello ')).toEqual([]);
    expect(tab('hello gr')).toEqual(['hello green']);
  });
});
