import { BoardOptions } from '../../../../lib/transports/telnet/board-options.js';
import { REPLY_BUDGET } from '../../../../lib/transports/telnet/negotiator.js';
import { COMMAND, negotiationBytes, subnegotiationBytes } from '../../../../streams/protocol/telnet-codec.js';
import type { Terminal } from '../../../../streams/types/connection.js';
import { bytesOf, feeding, wordsOf } from '../../../support/telnet-words.js';

const { EOR, GA } = COMMAND;

const FIRST = ['WILL ECHO', 'WILL SGA', 'DO NAWS'];
const REST = [
  'WILL CHARSET',
  'DO TTYPE',
  'DO BINARY',
  'WILL BINARY',
  'WILL EOR',
  'WILL MSSP',
  'DO TIMING_MARK',
];

/** A board's options at one end of a line, a client at the other, and what the board learned of it. */
function line({ status = () => ({}) as Record<string, string | number>, offered = true } = {}) {
  let out: Uint8Array[] = [];
  const learned: Partial<Terminal>[] = [];
  let abused = 0;
  const options = new BoardOptions(
    {
      send: (verb, option) => out.push(negotiationBytes(verb, option)),
      sendSubnegotiation: (option, payload) => out.push(subnegotiationBytes(option, payload)),
      learned: (about) => learned.push(about),
      abused: () => {
        abused += 1;
      },
    },
    status,
  );
  const read = feeding({
    data: () => {},
    command: () => {},
    negotiate: (verb, option) => options.negotiate(verb, option),
    subnegotiation: (option, payload) => options.subnegotiation(option, payload),
    dropped: () => {},
  });
  const answers = () => {
    const words = wordsOf(Buffer.concat(out));
    out = [];
    return words;
  };
  const hears = (...phrases: string[]) => {
    read(bytesOf(...phrases));
    return answers();
  };
  if (offered) {
    options.offer();
    // A client that speaks telnet, and has just shown it.
    hears('DO ECHO');
    learned.length = 0;
  }
  return { options, hears, answers, learned, abused: () => abused };
}

/** What the board takes the terminal for, after all that it learned. */
const terminal = (learned: Partial<Terminal>[]) => Object.assign({}, ...learned) as Partial<Terminal>;

