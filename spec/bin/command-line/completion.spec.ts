import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPLETIONS } from '../../../bin/command-line/completion.js';
import type { Outline } from '../../../bin/command-line/outline.js';
import { flag, SETTINGS, type Setting } from '../../../lib/config/settings.js';
import { temporaryFolder } from '../../support/cheap-accounts.js';
import { impulse } from '../../support/cli.js';
import { leaveAll } from '../../support/pty.js';
import { bashOffers, fishOffers, has, inShell } from '../../support/shells.js';

const COMMANDS = [
  ...['serve', 'init', 'check-config', 'passwd', 'call'],
  ...['who', 'kick', 'broadcast', 'drain', 'stats', 'top'],
  ...['completion', 'man', 'help'],
];
const FLAGS = Object.values<Setting>(SETTINGS).map(flag);
const CHOICES = Object.values<Setting>(SETTINGS).filter(({ choices }) => choices);

/** A program with descriptions that need escaping. */
const ODD: Outline = {
  name: 'impulse',
  description: '',
  version: '',
  flags: [],
  commands: [
    {
      name: 'serve',
      description: 'it\'s "odd": [a] $(b) `c` \\',
      flags: [{ names: ['--port'], description: 'it\'s "odd": [a] $(b) `c` \\' }],
      words: [],
      examples: [],
    },
  ],
};

