import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import fc from 'fast-check';
import { readEnvFile } from '../../../lib/config/read-env-file.js';
import { temporaryFolder } from '../../support/cheap-accounts.js';

describe('readEnvFile', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const path = () => join(folder.path, '.env');
  const read = (text: string | Uint8Array) => {
    writeFileSync(path(), text);
    return readEnvFile(path());
  };
  const sayings = (text: string) => {
    const { problems, warnings } = read(text);
    return [...problems.map((problem) => `! ${problem}`), ...warnings];
  };

  it('returns whether the file exists, and its path', () => {
    expect(readEnvFile(path())).toEqual({
      path: path(),
      found: false,
      values: {},
      problems: [],
      warnings: [],
    });
    expect(read('')).toEqual({ path: path(), found: true, values: {}, problems: [], warnings: [] });
  });

  it('reads what dotenv reads, without warnings for a valid file', () => {
    const text = [
      '# a board',
      '',
      'export IMPULSE_HOST="::1" # inside',
      'IMPULSE_PORT = 2400',
      'IMPULSE_MAX_SESSIONS: 5',
      "IMPULSE_NAME='Owl #1'",
      'IMPULSE_BANNER=banner.txt # what greets',
      'IMPULSE_GATE=esc ## scanners',
      'IMPULSE_CONTROL=auto #',
      'OTHER="of another',
      'program"',
      '  # indented',
      'LAST=',
    ];
    for (const newline of ['\n', '\r\n', '\r']) {
      const { values, problems, warnings } = read(text.join(newline));
      expect(values).toEqual(parse(text.join('\n')));
      expect(values.IMPULSE_NAME).toBe('Owl #1');
      expect([...problems, ...warnings]).toEqual([]);
    }
  });

  it('ignores the byte order mark of UTF-8', () => {
    const { values, problems, warnings } = read('\ufeffIMPULSE_PORT=2400\n');
    expect(values).toEqual({ IMPULSE_PORT: '2400' });
    expect([...problems, ...warnings]).toEqual([]);
  });

  for (const [how, bytes] of [
    ['as PowerShell writes it', Buffer.from('\ufeffIMPULSE_PASSWORDS=accounts\r\n', 'utf16le')],
    ['without a mark', Buffer.from('IMPULSE_PASSWORDS=accounts\r\n', 'utf16le')],
    ['with the larger byte first', Buffer.from('\ufeffIMPULSE_PORT=2400', 'utf16le').swap16()],
  ] as const) {
    it(`rejects UTF-16, ${how}`, () => {
      const { values, problems } = read(bytes);
      expect(values).toEqual({});
      expect(problems).toEqual([`${path()} is in UTF-16: allowed is UTF-8`]);
    });
  }

  for (const line of [
    'IMPULSE_PORT 2400',
    'set IMPULSE_PORT=2400',
    'set "IMPULSE_PORT=2400"',
    'setenv IMPULSE_PORT 2400',
    '$env:IMPULSE_PORT=2400',
    'IMPULSE_PORT:2400',
    'export IMPULSE_PORT',
    '"IMPULSE_PORT"=2400',
    'IMPULSE_PORT+=2400',
    'IMPULSE PORT=2400',
    '; IMPULSE_PORT=2400',
  ]) {
    it(`rejects an invalid line that was meant as a setting: ${line}`, () => {
      expect(sayings(`# board\nIMPULSE_HOST=::1\n\n  ${line}\nIMPULSE_NAME=Owl\n`)).toEqual([
        `! .env line 4: ${JSON.stringify(line)} can't be read: allowed is NAME=VALUE, such as IMPULSE_PORT=2323`,
      ]);
    });
  }

  it('warns of other invalid lines', () => {
    expect(sayings('--port 2400\n')).toEqual([
      `.env line 1: "--port 2400" can't be read: allowed is NAME=VALUE, such as IMPULSE_PORT=2323`,
    ]);
  });

  it('warns of unknown names', () => {
    expect(
      sayings(
        '\nIMPULS_PORT=1\nIMPULSE_PASSWORD=accounts\nMAX_SESSIONS=5\nPORT=6\nimpulse_host=::1\nNODE_ENV=x\n',
      ),
    ).toEqual([
      'IMPULS_PORT (from .env line 2) is not a setting; did you mean IMPULSE_PORT?',
      'IMPULSE_PASSWORD (from .env line 3) is not a setting; did you mean IMPULSE_PASSWORDS?',
      'MAX_SESSIONS (from .env line 4) is not a setting; did you mean IMPULSE_MAX_SESSIONS?',
      'PORT (from .env line 5) is not a setting; did you mean IMPULSE_PORT?',
      'impulse_host (from .env line 6) is not a setting; did you mean IMPULSE_HOST?',
    ]);
  });

  it('warns of a value that ends at a #', () => {
    const warning = (line: number, value: string, comment: string) =>
      `.env line ${line}: IMPULSE_NAME is "${value}", since a # begins a comment; ` +
      `put the whole value in quotes to keep "${comment}"`;
    expect(sayings('IMPULSE_HOST=::1\nIMPULSE_NAME=Owl #1\n')).toEqual([warning(2, 'Owl', '#1')]);
    expect(sayings('IMPULSE_NAME=Owl#1')).toEqual([warning(1, 'Owl', '#1')]);
    expect(sayings('IMPULSE_NAME=#1 of all boards')).toEqual([warning(1, '', '#1 of all boards')]);
    expect(sayings('IMPULSE_NAME=C# and more')).toEqual([warning(1, 'C', '# and more')]);
    expect(sayings('OTHER=Owl #1')).toEqual([]);
  });

  it('warns of a setting that occurs twice', () => {
    expect(sayings('IMPULSE_PORT=1\nOTHER=1\nOTHER=2\nIMPULSE_PORT=2\n')).toEqual([
      '.env line 4: IMPULSE_PORT is also set in line 1; this line applies',
    ]);
  });

  it('rejects quotes that enclose another setting', () => {
    expect(sayings('OTHER="one\n\nIMPULSE_PASSWORDS=accounts\nMORE=two"\n')).toEqual([
      '! .env line 1: the value of "OTHER" includes line 3: a quote is missing',
    ]);
  });

  it('warns of an unterminated quote', () => {
    expect(sayings('IMPULSE_NAME="Owl\nIMPULSE_PORT=1\n')).toEqual([
      '.env line 1: the value of "IMPULSE_NAME" starts with a quote that is never closed',
    ]);
    expect(sayings('OTHER="x')).toEqual([]);
  });

  it('warns of invalid UTF-8', () => {
    expect(read(Buffer.from('IMPULSE_PORT=1\nIMPULSE_NAME=K\xe4fer\n', 'latin1')).warnings).toEqual([
      '.env line 2: invalid UTF-8',
    ]);
  });

  it("rejects what isn't a regular file, or is too long", () => {
    mkdirSync(path());
    expect(readEnvFile(path()).problems).toEqual([`${path()} can't be read: not a file`]);
    expect(readEnvFile(path()).found).toBeTrue();
    expect(readEnvFile('/dev/zero').problems).toEqual(["/dev/zero can't be read: not a file"]);
  });

  it('shortens long values', () => {
    const [saying = ''] = sayings(`IMPULSE_PORT ${'9'.repeat(10_000)}`);
    expect(saying.length).toBeLessThan(200);
  });

  it('finds the line of each name that dotenv finds', () => {
    const piece = fc.constantFrom(
      'A',
      'B=1',
      ' ',
      '=',
      '#',
      '"',
      "'",
      '`',
      '\\',
      '\n',
      '\r\n',
      'export ',
      ': ',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const { values, warnings, problems } = read(`${text}\nMAX_SESSIONS=5\n`);
        expect(values).toEqual(parse(`${text}\nMAX_SESSIONS=5\n`));
        const line = text.split(/\r\n?|\n/).length + 1;
        const isFound = warnings.includes(
          `MAX_SESSIONS (from .env line ${line}) is not a setting; did you mean IMPULSE_MAX_SESSIONS?`,
        );
        expect(isFound)
          .withContext(JSON.stringify(text))
          .toBe('MAX_SESSIONS' in values);
        expect(problems).toEqual([]);
      }),
    );
  });
});
