import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../support/cheap-accounts.js';
import { cleanEnv } from '../support/cli.js';
import { has } from '../support/shells.js';

const ROOT = resolve(import.meta.dirname, '../..');
/** Installing depends on the registry. */
const INSTALL_PATIENCE_MS = 180_000;

const APP = `import { type App } from 'impulse-bbs';
import { catchTeardownError } from 'impulse-bbs/streams';
import { map, takeWhile } from 'rxjs';

export const parrot: App = (session) =>
  session.line$.pipe(
    catchTeardownError(),
    takeWhile((line) => line !== 'bye'),
    map((line) => (session.terminal.colours ? \`\\x1b[1m\${line}\\x1b[0m\\n\` : \`\${line}\\n\`)),
  );
`;
const SPEC = `import { test } from 'node:test';
import { createSessionManager } from 'impulse-bbs';
import { asLetters, expectScreen, fakeConnection, fakeServices, fakeSession, inVirtualTime } from 'impulse-bbs/testing';
import { parrot } from './parrot.js';

test('says what was said, until bye', () => {
  inVirtualTime((m) => {
    const session = fakeSession(m, { line$: '-a 10m b', lines: { a: 'hello', b: 'bye' }, terminal: { type: null } });
    m.expectObservable(parrot(session, fakeServices(m))).toBe('-a 10m |', { a: 'hello\\n' });
  });
});

test('is seen', async () => {
  const output = inVirtualTime((m) => {
    const session = fakeSession(m, { line$: '-a', lines: { a: 'hello' } });
    parrot(session, fakeServices(m)).subscribe((text) => session.write(text));
    m.flush();
    return session.output;
  });
  await expectScreen(output, ['hello']);
});

test('runs on a board', () => {
  inVirtualTime((m) => {
    const { run } = createSessionManager({ app: parrot, scheduler: m.scheduler });
    const ann = fakeConnection(m.cold('-a-b', { a: 'ann\\r', b: 'bye\\r' }));
    m.expectObservable(run(m.hot('a', { a: ann })).pipe(asLetters()), '^---------!').toBe('oa-(ec)');
  });
});
`;

/** The packages and folders that may be loaded with an entry. A program's packages must not: commander, prom-client. */
const LOADED = {
  lib: 'ansi-regex get-east-asian-width iconv-lite leven lib rxjs streams string-width strip-ansi telnetlib unhomoglyph',
  streams: 'rxjs streams',
  'lib/testing':
    'ansi-regex get-east-asian-width iconv-lite leven lib rxjs streams string-width strip-ansi telnetlib unhomoglyph',
};

const dataUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
/** A hook of Node's loader that prints the address of each module. */
const PRINT_LOADED = `
  import { writeSync } from 'node:fs';
  export const load = (url, context, next) => {
    writeSync(1, url + '\\n');
    return next(url, context);
  };
`;
const REGISTER = `import { register } from 'node:module'; register('${dataUrl(PRINT_LOADED).replaceAll("'", '%27')}');`;

