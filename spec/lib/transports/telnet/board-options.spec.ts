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
  'WILL GMCP',
  'DO TIMING_MARK',
];

/** A board's options, a client at the other end, and what the board has learned about it. */
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
    // The client has shown that it speaks telnet.
    hears('DO ECHO');
    learned.length = 0;
  }
  return { options, hears, answers, learned, abused: () => abused };
}

/** The terminal after all that the board has learned. */
const terminal = (learned: Partial<Terminal>[]) => Object.assign({}, ...learned) as Partial<Terminal>;

describe('BoardOptions', () => {
  describe('the offers', () => {
    it('are only those that a person notices, at first', () => {
      const { options, answers } = line({ offered: false });
      options.offer();

      expect(answers()).toEqual(FIRST);
    });

    for (const phrase of ['DO ECHO', 'DONT ECHO', 'WONT NAWS', 'WONT 99', 'WILL TIMING_MARK']) {
      it(`are completed once when the client has shown by ${phrase} that it speaks telnet`, () => {
        const { options, hears } = line({ offered: false });
        options.offer();
        hears();

        expect(hears(phrase)).toEqual(REST);

        expect(hears('DO SGA', 'WONT NAWS', 'WONT 98')).toEqual([]);
      });
    }

    it("follow the answer to the client's request", () => {
      const { options, hears } = line({ offered: false });
      options.offer();
      hears();

      expect(hears('DO 99')).toEqual(['WONT 99', ...REST]);
    });

    it('leave out what the client has already offered', () => {
      const { hears } = line({ offered: false });

      expect(hears('WILL TTYPE')).toEqual([
        'DO TTYPE',
        'SB TTYPE 1',
        ...REST.filter((word) => word !== 'DO TTYPE'),
      ]);
    });

    it("aren't completed after a subnegotiation, which stray bytes of text may look like", () => {
      const { hears } = line({ offered: false });

      expect(hears('SB NAWS 0 80 0 24', '"hello"')).toEqual([]);
    });
  });

  describe('BINARY for an app that reads bytes', () => {
    it('is asked for again where the client declined it', () => {
      const { options, hears, answers } = line();
      hears('WONT BINARY', 'DONT BINARY');
      options.askBinary();
      expect(answers()).toEqual(['DO BINARY', 'WILL BINARY']);
      hears('DO BINARY', 'WILL BINARY');
      expect(options.sendsBinary).toBe(true);
      options.askBinary();
      expect(answers()).toEqual([]);
    });

    it("isn't asked for while an answer is still to come, nor of a client that speaks no telnet", () => {
      const { options, answers } = line();
      options.askBinary();
      expect(answers()).toEqual([]);
      const silent = line({ offered: false });
      silent.options.askBinary();
      expect(silent.answers()).toEqual([]);
      expect(silent.options.sendsBinary).toBe(false);
    });
  });

  describe('ECHO (RFC 857)', () => {
    it("is on from the client's agreement until it changes its mind", () => {
      const { options, hears, learned } = line({ offered: false });
      options.offer();
      hears();
      hears('DO ECHO');
      expect(learned).toEqual([{ echo: true }]);

      expect(hears('DONT ECHO')).toEqual(['WONT ECHO']);

      expect(learned).toEqual([{ echo: true }, { echo: false }]);
    });

    it('is confirmed before it begins, if the client requests it first', () => {
      const { hears, learned } = line({ offered: false });

      expect(hears('DO ECHO').slice(0, 1)).toEqual(['WILL ECHO']);
      expect(learned).toEqual([{ echo: true }]);
    });

    it("is never on at the client's end", () => {
      const { hears, learned } = line();

      expect(hears('WILL ECHO')).toEqual(['DONT ECHO']);
      expect(learned).toEqual([]);
    });
  });

  describe('ECHO, to a client with local echo', () => {
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
      it(`is turned off once, when the client is known by ${how}`, () => {
        const { hears, learned } = mudlet();

        expect(hears(...phrases).filter((word) => word.endsWith('ECHO'))).toEqual(['WONT ECHO']);
        expect(terminal(learned).echo).toBe(false);

        expect(hears('DONT ECHO', 'SB TTYPE 0 "ANSI"', 'SB TTYPE 0 "MTTS 2349"')).not.toContain('WONT ECHO');
      });

    it('is on during each secret', () => {
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

    it('stays on if a secret is being typed when the client becomes known', () => {
      const { options, hears, answers } = mudlet();
      options.secret = true;
      expect(answers()).toEqual([]);

      expect(hears('SB TTYPE 0 "MUDLET"')).toEqual(['SB TTYPE 1']);

      options.secret = false;
      expect(answers()).toEqual(['WONT ECHO']);
    });

    it('is turned off before the client has answered the offer', () => {
      const { options, hears, learned } = line({ offered: false });
      options.offer();
      hears('WILL TTYPE');

      expect(hears('SB TTYPE 0 "TINTIN++"')).toEqual(['WONT ECHO', 'SB TTYPE 1']);

      expect(hears('DO ECHO', 'DONT ECHO')).toEqual([]);
      expect(learned.filter(({ echo }) => echo)).toEqual([]);
    });

    it("isn't requested again if the client refused it", () => {
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

    it("doesn't change for a secret with any other client", () => {
      const { options, hears, answers } = mudlet();
      hears('SB TTYPE 0 "xterm"');

      options.secret = true;
      options.secret = false;

      expect(answers()).toEqual([]);
    });
  });

  describe('echo without negotiation', () => {
    const silent = () => {
      const it = line({ offered: false });
      it.options.offer();
      it.answers();
      const types = (...chunks: string[]) => {
        for (const chunk of chunks) it.options.typed(Buffer.from(chunk));
      };
      return { ...it, types };
    };

    for (const [who, ...chunks] of [
      ['two letters', 'a', 'n'],
      ['a letter and a backspace', 'a', '\x7f'],
      ['a letter and Enter', 'a', '\r'],
      ['an empty line, twice', '\r', '\r'],
      ['a letter and an arrow', 'é', '\x1b[D'],
      ['keys after a paste', 'hello', 'a', 'b'],
    ] as const)
      it(`begins with ${who} as single keys`, () => {
        const { types, learned, answers } = silent();
        types(...chunks);
        expect(learned).toEqual([{ echo: true }]);
        types('c', 'd');
        expect(learned.length).toBe(1);
        expect(answers()).toEqual([]);
      });

    for (const [what, ...chunks] of [
      ['whole lines', 'a\n', 'b\r\n', 'hello\n'],
      ['empty lines', '\n', '\r\n', '\n'],
      ['a line that is cut in two', 'hel', 'lo\n'],
      ['a line that is cut after its first letter', 'h', 'ello\n', 'h', 'ello\n'],
      ['a line of one letter that is cut before its newline', 'y', '\n', 'y', '\r\n'],
      ['a line that is cut in pieces', 'hel', 'lo, b', 'ob\n'],
      ['one key', 'x'],
    ] as const)
      it(`doesn't begin with ${what}`, () => {
        const { types, learned } = silent();
        types(...chunks);
        expect(learned).toEqual([]);
      });

    it('never begins with a client that has negotiated', () => {
      const { hears, types, learned } = silent();
      hears('WONT NAWS');
      types('a', 'b', 'c');
      expect(learned).toEqual([]);
    });

    for (const [phrase, echo] of [
      ['DO ECHO', true],
      ['DONT ECHO', false],
      ['WONT NAWS', false],
    ] as const)
      it(`is left to the client when it negotiates after all, with ${phrase}`, () => {
        const { hears, types, learned } = silent();
        types('a', 'b');
        hears(phrase);
        expect(terminal(learned).echo).toBe(echo);
        const { length } = learned;
        types('a', 'b');
        expect(learned.length).toBe(length);
      });
  });

  describe('echo by choice of the caller', () => {
    it('is on or off without a byte to a client that negotiates nothing', () => {
      const { options, learned, answers } = line({ offered: false });
      options.offer();
      answers();
      options.setEcho(false);
      for (const key of 'abc') options.typed(Buffer.from(key));
      options.secret = true;
      options.secret = false;
      expect(terminal(learned).echo).toBe(false);
      options.setEcho(true);
      expect(terminal(learned).echo).toBe(true);
      expect(answers()).toEqual([]);
    });

    it('is announced when it changes, and is off except for secrets', () => {
      const { options, hears, answers, learned } = line();
      options.setEcho(false);
      options.setEcho(false);
      expect(answers()).toEqual(['WONT ECHO']);
      expect(hears('DONT ECHO')).toEqual([]);
      expect(terminal(learned).echo).toBe(false);
      options.secret = true;
      expect(answers()).toEqual(['WILL ECHO']);
      expect(hears('DO ECHO')).toEqual([]);
      expect(terminal(learned).echo).toBe(true);
      options.secret = false;
      expect(answers()).toEqual(['WONT ECHO']);
      expect(terminal(learned).echo).toBe(false);
    });

    it('is on, whatever the client answers', () => {
      const { options, hears, answers, learned } = line();
      hears('DONT ECHO');
      options.setEcho(true);
      expect(answers()).toEqual(['WILL ECHO']);
      hears('DONT ECHO', 'DO ECHO', 'DONT ECHO');
      expect(terminal(learned).echo).toBe(true);
    });

    it('is on for a MUD client, also when its name comes later', () => {
      const { options, hears, answers, learned } = line();
      hears('WILL TTYPE', 'SB TTYPE 0 "MUDLET"');
      options.setEcho(true);
      expect(answers()).toEqual(['WILL ECHO']);
      hears('DO ECHO', 'SB TTYPE 0 "MTTS 2349"');
      expect(answers()).toEqual([]);
      expect(terminal(learned).echo).toBe(true);
    });
  });

  describe('SGA (RFC 858)', () => {
    it('is accepted in both directions', () => {
      const { hears } = line();

      expect(hears('DO SGA', 'WILL SGA')).toEqual(['DO SGA']);
    });
  });

  describe('BINARY (RFC 856)', () => {
    it('is offered and requested, and accepted in both directions if the client asks first', () => {
      expect(REST).toContain('DO BINARY');
      expect(REST).toContain('WILL BINARY');
      const { hears } = line({ offered: false });

      expect(hears('DO BINARY').slice(0, 1)).toEqual(['WILL BINARY']);
      expect(hears('WILL BINARY')).toEqual([]);
    });
  });

  describe('NAWS (RFC 1073)', () => {
    it('reports the window, and each change of it', () => {
      const { hears, learned } = line();
      expect(hears('WILL NAWS', 'SB NAWS 0 100 0 40', 'SB NAWS 1 0 0 255')).toEqual([]);

      expect(learned).toEqual([
        { columns: 100, rows: 40 },
        { columns: 256, rows: 255 },
      ]);
    });

    it('reports an unknown width or height as 0', () => {
      const { hears, learned } = line();
      hears('WILL NAWS', 'SB NAWS 0 0 0 0', 'SB NAWS 255 254 128 0');

      expect(learned).toEqual([
        { columns: 0, rows: 0 },
        { columns: 65_534, rows: 32_768 },
      ]);
    });

    it('is ignored before the client agreed to it, and after it withdrew it', () => {
      const { hears, learned } = line();
      hears('SB NAWS 0 100 0 40');
      hears('WILL NAWS', 'WONT NAWS', 'SB NAWS 0 100 0 40');

      expect(learned).toEqual([]);
    });

    it('is ignored with more or less than four bytes', () => {
      const { hears, learned } = line();
      hears('WILL NAWS', 'SB NAWS', 'SB NAWS 0', 'SB NAWS 0 100 0', 'SB NAWS 0 100 0 40 0');

      expect(learned).toEqual([]);
    });

    it('is never on at our end', () => {
      expect(line().hears('DO NAWS')).toEqual(['WONT NAWS']);
    });
  });

  describe('TTYPE (RFC 1091)', () => {
    it('requests names until one repeats; the first is the terminal', () => {
      const { hears, learned } = line();
      expect(hears('WILL TTYPE')).toEqual(['SB TTYPE 1']);
      expect(hears('SB TTYPE 0 "XTERM-256COLOR"')).toEqual(['SB TTYPE 1']);
      expect(hears('SB TTYPE 0 "XTERM"')).toEqual(['SB TTYPE 1']);

      expect(hears('SB TTYPE 0 "XTERM"')).toEqual([]);

      expect(terminal(learned).type).toBe('XTERM-256COLOR');
    });

    it("stops at the client's abilities (MTTS), whose terminal is the name before", () => {
      const { hears, learned } = line();
      hears('WILL TTYPE', 'SB TTYPE 0 "TINTIN++"', 'SB TTYPE 0 "xterm"');

      expect(hears('SB TTYPE 0 "MTTS 9"')).toEqual([]);

      expect(terminal(learned).type).toBe('xterm');
    });

    it('takes a client for a terminal with UTF-8 if its abilities include that', () => {
      const { hears, learned } = line();
      hears('WILL TTYPE', 'SB TTYPE 0 "syncterm"', 'SB TTYPE 0 "xterm"');
      expect(terminal(learned)).toEqual(jasmine.objectContaining({ type: 'syncterm', encoding: 'cp437' }));

      hears('SB TTYPE 0 "MTTS 13"');

      expect(terminal(learned)).toEqual(jasmine.objectContaining({ type: 'xterm', encoding: 'utf-8' }));
    });

    it('uses the first name: an xterm that can also be an ansi is an xterm', () => {
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

    it("ignores a name that it didn't request", () => {
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
      it(`ignores a name with ${what}, and accepts one after it`, () => {
        const { hears, learned } = line();
        hears('WILL TTYPE');

        expect(hears(`SB TTYPE 0 "${name}"`)).toEqual([]);
        expect(learned).toEqual([]);

        hears('SB TTYPE 0 "vt100"');
        expect(terminal(learned).type).toBe('vt100');
      });
    }

    it('accepts a name of 40 letters with blanks inside', () => {
      const { hears, learned } = line();
      hears('WILL TTYPE', `SB TTYPE 0 "X11 ${'x'.repeat(36)}"`);

      expect(terminal(learned).type).toBe(`X11 ${'x'.repeat(36)}`);
    });

    it('accepts only an IS, and never sends a type of its own', () => {
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
      it(`sets the encoding of ${name} to ${encoding}`, () => {
        const { hears, learned } = line();
        hears('WILL TTYPE', `SB TTYPE 0 "${name}"`);

        expect(terminal(learned).encoding).toBe(encoding);
      });
    }
  });

  describe('CHARSET (RFC 2066)', () => {
    it('requests UTF-8, or else CP437, once the client agrees to be asked', () => {
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

    it('sets the encoding to ASCII when the client rejects all of them', () => {
      const { hears, learned } = line();
      hears('DO CHARSET', 'SB CHARSET 3');

      expect(terminal(learned).encoding).toBe('ascii');
    });

    it("ignores an accepted name that wasn't requested", () => {
      for (const answer of ['SB CHARSET 2 "KOI8-R"', 'SB CHARSET 2', 'SB CHARSET']) {
        const { hears, learned } = line();
        hears('DO CHARSET');

        expect(hears(answer)).toEqual([]);

        expect(learned).withContext(answer).toEqual([]);
      }
    });

    it('accepts one answer to its request, and none without a request', () => {
      const { hears, learned } = line();
      hears('SB CHARSET 2 "CP437"');
      hears('WILL CHARSET', 'SB CHARSET 2 "CP437"');
      expect(learned).toEqual([]);

      hears('DO CHARSET', 'SB CHARSET 3', 'SB CHARSET 2 "CP437"');

      expect(terminal(learned).encoding).toBe('ascii');
    });

    it("accepts the first known name in a client's request, in the client's spelling", () => {
      const { hears, learned } = line();
      expect(hears('WILL CHARSET')).toEqual(['DO CHARSET']);

      expect(hears('SB CHARSET 1 " KOI8-R utf8 CP437"')).toEqual(['SB CHARSET 2 "utf8"']);

      expect(terminal(learned).encoding).toBe('utf-8');
    });

    it('accepts any byte as a separator of names', () => {
      const { hears } = line();
      hears('WILL CHARSET');

      expect(hears('SB CHARSET 1 ",LATIN1,IBM437"')).toEqual(['SB CHARSET 2 "IBM437"']);
      expect(hears('SB CHARSET 1 255 "LATIN1" 255 "UTF-8"')).toEqual(['SB CHARSET 2 "UTF-8"']);
    });

    it('rejects a request without a known name', () => {
      const { hears, learned } = line();
      hears('WILL CHARSET');
      for (const request of ['SB CHARSET 1 ";KOI8-R;LATIN1"', 'SB CHARSET 1 ";"', 'SB CHARSET 1']) {
        expect(hears(request)).withContext(request).toEqual(['SB CHARSET 3']);
      }

      expect(terminal(learned).encoding).toBe('ascii');
      hears('SB CHARSET 1 ";KOI8-R;UTF-8"');
      expect(terminal(learned).encoding).toBe('utf-8');
    });

    it('reads the names after an offer of translation tables, and rejects the table', () => {
      const { hears, learned } = line();
      hears('WILL CHARSET');

      expect(hears('SB CHARSET 1 "[TTABLE]" 1 ";KOI8-R;CP437"')).toEqual(['SB CHARSET 2 "CP437"']);
      expect(hears('SB CHARSET 4 1 ";LATIN1;UTF-8"')).toEqual(['SB CHARSET 5']);

      expect(terminal(learned).encoding).toBe('cp437');
    });

    it('makes the client give way when both request at once', () => {
      const { hears, learned } = line();
      hears('WILL CHARSET', 'DO CHARSET');

      expect(hears('SB CHARSET 1 ";CP437"')).toEqual(['SB CHARSET 3']);
      expect(learned).toEqual([]);
      hears('SB CHARSET 2 "UTF-8"');

      expect(terminal(learned).encoding).toBe('utf-8');
      expect(hears('SB CHARSET 1 ";CP437"')).toEqual(['SB CHARSET 2 "CP437"']);
      expect(terminal(learned).encoding).toBe('cp437');
    });

    it("overrides the terminal's name, in any order", () => {
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

    it("overrides the client's abilities, in any order", () => {
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

    it('is ignored while it is off', () => {
      const { hears, learned } = line();

      expect(hears('SB CHARSET 1 ";CP437"', 'SB CHARSET 4 1')).toEqual([]);
      expect(learned).toEqual([]);
    });
  });

  describe('MSSP', () => {
    it('sends the status to a crawler that requests it', () => {
      let players = 1;
      const status = jasmine.createSpy('status', () => ({ NAME: 'The Board', PLAYERS: players, UPTIME: 7 }));
      const { hears } = line({ status: status.and.callThrough() });
      expect(status).not.toHaveBeenCalled();
      players = 2;

      expect(hears('DO MSSP')).toEqual(['SB MSSP 1 "NAME" 2 "The Board" 1 "PLAYERS" 2 "2" 1 "UPTIME" 2 "7"']);
    });

    it('sends a name of any letters in UTF-8', () => {
      const { hears } = line({ status: () => ({ NAME: 'é' }) });

      expect(hears('DO MSSP')).toEqual(['SB MSSP 1 "NAME" 2 195 169']);
    });

    it("sends nothing to a client that doesn't request it, and requests none", () => {
      const { hears } = line({ status: () => ({ NAME: 'The Board' }) });

      expect(hears('DONT MSSP', 'SB MSSP 1 "NAME"')).toEqual([]);
      expect(hears('WILL MSSP')).toEqual(['DONT MSSP']);
    });
  });

  describe('the prompt mark', () => {
    it('is absent until the client is known to want one', () => {
      const { options, hears } = line();
      expect(options.promptMark).toBeUndefined();
      hears('DO SGA');

      expect(options.promptMark).toBeUndefined();
    });

    it('is EOR for a client that agrees to it (RFC 885), and GA for one that refuses to suppress go-aheads', () => {
      const { options, hears } = line();
      hears('DONT SGA');
      expect(options.promptMark).toBe(GA);

      hears('DO EOR');
      expect(options.promptMark).toBe(EOR);

      hears('DONT EOR');
      expect(options.promptMark).toBe(GA);
    });

    it("is never on at the client's end", () => {
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
      it(`is used as a probe for a client that answered two (${answer})`, () => {
        const { options, hears, answers } = line();
        options.probe();
        expect(options.answers).toBe(false);
        expect(answers()).toEqual([]);
        expect(hears(answer)).toEqual(['DO TIMING_MARK']);
        options.probe();
        expect(options.answers).toBe(false);
        expect(answers()).toEqual([]);

        expect(hears(answer)).toEqual([]);
        expect(options.answers).toBe(true);
        options.probe();

        expect(answers()).toEqual(['DO TIMING_MARK']);
      });
    }
  });

  describe('GMCP', () => {
    it('is on when the client agrees, and its name is the terminal of a client without one', () => {
      const { options, hears, learned } = line();
      hears('SB GMCP "Core.Hello {\\"client\\":\\"early\\"}"');
      expect(options.hasGmcp).toBeFalse();
      hears('DO GMCP', 'SB GMCP "Core.Hello {\\"client\\":\\"Mudlet\\"}"');
      expect(options.hasGmcp).toBeTrue();
      expect(terminal(learned).type).toBe('Mudlet');
      expect(hears('SB GMCP "Core.Ping"')).toEqual(['SB GMCP "Core.Ping"']);
      hears('DONT GMCP');
      expect(options.hasGmcp).toBeFalse();
      expect(hears('SB GMCP "Core.Ping"')).toEqual([]);
    });

    it('shows no name that could not be shown', () => {
      const { hears, learned } = line();
      hears('DO GMCP', 'SB GMCP "Core.Hello {\\"client\\":\\"\\\\u001b[2J\\"}"');
      expect(terminal(learned).type).toBeUndefined();
    });
  });

  describe('all other options', () => {
    const ours = ['BINARY', 'ECHO', 'SGA', 'EOR', 'CHARSET', 'MSSP', 'GMCP', 'TIMING_MARK'];
    const theirs = ['BINARY', 'SGA', 'TTYPE', 'NAWS', 'CHARSET', 'TIMING_MARK'];

    it('are declined in either direction, whatever their number', () => {
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

    it('are ignored in subnegotiations, whatever their number', () => {
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

    it('include NEW-ENVIRON (39): it is never on, and a USER in it is ignored (CVE-2026-24061)', () => {
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

    it('include LINEMODE (34), with 1,000 special characters', () => {
      const { hears, learned } = line();
      const triplets = '3 2 3'.concat(' 3 2 3'.repeat(999));

      expect(hears('WILL LINEMODE')).toEqual(['DONT LINEMODE']);
      expect(hears(`SB LINEMODE 3 ${triplets}`)).toEqual([]);
      expect(learned).toEqual([]);
    });
  });

  describe('bounds', () => {
    /** Repeats a phrase until the board stops answering. Returns the number of answers. */
    const answersTo = (hears: (phrase: string) => string[], phrase: string) => {
      let count = 0;
      for (let turn = 0; turn < 2 * REPLY_BUDGET; turn += 1) count += hears(phrase).length;
      return count;
    };

    for (const phrase of ['SB CHARSET 1 ";UTF-8"', 'SB CHARSET 1 ";KOI8-R"', 'SB CHARSET 4 1']) {
      it(`takes the answers to ${phrase} from the session's budget`, () => {
        const { hears, abused } = line();
        hears('WILL CHARSET');

        const answers = answersTo(hears, phrase);

        expect(answers).toBeGreaterThan(REPLY_BUDGET / 2);
        expect(answers).toBeLessThanOrEqual(REPLY_BUDGET);
        expect(abused()).toBe(1);
      });
    }

    it('requests no more names after the budget is spent', () => {
      const { options, hears, abused } = line();
      while (options.charge());

      expect(hears('WILL TTYPE', 'SB TTYPE 0 "xterm"', 'DO CHARSET', 'SB CHARSET 2 "CP437"')).toEqual([]);
      expect(abused()).toBe(1);
    });

    it('answers a crawler that toggles the option at most twice', () => {
      const { hears } = line({ status: () => ({ NAME: 'The Board' }) });
      let told = 0;
      for (let turn = 0; turn < 100; turn += 1) {
        told += hears('DO MSSP', 'DONT MSSP').filter((words) => words.startsWith('SB')).length;
      }

      expect(told).toBeLessThanOrEqual(2);
    });
  });
});