describe('completion', () => {
  const scripts: Record<string, string> = {};
  let folder: ReturnType<typeof temporaryFolder>;
  beforeAll(async () => {
    for (const shell of Object.keys(COMPLETIONS)) {
      const { stdout, code } = await impulse(['completion', shell]);
      expect(code).toBe(0);
      scripts[shell] = stdout;
    }
    folder = temporaryFolder();
    mkdirSync(join(folder.path, 'welcome folder'));
    writeFileSync(join(folder.path, 'welcome text'), '');
  });
  afterAll(() => folder.remove());
  afterEach(leaveAll);

  it('rejects an unknown shell', async () => {
    const { code, stderr } = await impulse(['completion', 'csh']);

    expect(code).toBe(2);
    expect(stderr).toMatch(/^impulse: [^\n]*'csh'[^\n]*bash, zsh, fish[^\n]*\n$/);
  });

  describe('in bash', () => {
    beforeEach(() => {
      if (!has('bash')) pending('bash is not installed');
    });
    const offers = (...words: string[]) =>
      bashOffers(scripts.bash as string, ['impulse', ...words], folder.path);

    it('offers commands', () => {
      expect(offers('')).toEqual(COMMANDS);
      expect(offers('c')).toEqual(['check-config', 'call', 'completion']);
      expect(offers('help', 'ser')).toEqual(['serve']);
      expect(offers('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    });

    it('offers the flags of a command, also after others', () => {
      expect(offers('serve', '--')).toEqual([...FLAGS, '--help']);
      expect(offers('check-config', '--port', '2400', '--js')).toEqual(['--json']);
      expect(offers('call', '-')).toEqual(['--tls', '--from-ssh', '-h', '--help']);
      expect(offers('drain', '--c')).toEqual(['--control', '--cancel']);
      expect(offers('--v')).toEqual(['--version']);
    });

    it('offers the values of every setting that lists them, and nothing else', () => {
      for (const setting of CHOICES) {
        expect(offers('serve', flag(setting), '')).toEqual([...(setting.choices ?? [])]);
      }
      expect(offers('serve', '--log-format', '=', 'j')).toEqual(['json']);
      expect(offers('serve', '--log-format', '=')).toEqual(['text', 'json']);
      expect(offers('serve', '--port', '')).toEqual([]);
    });

    it('offers files and folders where one is expected', () => {
      expect(offers('serve', '--banner', 'wel').sort()).toEqual(['welcome folder', 'welcome text']);
      expect(offers('init', 'wel')).toEqual(['welcome folder']);
      expect(offers('call', 'wel')).toEqual([]);
    });

    it('completes when Tab is pressed', async () => {
      if (!has('tmux')) pending('tmux is not installed');
      const person = await inShell('bash', scripts.bash as string, folder.path);
      person.types('impulse ser\t--banner welcome\\ t\t');
      expect(await person.sees('impulse serve --banner welcome\\ text')).toBeDefined();
    });

    it('survives any description of a command', () => {
      const script = COMPLETIONS.bash?.(ODD) as string;
      expect(bashOffers(script, ['impulse', 'serve', '-'], folder.path)).toEqual(['--port']);
    });
  });

  describe('in fish', () => {
    beforeEach(() => {
      if (!has('fish')) pending('fish is not installed');
    });
    const offers = (line: string, script = scripts.fish as string) =>
      fishOffers(script, line, folder.path).map((offer) => offer.split('\t'));
    const offered = (line: string) => offers(line).map(([word]) => word);

    it('offers commands with their descriptions', () => {
      expect(offered('impulse ').sort()).toEqual([...COMMANDS].sort());
      expect(offers('impulse check')).toEqual([
        ['check-config', 'print every setting and where its value comes from'],
      ]);
      expect(offered('impulse help ser')).toEqual(['serve']);
    });

    it('offers the flags of a command with their descriptions', () => {
      expect(offered('impulse serve --').sort()).toEqual([...FLAGS, '--help'].sort());
      expect(offers('impulse serve --port 1 --log-f')[0]).toEqual([
        '--log-format',
        'Format of the log: text for people, json for machines; one of text, json [text]',
      ]);
    });

    it('offers values, files and folders', () => {
      for (const setting of CHOICES) {
        expect(offered(`impulse serve ${flag(setting)} `).sort()).toEqual(
          [...(setting.choices ?? [])].sort(),
        );
      }
      expect(offered('impulse serve --port ')).toEqual([]);
      expect(offered('impulse serve --banner wel').sort()).toEqual(['welcome folder/', 'welcome text']);
      expect(offered('impulse init wel')).toEqual(['welcome folder/']);
      expect(offered('impulse call wel')).toEqual([]);
    });

    it('shows any description of a command unchanged', () => {
      expect(offers('impulse ', COMPLETIONS.fish?.(ODD))).toEqual([
        ['serve', 'it\'s "odd": [a] $(b) `c` \\'],
      ]);
    });
  });

  describe('in zsh', () => {
    beforeEach(() => {
      if (!has('zsh') || !has('tmux')) pending('zsh or tmux is not installed');
    });

    it('completes commands, flags, values and files', async () => {
      const person = await inShell('zsh', scripts.zsh as string, folder.path);
      person.types('impulse ser\t--log-f\tjs\t');
      expect(await person.sees('impulse serve --log-format=json')).toBeDefined();
      person.types('--banner welcome\\ t\t');
      expect(await person.sees('--banner welcome\\ text')).toBeDefined();
      person.types('--gate e\t');
      expect(await person.sees('--gate esc')).toBeDefined();
      person.types('\x15impulse help che\t');
      expect(await person.sees('impulse help check-config')).toBeDefined();
      person.types('\x15impulse completion fi\t');
      expect(await person.sees('impulse completion fish')).toBeDefined();
    });

    it('describes each command and flag', async () => {
      const person = await inShell('zsh', scripts.zsh as string, folder.path);
      person.types('impulse c\t');
      expect(
        await person.sees('check-config  -- print every setting and where its value comes from'),
      ).toBeDefined();
      person.types('\x15impulse serve --p\t');
      expect(await person.sees('[2323]')).toBeDefined();
    });

    it('shows any description of a command unchanged', async () => {
      const person = await inShell('zsh', COMPLETIONS.zsh?.(ODD) as string, folder.path);
      person.types('impulse \t\t');
      person.types('--\t');
      expect(await person.sees('impulse serve --port')).toBeDefined();
    });
  });
});