describe('the package', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeAll(() => {
    folder = temporaryFolder();
  });
  afterAll(() => folder.remove());

  const run = (program: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}) =>
    promisify(execFile)(program, args, { cwd, env: cleanEnv({ npm_config_loglevel: 'error', ...env }) });

  let packed: Promise<string> | undefined;
  const tarballOf = () => {
    packed ??= pack();
    return packed;
  };

  /** Packs the source, with a file of an older build in `dist`. Returns the path of the tarball. */
  const pack = async () => {
    const tree = join(folder.path, 'tree');
    mkdirSync(join(tree, 'dist/lib'), { recursive: true });
    writeFileSync(join(tree, 'dist/lib/of-yesterday.js'), '');
    const own = readdirSync(ROOT).filter(
      (name) => !/^(node_modules|dist|coverage|\.(?!env\.example$).*)$/.test(name),
    );
    for (const name of own) cpSync(join(ROOT, name), join(tree, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
    const { stdout } = await run(
      'npm',
      ['pack', '--silent', '--ignore-scripts=false', '--pack-destination', folder.path],
      tree,
    );
    return join(folder.path, stdout.trim());
  };

  it('has no side effects when imported', async () => {
    const look = `
      const names = process.eventNames().join();
      const { config } = await import('rxjs');
      for (const entry of ['lib', 'streams', 'lib/testing']) await import('${ROOT}/dist/' + entry + '/index.js');
      console.log(process.eventNames().join() === names, config.onUnhandledError);
    `;
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', look], ROOT);
    expect(stdout).toBe('true null\n');
    expect(stderr).toBe('');
  });

  for (const [entry, allowed] of Object.entries(LOADED)) {
    it(`loads no more than it needs: ${entry}`, async () => {
      const load = `await import('${ROOT}/dist/${entry}/index.js')`;
      const args = ['--import', dataUrl(REGISTER), '--input-type=module', '--eval', load];
      const { stdout } = await run(process.execPath, args, ROOT);
      const loaded = stdout
        .split('\n')
        .flatMap(
          (url) =>
            /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? /\/dist\/(\w+)\//.exec(url)?.[1] ?? [],
        );
      expect([...new Set(loaded)].toSorted()).toEqual(allowed.split(' ').toSorted());
      expect(stdout).not.toContain('/lib/operations/');
    });
  }

  it('has documents without a link to a file that is missing in it, and maps with their sources', async () => {
    const tree = join(folder.path, 'unpacked');
    mkdirSync(tree);
    await run('tar', ['-xzf', await tarballOf(), '-C', tree], folder.path);
    const files = readdirSync(tree, { recursive: true, encoding: 'utf8' });
    const lost = (from: string, targets: string[]) =>
      targets
        .filter((target) => !existsSync(join(tree, dirname(from), decodeURI(target))))
        .map((target) => `${from}: ${target}`);
    const links = files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) =>
        lost(
          file,
          [...readFileSync(join(tree, file), 'utf8').matchAll(/\]\((?!https?:|#)([^)\s#]+)/g)].map(
            ([, target = '']) => target,
          ),
        ),
      );
    expect(links).toEqual([]);

    const maps = files.filter((file) => /\.(js|d\.ts)\.map$/.test(file));
    expect(maps).toContain('package/dist/lib/index.js.map');
    expect(maps).toContain('package/dist/lib/index.d.ts.map');
    const sources = maps.flatMap((file) =>
      lost(file, JSON.parse(readFileSync(join(tree, file), 'utf8')).sources),
    );
    expect(sources).toEqual([]);
  });

  it(
    'contains all that an app and its marble spec need',
    async () => {
      const tarball = await tarballOf();
      const { stdout: listed } = await run('tar', ['-tzf', tarball], folder.path);
      const files = listed.trim().split('\n');
      for (const entry of ['lib/index', 'lib/testing/index', 'streams/index', 'bin/impulse'])
        expect(files).toContain(`package/dist/${entry}.js`);
      expect(
        files.filter((file) =>
          /of-yesterday|spec|docs\/api|\.tsbuildinfo|package\/(bench|node_modules)/.test(file),
        ),
      ).toEqual([]);

      const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
      const home = join(folder.path, 'home');
      mkdirSync(home);
      const write = (name: string, text: string) => writeFileSync(join(home, name), text);
      write('package.json', '{ "type": "module" }');
      write(
        'tsconfig.json',
        '{ "compilerOptions": { "module": "NodeNext", "target": "ES2023", "strict": true, "types": ["node"] } }',
      );
      write('parrot.ts', APP);
      write('parrot.spec.ts', SPEC);
      const tools = ['@xterm/headless', 'typescript', '@types/node'].map(
        (name) => `${name}@${devDependencies[name]}`,
      );
      const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
      await run('npm', [...install, tarball, ...tools], home);

      // skipLibCheck is off, so this checks the types of the package too.
      await run('npx', ['tsc'], home);
      const { stdout } = await run(
        process.execPath,
        ['--test', '--test-reporter=tap', 'parrot.spec.js'],
        home,
      );
      expect(stdout).toContain('# pass 3');
      expect(stdout).toContain('# fail 0');

      write('parrot.js', readFileSync(join(home, 'parrot.js'), 'utf8').replace("'bye'", "'goodbye'"));
      await expectAsync(run(process.execPath, ['--test', 'parrot.spec.js'], home)).toBeRejected();

      const { stdout: help } = await run('npx', ['impulse', '--help'], home);
      expect(help).toContain('Usage: impulse');
    },
    INSTALL_PATIENCE_MS,
  );

  it(
    'installs the program, its manual page and a valid systemd unit globally',
    async () => {
      const tarball = await tarballOf();
      const prefix = join(folder.path, 'prefix');
      const install = [
        'install',
        '--global',
        '--prefix',
        prefix,
        '--prefer-offline',
        '--no-audit',
        '--no-fund',
      ];
      await run('npm', [...install, '--ignore-scripts', tarball], folder.path);

      const program = join(prefix, 'bin/impulse');
      const { stdout: version } = await run(program, ['--version'], folder.path);
      expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
      const library = join(prefix, 'lib/node_modules/impulse-bbs/dist/lib');
      const look = `await import('${library}/testing/index.js').then(({ screenOf }) => screenOf('hello'))`;
      await expectAsync(
        run(process.execPath, ['--input-type=module', '--eval', look], folder.path),
      ).toBeRejectedWithError(
        /\nError: screenOf needs the package @xterm\/headless: npm install @xterm\/headless\n/,
      );
      const page = readFileSync(join(prefix, 'share/man/man1/impulse.1'), 'utf8');
      expect(page).toBe((await run(program, ['man'], folder.path)).stdout);

      if (!has('systemd-analyze') || !has('man')) return;
      const unit = join(folder.path, 'impulse.service');
      const deployed = readFileSync(
        join(prefix, 'lib/node_modules/impulse-bbs/deploy/impulse.service'),
        'utf8',
      );
      writeFileSync(unit, deployed.replace('/usr/local/bin/impulse', program));
      const env = { MANPATH: join(prefix, 'share/man') };
      expect(await run('systemd-analyze', ['verify', '--man=yes', unit], folder.path, env)).toEqual({
        stdout: '',
        stderr: '',
      });
    },
    INSTALL_PATIENCE_MS,
  );
});
