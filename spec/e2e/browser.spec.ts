import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext } from 'puppeteer-core';
import { concat, defaultIfEmpty, first, firstValueFrom, map, merge, NEVER, of, tap } from 'rxjs';
import { lobby } from '../../lib/apps/lobby/lobby.js';
import { createImpulse, type Impulse, type ImpulseOptions } from '../../lib/create-impulse.js';
import { telnet } from '../../lib/transports/telnet/telnet.js';
import { type WebOptions, web } from '../../lib/transports/web/web.js';
import { isRefused } from '../../streams/admission/refused.js';
import type { App } from '../../streams/types/app.js';
import type { Connection } from '../../streams/types/connection.js';
import { CHROMIUM, type Network, networkTo, openBrowser, type Window, windowOf } from '../support/browser.js';
import { logIn } from '../support/caller.js';
import { selfSigned } from '../support/certificate.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** All files of the page, compressed. */
const MAX_PAGE_BYTES = 400 * 1024;

/** Shows each key, and the size of the window. */
const keyboard: App = (session) =>
  merge(
    session.key$.pipe(map((key) => `[${key}]`)),
    session.terminal$.pipe(map(({ columns, rows }) => `<${columns}x${rows}>`)),
  );

describe('the web page, in a browser', () => {
  /** Started for the first spec. */
  let browser: Browser | undefined;
  let context: BrowserContext | undefined;
  let board: Impulse | undefined;
  let network: Network | undefined;
  let windows: Window[];
  let connections: Connection[];
  /** What the browser may complain about: a connection that was cut. */
  let isCut: boolean;

  afterAll(() => browser?.close());
  beforeEach(async () => {
    if (CHROMIUM === undefined) pending('chromium is not installed (Debian: chromium)');
    browser ??= await openBrowser();
    context = await browser.createBrowserContext();
    windows = [];
    connections = [];
    isCut = false;
  });
  afterEach(async () => {
    const complaints = windows.flatMap((window) => window.complaints);
    if (!isCut) expect(complaints).toEqual([]);
    await context?.close();
    await board?.shutdown('done', { force: true });
    network?.close();
    board = network = undefined;
  });

  async function open(options: Partial<ImpulseOptions> = {}, webOptions: WebOptions = {}) {
    const page$ = web({ port: 0, name: 'The <Board>', ...webOptions }).pipe(
      map((listening) => ({
        ...listening,
        connection$: listening.connection$.pipe(
          tap((attempt) => {
            if (!isRefused(attempt)) connections.push(attempt);
          }),
        ),
      })),
    );
    board = createImpulse({
      app: lobby(),
      penalties: false,
      maxPerAddress: null,
      connectionRatePerAddress: null,
      listeners: [page$, telnet({ port: 0 })],
      ...options,
    });
    await board.start();
    const [webPort, telnetPort] = board.addresses.map(({ port }) => port) as [number, number];
    return { board, webPort, telnetPort };
  }
  async function look(
    port: number,
    prepare?: (window: Window) => Promise<unknown>,
    scheme = 'http',
  ): Promise<Window> {
    const window = windowOf(await (context as BrowserContext).newPage());
    windows.push(window);
    await prepare?.(window);
    await window.page.goto(`${scheme}://127.0.0.1:${port}/`);
    return window;
  }
  async function logInAs(handle: string, port: number): Promise<Window> {
    const window = await look(port);
    await window.sees('Handle:');
    await window.types(`${handle}\r`);
    await window.sees(`Welcome, ${handle}!`);
    return window;
  }
  const ids = () => [...(board?.sessions.keys() ?? [])];

  it('talks to a caller on telnet', async () => {
    const { webPort, telnetPort } = await open();
    const ann = await logInAs('ann', webPort);
    expect(await ann.page.title()).toBe('The <Board>');
    const bob = await logIn(telnetPort, 'bob');
    await ann.types('grüße aus dem browser\r');
    await bob.hears(/ann.*aus dem browser/);
    bob.says('hello from telnet\r\n');
    await ann.sees('hello from telnet');
    await ann.types('/quit\r');
    await ann.isTold('The call has ended');
    await ann.page.click('#again');
    await ann.sees(/Handle:\s*$/);
    bob.hangUp();
  });

  it('goes on after a reload: the same session, screen and half-typed line', async () => {
    const { webPort, telnetPort } = await open();
    const ann = await logInAs('ann', webPort);
    const bob = await logIn(telnetPort, 'bob');
    await ann.sees('bob');
    await ann.types('a half-typed lin');
    const before = await ann.sees('a half-typed lin');
    const session = ids();
    await ann.page.reload();
    await ann.isTold('Connected');
    const after = await ann.sees('a half-typed lin');
    expect(after.trim()).toBe(before.trim());
    await ann.types('e\r');
    await bob.hears('a half-typed line');
    expect(ids()).toEqual(session);
    bob.hangUp();
  });

  it("does not send the terminal's answers to output that is only shown again", async () => {
    const { webPort } = await open({
      authenticate: () => of({ handle: 'ann' }),
      // Asks where the cursor is, once.
      app: (session) => concat(of('\x1b[6n'), session.byte$.pipe(map((bytes) => `(${[...bytes]})`))),
    });
    const ann = await look(webPort);
    await ann.sees('(27,91,');
    await ann.page.reload();
    await ann.sees('(27,91,');
    await ann.types('x');
    expect(await ann.sees('(120)')).toMatch(/^\(27,91,[\d,]+\)\(120\)$/);
  });

  it('goes on after a break of the network, and loses nothing', async () => {
    const { webPort, telnetPort } = await open();
    network = await networkTo(webPort);
    const ann = await logInAs('ann', network.port);
    const bob = await logIn(telnetPort, 'bob');
    await ann.sees('bob');
    const session = ids();
    isCut = true;
    network.cut();
    bob.says('in the break\r\n');
    await ann.sees('in the break');
    await ann.isTold('Connected');
    await ann.types('back\r');
    await bob.hears('back');
    network.swallow();
    bob.says('into the old network\r\n');
    // The browser has found another one.
    await ann.page.evaluate('dispatchEvent(new Event("online"))');
    await ann.sees('into the old network');
    expect(ids()).toEqual(session);
    bob.hangUp();
  });

  it('gives up after a while, and goes on with the session when the caller asks for it', async () => {
    const { webPort } = await open();
    network = await networkTo(webPort);
    const ann = await look(network.port, ({ page }) =>
      // Its minutes are seconds.
      page.evaluateOnNewDocument(
        'const later = setTimeout; globalThis.setTimeout = (act, ms) => later(act, ms / 100);',
      ),
    );
    await ann.sees('Handle:');
    await ann.types('ann\r');
    await ann.sees('Welcome, ann!');
    const session = ids();
    isCut = true;
    network.fail();
    await ann.isTold('can’t be reached');
    network.recover();
    await ann.page.click('#again');
    await ann.isTold('Connected');
    await ann.types('/time\r');
    await ann.sees('/time');
    expect(ids()).toEqual(session);
  });

  it('hands the session over to a copy of the window, and says so', async () => {
    const { webPort } = await open();
    const ann = await logInAs('ann', webPort);
    const session = ids();
    const opened = new Promise<Window>((resolve) => {
      ann.page.once('popup', (page) => page && resolve(windowOf(page)));
    });
    // A window that is opened by a page gets a copy of its session storage.
    await ann.page.evaluate('void window.open(location.href)');
    const copy = await opened;
    windows.push(copy);
    await copy.sees('Welcome, ann!');
    await ann.isTold('goes on in another window');
    await copy.types('/time\r');
    await copy.sees('/time');
    expect(ids()).toEqual(session);
  });

  it('begins a new session if the last one is over, and says so', async () => {
    const { webPort, board } = await open();
    const ann = await logInAs('ann', webPort);
    await ann.page.goto('about:blank');
    for (const id of ids()) board.kick(id);
    await ann.page.goto(`http://127.0.0.1:${webPort}/`);
    await ann.isTold('Your last session is over');
    await ann.sees(/^Handle:/m);
  });

  it('tells why a caller is refused, and does not call again by itself', async () => {
    const { webPort } = await open({ maxSessions: 1, waitingRoom: 0 });
    const ann = await logInAs('ann', webPort);
    const bob = await look(webPort, ({ page }) => page.setViewport({ width: 360, height: 420 }));
    await bob.sees('busy');
    await bob.isTold('busy');
    // The words leave room for the terminal.
    expect(await bob.page.$eval('#screen', (screen) => screen.clientHeight)).toBeGreaterThan(250);
    expect(await bob.page.$eval('#again', (button) => button.hidden)).toBeFalse();
    await ann.page.bringToFront();
    await ann.types('/quit\r');
    await ann.isTold('The call has ended');
    expect(ids()).toEqual([]);
    await bob.page.bringToFront();
    await bob.page.keyboard.press('Enter');
    await bob.sees('Handle:');
  });

  it('tells the board the size of the window', async () => {
    const { webPort } = await open({ app: keyboard });
    const ann = await look(webPort);
    await ann.sees('Handle:');
    await ann.types('ann\r');
    await ann.sees(/<\d+x\d+>/);
    await ann.page.setViewport({ width: 700, height: 300 });
    expect(await ann.sees(/><\d+x1\d>/)).toMatch(/<\d+x[23]\d><7\dx1\d>/);
  });

  it('copies what is selected, and pastes several lines as if they were typed', async () => {
    const { webPort, telnetPort } = await open();
    await context?.overridePermissions(`http://127.0.0.1:${webPort}`, [
      'clipboard-read',
      'clipboard-write',
      'clipboard-sanitized-write',
    ]);
    const ann = await logInAs('ann', webPort);
    const bob = await logIn(telnetPort, 'bob');
    await ann.sees('bob');
    // A double click selects a word.
    const row = await ann.page.$('.xterm-rows > div:first-child');
    const { x = 0, y = 0 } = (await row?.boundingBox()) ?? {};
    await ann.page.mouse.click(x + 20, y + 8, { count: 2 });
    const control = async (key: 'c' | 'v') => {
      await ann.page.keyboard.down('Control');
      await ann.page.keyboard.press(key, key === 'v' ? { commands: ['Paste'] } : {});
      await ann.page.keyboard.up('Control');
    };
    await control('c');
    expect(await ann.page.evaluate('navigator.clipboard.readText()')).toMatch(/^Handle/);
    await ann.page.evaluate(`navigator.clipboard.writeText('first pasted line\\nsecond pasted line\\n')`);
    await control('v');
    await bob.hears(/first pasted line[\s\S]*second pasted line/);
    bob.hangUp();
  });

  it('asks before it follows a link, and follows none but those of the web', async () => {
    const link = (uri: string, words: string) => `\x1b]8;;${uri}\x1b\\${words}\x1b]8;;\x1b\\\n`;
    const { webPort } = await open({
      authenticate: () => of({ handle: 'ann' }),
      app: () =>
        concat(
          of(link('javascript:alert(1)', 'a script')),
          of(link('https://bbs.example.org/x', 'a link of the web')),
          NEVER,
        ),
    });
    const ann = await look(webPort);
    await ann.sees('a link of the web');
    const questions: string[] = [];
    ann.page.on('dialog', (dialog) => {
      questions.push(`${dialog.type()} ${dialog.message()}`);
      void dialog.dismiss();
    });
    const click = async (row: number) => {
      const box = await (await ann.page.$(`.xterm-rows > div:nth-child(${row})`))?.boundingBox();
      const [x, y] = [(box?.x ?? 0) + 25, (box?.y ?? 0) + 8];
      await ann.page.mouse.move(x - 5, y);
      await ann.page.mouse.move(x, y);
      await ann.page.mouse.click(x, y);
    };
    await click(1);
    await click(2);
    expect(questions).toHaveSize(1);
    expect(questions[0]).toMatch(/^confirm .*https:\/\/bbs\.example\.org\/x/s);
  });

  it('has a row of keys on a phone', async () => {
    const { webPort } = await open({ app: keyboard });
    const ann = await look(webPort, ({ page }) =>
      page.emulate({
        viewport: { width: 390, height: 700, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
        userAgent: 'a phone',
      }),
    );
    await ann.sees('Handle:');
    await ann.types('ann\r');
    await ann.sees(/<4\dx\d+>/);
    const press = (key: string) => ann.page.tap(`[data-key="${key}"]`);
    await press('up');
    await ann.sees('[up]');
    await press('left');
    await ann.sees('[left]');
    await press('tab');
    await ann.sees('[tab]');
    await press('enter');
    await ann.sees('[enter]');
    await press('ctrl');
    await ann.types('a');
    await ann.sees('[ctrl-a]');
    await ann.types('b');
    await ann.sees('[b]');
    await press('escape');
    await ann.sees('[escape]');
    const onDesktop = await look(webPort);
    expect(await onDesktop.page.$eval('#keys', (keys) => keys.checkVisibility())).toBeFalse();
  });

  it('stays alive under 50 MB of output, with a bounded backlog on the board', async () => {
    const { webPort } = await open();
    const ann = await logInAs('ann', webPort);
    const [connection] = connections as [Connection];
    const block = `${'\x1b[32m50 MB of \x1b[1moutput\x1b[0m '.repeat(3)}\n`.repeat(200);
    let maxBacklog = 0;
    let answers = 0;
    let isSending = true;
    const alive = (async () => {
      for (; isSending; answers += 1) await ann.page.evaluate('document.title');
    })();
    for (let sent = 0; sent < 50_000_000; sent += block.length) {
      connection.write(block);
      maxBacklog = Math.max(maxBacklog, connection.backlog);
      if (connection.backlog > 0) await firstValueFrom(connection.drained$.pipe(defaultIfEmpty(undefined)));
      else await new Promise((resolve) => setImmediate(resolve));
    }
    connection.write('the end of it\n');
    await ann.sees('the end of it');
    isSending = false;
    await alive;
    expect(answers).toBeGreaterThan(10);
    expect(maxBacklog).toBeLessThan(100_000);
    await ann.types('/time\r');
    await ann.sees('/time');
  });

  it('has no serious fault that axe-core finds, also with the mode for screen readers', async () => {
    const { webPort } = await open();
    const ann = await logInAs('ann', webPort);
    // Not by a script element, which the page's policy forbids.
    await ann.page.evaluate(AXE);
    const faults = () =>
      ann.page.evaluate(async () => {
        const { violations } = await (
          globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; impact: string }[] }> };
          }
        ).axe.run();
        return violations.filter(({ impact }) => /serious|critical/.test(impact)).map(({ id }) => id);
      });
    expect(await faults()).toEqual([]);
    await ann.page.click('#reader');
    expect(await ann.page.$eval('#reader', (button) => button.getAttribute('aria-pressed'))).toBe('true');
    await ann.page.waitForSelector('.xterm-accessibility');
    expect(await faults()).toEqual([]);
    await ann.page.reload();
    await ann.page.waitForSelector('.xterm-accessibility');
  });

  it('tells the board about the screen reader, also in the next session', async () => {
    const { webPort } = await open();
    const ann = await logInAs('ann', webPort);
    const hears = async (connection: Connection | undefined, on: boolean) =>
      firstValueFrom(
        (connection as Connection).terminal$.pipe(first(({ screenReader }) => screenReader === on)),
      );
    await ann.page.click('#reader');
    await hears(connections[0], true);
    await ann.types('/quit\r');
    await ann.isTold('The call has ended');
    await ann.page.click('#again');
    await ann.isTold('Connected');
    expect((await hears(connections[1], true)).colours).toBeFalse();
    await ann.page.click('#reader');
    expect((await hears(connections[1], false)).colours).toBeTrue();
  });

  it('calls by TLS from a page that came by HTTPS', async () => {
    const { webPort } = await open({}, { certificate$: of(selfSigned()) });
    const ann = await look(webPort, undefined, 'https');
    await ann.sees('Handle:');
    await ann.types('ann\r');
    await ann.sees('Welcome, ann!');
  });

  it('tells a browser without JavaScript how to call by telnet', async () => {
    const { webPort } = await open({}, { telnet: 'telnet bbs.example.org 2323' });
    const ann = await look(webPort, ({ page }) => page.setJavaScriptEnabled(false));
    expect(await ann.page.$eval('noscript', ({ textContent }) => textContent)).toContain(
      'call telnet bbs.example.org 2323',
    );
  });

  it(`has files of less than ${MAX_PAGE_BYTES / 1024} KiB, compressed`, async () => {
    const { webPort } = await open();
    const sizes: Promise<number>[] = [];
    const ann = await look(webPort, async ({ page }) => {
      page.on('response', (response) => {
        sizes.push(response.buffer().then((body) => gzipSync(body).length));
      });
    });
    await ann.sees('Handle:');
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(sizes.length).toBeGreaterThanOrEqual(8);
    expect(total).toBeLessThan(MAX_PAGE_BYTES);
  });
});