describe('BoardOptions', () => {
  describe('the offers', () => {
    it('are at first those that a person notices', () => {
      const { options, answers } = line({ offered: false });
      options.offer();

      expect(answers()).toEqual(FIRST);
    });

    for (const phrase of ['DO ECHO', 'DONT ECHO', 'WONT NAWS', 'WONT 99', 'WILL TIMING_MARK']) {
      it(`are the others when the client has shown by ${phrase} that it speaks telnet, and are made once`, () => {
        const { options, hears } = line({ offered: false });
        options.offer();
        hears();

        expect(hears(phrase)).toEqual(REST);

        expect(hears('DO SGA', 'WONT NAWS', 'WONT 98')).toEqual([]);
      });
    }

    it('come after the answer to what the client asked', () => {
      const { options, hears } = line({ offered: false });
      options.offer();
      hears();

      expect(hears('DO 99')).toEqual(['WONT 99', ...REST]);
    });

    it('leave out what the client has offered already', () => {
      const { hears } = line({ offered: false });

      expect(hears('WILL TTYPE')).toEqual([
        'DO TTYPE',
        'SB TTYPE 1',
        ...REST.filter((word) => word !== 'DO TTYPE'),
      ]);
    });

    it('are not made for a subnegotiation, which a stray byte of text may look like', () => {
      const { hears } = line({ offered: false });

      expect(hears('SB NAWS 0 80 0 24', '"hello"')).toEqual([]);
    });
  });

  describe('ECHO (RFC 857)', () => {
    it('is ours to do from when the client agrees until it changes its mind', () => {
      const { options, hears, learned } = line({ offered: false });
      options.offer();
      hears();
      hears('DO ECHO');
      expect(learned).toEqual([{ echo: true }]);

      expect(hears('DONT ECHO')).toEqual(['WONT ECHO']);

      expect(learned).toEqual([{ echo: true }, { echo: false }]);
    });

    it('is said before it begins, to a client that asks for it by itself', () => {
      const { hears, learned } = line({ offered: false });

      expect(hears('DO ECHO').slice(0, 1)).toEqual(['WILL ECHO']);
      expect(learned).toEqual([{ echo: true }]);
    });

    it('is never the client’s to do', () => {
      const { hears, learned } = line();

      expect(hears('WILL ECHO')).toEqual(['DONT ECHO']);
      expect(learned).toEqual([]);
    });
  });

  describe('ECHO, to a client that shows what is typed by itself', () => {
    const mudlet = () => {
      const it = line({ offered: false });
      it.options.offer();
      it.hears('DO ECHO', 'WILL TTYPE');
      it.learned.length = 0;
      return it;
    };

    for (const [how, ...phrases] of [
      ['its name', 'SB TTYPE 0 "Mudlet"'],
      ['its abilities', 'SB TTYPE 0 "nobody"', 'SB TTYPE 0 "MTTS 2349"'],
    ] as const)
      it(`is given back when it is known by ${how}, once`, () => {
        const { hears, learned } = mudlet();

        expect(hears(...phrases).filter((word) => word.endsWith('ECHO'))).toEqual(['WONT ECHO']);
        expect(terminal(learned).echo).toBe(false);

        expect(hears('DONT ECHO', 'SB TTYPE 0 "ANSI"', 'SB TTYPE 0 "MTTS 2349"')).not.toContain('WONT ECHO');
      });

    it('is ours while a secret is typed, as often as there is one', () => {
      const { options, hears, answers } = mudlet();
      hears('SB TTYPE 0 "MUDLET"', 'DONT ECHO');
      for (let round = 0; round < 1000; round += 1) {
        options.secret = true;
        expect(answers()).toEqual(['WILL ECHO']);
        expect(hears('DO ECHO')).toEqual([]);
        options.secret = false;
        expect(answers()).toEqual(['WONT ECHO']);
        if (round % 2 === 0) expect(hears('DONT ECHO')).toEqual([]);
      }
    });

    it('stays ours when a secret is being typed as the client is known', () => {
      const { options, hears, answers } = mudlet();
      options.secret = true;
      expect(answers()).toEqual([]);

      expect(hears('SB TTYPE 0 "MUDLET"')).toEqual(['SB TTYPE 1']);

      options.secret = false;
      expect(answers()).toEqual(['WONT ECHO']);
    });

    it('is given back before the client has answered the offer', () => {
      const { options, hears, learned } = line({ offered: false });
      options.offer();
      hears('WILL TTYPE');

      expect(hears('SB TTYPE 0 "TINTIN++"')).toEqual(['WONT ECHO', 'SB TTYPE 1']);

      expect(hears('DO ECHO', 'DONT ECHO')).toEqual([]);
      expect(learned.filter(({ echo }) => echo)).toEqual([]);
    });

    it('is not asked for again where the client would not have it', () => {
      const { options, hears, answers } = line({ offered: false });
      options.offer();
      hears('DONT ECHO', 'WILL TTYPE');
      expect(hears('SB TTYPE 0 "MUDLET"')).toEqual(['SB TTYPE 1']);

      options.secret = true;
      expect(answers()).toEqual(['WILL ECHO']);
      hears('DONT ECHO');
      options.secret = false;
      expect(answers()).toEqual([]);
    });

    it('is left as it is for a secret, to any other client', () => {
      const { options, hears, answers } = mudlet();
      hears('SB TTYPE 0 "xterm"');

      options.secret = true;
      options.secret = false;

      expect(answers()).toEqual([]);
    });
  });

  describe('SGA (RFC 858)', () => {
    it('is agreed to both ways', () => {
      const { hears } = line();

      expect(hears('DO SGA', 'WILL SGA')).toEqual(['DO SGA']);
    });
  });

  describe('BINARY (RFC 856)', () => {
    it('is offered and asked for, and agreed to both ways if the client comes first', () => {
      expect(REST).toContain('DO BINARY');
      expect(REST).toContain('WILL BINARY');
      const { hears } = line({ offered: false });

      expect(hears('DO BINARY').slice(0, 1)).toEqual(['WILL BINARY']);
      expect(hears('WILL BINARY')).toEqual([]);
    });
  });

  describe('NAWS (RFC 1073)', () => {
    it('tells the window, and each change of it', () => {
      const { hears, learned } = line();
      expect(hears('WILL NAWS', 'SB NAWS 0 100 0 40', 'SB NAWS 1 0 0 255')).toEqual([]);

      expect(learned).toEqual([
        { columns: 100, rows: 40 },
        { columns: 256, rows: 255 },
      ]);
    });

    it('tells a width or a height that the client does not know as 0, and any other as it is', () => {
      const { hears, learned } = line();
      hears('WILL NAWS', 'SB NAWS 0 0 0 0', 'SB NAWS 255 254 128 0');

      expect(learned).toEqual([
        { columns: 0, rows: 0 },
        { columns: 65_534, rows: 32_768 },
      ]);
    });

    it('is not heard before the client agreed to it, nor after it took that back', () => {
      const { hears, learned } = line();
      hears('SB NAWS 0 100 0 40');
      hears('WILL NAWS', 'WONT NAWS', 'SB NAWS 0 100 0 40');

      expect(learned).toEqual([]);
    });

    it('is not heard with more or less than four bytes', () => {
      const { hears, learned } = line();
      hears('WILL NAWS', 'SB NAWS', 'SB NAWS 0', 'SB NAWS 0 100 0', 'SB NAWS 0 100 0 40 0');

      expect(learned).toEqual([]);
    });

    it('is not for us to do', () => {
      expect(line().hears('DO NAWS')).toEqual(['WONT NAWS']);
    });
  });

  describe('TTYPE (RFC 1091)', () => {
    it('asks for one name after the other until one comes twice; the first is the terminal', () => {
      const { hears, learned } = line();
      expect(hears('WILL TTYPE')).toEqual(['SB TTYPE 1']);
      expect(hears('SB TTYPE 0 "XTERM-256COLOR"')).toEqual(['SB TTYPE 1']);
      expect(hears('SB TTYPE 0 "XTERM"')).toEqual(['SB TTYPE 1']);

      expect(hears('SB TTYPE 0 "XTERM"')).toEqual([]);

      expect(terminal(learned).type).toBe('XTERM-256COLOR');
    });

    it('stops at what a client says of its abilities (MTTS), of which the terminal is the name before', () => {
      const { hears, learned } = line();
      hears('WILL TTYPE', 'SB TTYPE 0 "TINTIN++"', 'SB TTYPE 0 "xterm"');

      expect(hears('SB TTYPE 0 "MTTS 9"')).toEqual([]);

      expect(terminal(learned).type).toBe('xterm');
    });

    it('takes a client for a terminal that can show UTF-8 when its abilities say so', () => {
      const { hears, learned } = line();
      hears('WILL TTYPE', 'SB TTYPE 0 "syncterm"', 'SB TTYPE 0 "xterm"');
      expect(terminal(learned)).toEqual(jasmine.objectContaining({ type: 'syncterm', encoding: 'cp437' }));

      hears('SB TTYPE 0 "MTTS 13"');

      expect(terminal(learned)).toEqual(jasmine.objectContaining({ type: 'xterm', encoding: 'utf-8' }));
    });

    it('goes by the first name: an xterm that can be an ansi, too, is an xterm', () => {
      const { hears, learned } = line();
      hears('WILL TTYPE', 'SB TTYPE 0 "XTERM"', 'SB TTYPE 0 "ANSI"');
      expect(terminal(learned)).toEqual(jasmine.objectContaining({ type: 'XTERM', encoding: 'utf-8' }));
    });

    it('stops after four names', () => {
      const { hears } = line();
      hears('WILL TTYPE');
      for (const name of ['a', 'b', 'c']) expect(hears(`SB TTYPE 0 "${name}"`)).toEqual(['SB TTYPE 1']);

      expect(hears('SB TTYPE 0 "d"')).toEqual([]);
      expect(hears('SB TTYPE 0 "e"')).toEqual([]);
    });

    it('does not hear a name that it did not ask for', () => {
      const { hears, learned } = line();
      hears('SB TTYPE 0 "before"');
      hears('WILL TTYPE', 'SB TTYPE 0 "one"', 'SB TTYPE 0 "one"');

      expect(hears('SB TTYPE 0 "more"')).toEqual([]);

      expect(terminal(learned).type).toBe('one');
    });

    for (const [what, name] of [
      ['a control character', 'xterm\\u001b[2J'],
      ['a newline', 'xterm\\nroot'],
      ['a C1 control', 'xterm\\u009b'],
      ['a letter that is not ASCII', 'xt\\u00e9rm'],
      ['a blank at its end', 'xterm '],
      ['nothing in it', ''],
      ['41 letters', 'x'.repeat(41)],
    ] as const) {
      it(`does not hear a name with ${what}, and one that may come after it`, () => {
        const { hears, learned } = line();
        hears('WILL TTYPE');

        expect(hears(`SB TTYPE 0 "${name}"`)).toEqual([]);
        expect(learned).toEqual([]);

        hears('SB TTYPE 0 "vt100"');
        expect(terminal(learned).type).toBe('vt100');
      });
    }

    it('takes a name of 40 letters with blanks inside', () => {
      const { hears, learned } = line();
      hears('WILL TTYPE', `SB TTYPE 0 "X11 ${'x'.repeat(36)}"`);

      expect(terminal(learned).type).toBe(`X11 ${'x'.repeat(36)}`);
    });

    it('hears nothing but an IS, and never tells a type of its own', () => {
      const { hears, learned } = line();

      expect(hears('WILL TTYPE', 'SB TTYPE 1', 'SB TTYPE 2 "x"', 'SB TTYPE')).toEqual(['SB TTYPE 1']);
      expect(hears('DO TTYPE')).toEqual(['WONT TTYPE']);
      expect(learned).toEqual([]);
    });

    for (const [name, encoding] of [
      ['syncterm', 'cp437'],
      ['ansi-bbs', 'cp437'],
      ['ANSI', 'cp437'],
      ['xterm', 'utf-8'],
      ['VT100', 'utf-8'],
    ] as const) {
      it(`makes the encoding of ${name} ${encoding}`, () => {
        const { hears, learned } = line();
        hears('WILL TTYPE', `SB TTYPE 0 "${name}"`);

        expect(terminal(learned).encoding).toBe(encoding);
      });
    }
  });

  describe('CHARSET (RFC 2066)', () => {
    it('asks for UTF-8, or else CP437, once the client agrees to be asked', () => {
      expect(line().hears('DO CHARSET')).toEqual(['SB CHARSET 1 ";UTF-8;CP437;US-ASCII"']);
    });

    for (const [name, encoding] of [
      ['UTF-8', 'utf-8'],
      ['CP437', 'cp437'],
      ['ibm437', 'cp437'],
    ] as const) {
      it(`uses ${name} when the client accepts that`, () => {
        const { hears, learned } = line();
        hears('DO CHARSET');

        expect(hears(`SB CHARSET 2 "${name}"`)).toEqual([]);

        expect(terminal(learned).encoding).toBe(encoding);
      });
    }

    it('makes the encoding ASCII when the client rejects all of them', () => {
      const { hears, learned } = line();
      hears('DO CHARSET', 'SB CHARSET 3');

      expect(terminal(learned).encoding).toBe('ascii');
    });

    it('leaves the encoding alone when the client accepts what was not asked', () => {
      for (const answer of ['SB CHARSET 2 "KOI8-R"', 'SB CHARSET 2', 'SB CHARSET']) {
        const { hears, learned } = line();
        hears('DO CHARSET');

        expect(hears(answer)).toEqual([]);

        expect(learned).withContext(answer).toEqual([]);
      }
    });

    it('hears one answer to its question, and none without a question', () => {
      const { hears, learned } = line();
      hears('SB CHARSET 2 "CP437"');
      hears('WILL CHARSET', 'SB CHARSET 2 "CP437"');
      expect(learned).toEqual([]);

      hears('DO CHARSET', 'SB CHARSET 3', 'SB CHARSET 2 "CP437"');

      expect(terminal(learned).encoding).toBe('ascii');
    });

    it('lets the client ask, and accepts the first name that it has, as the client spells it', () => {
      const { hears, learned } = line();
      expect(hears('WILL CHARSET')).toEqual(['DO CHARSET']);

      expect(hears('SB CHARSET 1 " KOI8-R utf8 CP437"')).toEqual(['SB CHARSET 2 "utf8"']);

      expect(terminal(learned).encoding).toBe('utf-8');
    });

    it('takes whatever byte the client separates its names with', () => {
      const { hears } = line();
      hears('WILL CHARSET');

      expect(hears('SB CHARSET 1 ",LATIN1,IBM437"')).toEqual(['SB CHARSET 2 "IBM437"']);
      expect(hears('SB CHARSET 1 255 "LATIN1" 255 "UTF-8"')).toEqual(['SB CHARSET 2 "UTF-8"']);
    });

    it('rejects a request in which there is no name that it has', () => {
      const { hears, learned } = line();
      hears('WILL CHARSET');
      for (const request of ['SB CHARSET 1 ";KOI8-R;LATIN1"', 'SB CHARSET 1 ";"', 'SB CHARSET 1']) {
        expect(hears(request)).withContext(request).toEqual(['SB CHARSET 3']);
      }

      expect(terminal(learned).encoding).toBe('ascii');
      hears('SB CHARSET 1 ";KOI8-R;UTF-8"');
      expect(terminal(learned).encoding).toBe('utf-8');
    });

    it('hears the names behind an offer of translation tables, and rejects the table', () => {
      const { hears, learned } = line();
      hears('WILL CHARSET');

      expect(hears('SB CHARSET 1 "[TTABLE]" 1 ";KOI8-R;CP437"')).toEqual(['SB CHARSET 2 "CP437"']);
      expect(hears('SB CHARSET 4 1 ";LATIN1;UTF-8"')).toEqual(['SB CHARSET 5']);

      expect(terminal(learned).encoding).toBe('cp437');
    });

    it('makes the client give way, when both ask at once', () => {
      const { hears, learned } = line();
      hears('WILL CHARSET', 'DO CHARSET');

      expect(hears('SB CHARSET 1 ";CP437"')).toEqual(['SB CHARSET 3']);
      expect(learned).toEqual([]);
      hears('SB CHARSET 2 "UTF-8"');

      expect(terminal(learned).encoding).toBe('utf-8');
      expect(hears('SB CHARSET 1 ";CP437"')).toEqual(['SB CHARSET 2 "CP437"']);
      expect(terminal(learned).encoding).toBe('cp437');
    });

    it('beats what the terminal’s name says, whichever comes first', () => {
      const before = line();
      before.hears('DO CHARSET', 'SB CHARSET 2 "UTF-8"', 'WILL TTYPE', 'SB TTYPE 0 "syncterm"');
      expect(terminal(before.learned)).toEqual(
        jasmine.objectContaining({ type: 'syncterm', encoding: 'utf-8' }),
      );

      const after = line();
      after.hears('WILL TTYPE', 'SB TTYPE 0 "syncterm"', 'DO CHARSET', 'SB CHARSET 2 "UTF-8"');
      expect(terminal(after.learned)).toEqual(
        jasmine.objectContaining({ type: 'syncterm', encoding: 'utf-8' }),
      );
    });

    it('beats what the client says of its abilities, whichever comes first', () => {
      const abilities = ['WILL TTYPE', 'SB TTYPE 0 "MUDLET"', 'SB TTYPE 0 "MTTS 4"'];
      const charset = ['DO CHARSET', 'SB CHARSET 2 "CP437"'];
      for (const phrases of [
        [...charset, ...abilities],
        [...abilities, ...charset],
      ]) {
        const { hears, learned } = line();
        hears(...phrases);

        expect(terminal(learned))
          .withContext(`${phrases}`)
          .toEqual(jasmine.objectContaining({ type: 'MUDLET', encoding: 'cp437' }));
      }
    });

    it('is not heard while it is off', () => {
      const { hears, learned } = line();

      expect(hears('SB CHARSET 1 ";CP437"', 'SB CHARSET 4 1')).toEqual([]);
      expect(learned).toEqual([]);
    });
  });

  describe('MSSP', () => {
    it('tells a crawler how things are when it asks', () => {
      let players = 1;
      const status = jasmine.createSpy('status', () => ({ NAME: 'The Board', PLAYERS: players, UPTIME: 7 }));
      const { hears } = line({ status: status.and.callThrough() });
      expect(status).not.toHaveBeenCalled();
      players = 2;

      expect(hears('DO MSSP')).toEqual(['SB MSSP 1 "NAME" 2 "The Board" 1 "PLAYERS" 2 "2" 1 "UPTIME" 2 "7"']);
    });

    it('tells a name of any letters in UTF-8', () => {
      const { hears } = line({ status: () => ({ NAME: 'é' }) });

      expect(hears('DO MSSP')).toEqual(['SB MSSP 1 "NAME" 2 195 169']);
    });

    it('tells nothing to a client that does not ask, and asks none for its own', () => {
      const { hears } = line({ status: () => ({ NAME: 'The Board' }) });

      expect(hears('DONT MSSP', 'SB MSSP 1 "NAME"')).toEqual([]);
      expect(hears('WILL MSSP')).toEqual(['DONT MSSP']);
    });
  });

  describe('the mark behind a prompt', () => {
    it('is none, until it is known that the client wants one', () => {
      const { options, hears } = line();
      expect(options.promptMark).toBeUndefined();
      hears('DO SGA');

      expect(options.promptMark).toBeUndefined();
    });

    it('is EOR for a client that agrees to it (RFC 885), and GA for one that will not do without go-aheads', () => {
      const { options, hears } = line();
      hears('DONT SGA');
      expect(options.promptMark).toBe(GA);

      hears('DO EOR');
      expect(options.promptMark).toBe(EOR);

      hears('DONT EOR');
      expect(options.promptMark).toBe(GA);
    });

    it('is ours to make only', () => {
      expect(line().hears('WILL EOR')).toEqual(['DONT EOR']);
    });
  });

  describe('TIMING-MARK (RFC 860)', () => {
    it('is answered', () => {
      expect(line().hears('DO TIMING_MARK', 'DO TIMING_MARK')).toEqual([
        'WILL TIMING_MARK',
        'WILL TIMING_MARK',
      ]);
    });

    for (const answer of ['WILL TIMING_MARK', 'WONT TIMING_MARK']) {
      it(`asks for a sign of life whoever once gave one (${answer})`, () => {
        const { options, hears, answers } = line();
        options.probe();
        expect(options.answers).toBe(false);
        expect(answers()).toEqual([]);
        hears(answer);

        expect(options.answers).toBe(true);
        options.probe();

        expect(answers()).toEqual(['DO TIMING_MARK']);
      });
    }
  });

  describe('all other options', () => {
    const ours = ['BINARY', 'ECHO', 'SGA', 'EOR', 'CHARSET', 'MSSP', 'TIMING_MARK'];
    const theirs = ['BINARY', 'SGA', 'TTYPE', 'NAWS', 'CHARSET', 'TIMING_MARK'];

    it('are declined, in either direction, whatever their number', () => {
      for (let option = 0; option < 256; option += 1) {
        const [name = ''] = wordsOf(negotiationBytes(COMMAND.DO, option)).map((words) => words.slice(3));
        const declined = [
          ...(ours.includes(name) ? [] : [`WONT ${name}`]),
          ...(theirs.includes(name) ? [] : [`DONT ${name}`]),
        ];
        const { hears } = line();
        const answers = hears(`DO ${name}`, `WILL ${name}`).filter((words) => /^(WONT|DONT)/.test(words));

        expect(answers).withContext(name).toEqual(declined);
      }
    });

    it('say nothing to us, whatever their number', () => {
      for (let option = 0; option < 256; option += 1) {
        if (theirs.includes(wordsOf(negotiationBytes(COMMAND.DO, option))[0]?.slice(3) ?? '')) continue;
        const { hears, learned } = line();
        hears(`WILL ${option}`, `DO ${option}`);

        expect(hears(`SB ${option} 0 "x"`, `SB ${option} 1`, `SB ${option}`))
          .withContext(`${option}`)
          .toEqual([]);
        expect(learned.filter((about) => !('echo' in about)))
          .withContext(`${option}`)
          .toEqual([]);
      }
    });

    it('leave it to us who a caller is: NEW-ENVIRON (39) is never on, and a USER in it goes nowhere (CVE-2026-24061)', () => {
      const { hears, learned } = line();

      expect(hears('WILL NEW_ENVIRON')).toEqual(['DONT NEW_ENVIRON']);
      expect(
        hears(
          'SB NEW_ENVIRON 0 0 "USER" 1 "-f root"',
          'SB NEW_ENVIRON 2 0 "USER" 1 "root"',
          'SB NEW_ENVIRON 1',
        ),
      ).toEqual([]);
      expect(hears('DO NEW_ENVIRON')).toEqual(['WONT NEW_ENVIRON']);
      expect(hears('SB NEW_ENVIRON 1', 'SB NEW_ENVIRON 1 0 "USER"')).toEqual([]);
      expect(learned).toEqual([]);
    });

    it('include LINEMODE (34), and 1,000 of its special characters', () => {
      const { hears, learned } = line();
      const triplets = '3 2 3'.concat(' 3 2 3'.repeat(999));

      expect(hears('WILL LINEMODE')).toEqual(['DONT LINEMODE']);
      expect(hears(`SB LINEMODE 3 ${triplets}`)).toEqual([]);
      expect(learned).toEqual([]);
    });
  });

  describe('bounds', () => {
    /** Says it until the board is silent, and counts the answers. */
    const answersTo = (hears: (phrase: string) => string[], phrase: string) => {
      let count = 0;
      for (let turn = 0; turn < 2 * REPLY_BUDGET; turn += 1) count += hears(phrase).length;
      return count;
    };

    for (const phrase of ['SB CHARSET 1 ";UTF-8"', 'SB CHARSET 1 ";KOI8-R"', 'SB CHARSET 4 1']) {
      it(`takes the answers to ${phrase} from the call's budget`, () => {
        const { hears, abused } = line();
        hears('WILL CHARSET');

        const answers = answersTo(hears, phrase);

        expect(answers).toBeGreaterThan(REPLY_BUDGET / 2);
        expect(answers).toBeLessThanOrEqual(REPLY_BUDGET);
        expect(abused()).toBe(1);
      });
    }

    it('asks for no more names, once the budget is spent', () => {
      const { options, hears, abused } = line();
      while (options.charge());

      expect(hears('WILL TTYPE', 'SB TTYPE 0 "xterm"', 'DO CHARSET', 'SB CHARSET 2 "CP437"')).toEqual([]);
      expect(abused()).toBe(1);
    });

    it('tells a crawler who flips the option no more than twice', () => {
      const { hears } = line({ status: () => ({ NAME: 'The Board' }) });
      let told = 0;
      for (let turn = 0; turn < 100; turn += 1) {
        told += hears('DO MSSP', 'DONT MSSP').filter((words) => words.startsWith('SB')).length;
      }

      expect(told).toBeLessThanOrEqual(2);
    });
  });
});
