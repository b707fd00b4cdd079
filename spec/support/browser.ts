import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { type Browser, launch, type Page } from 'puppeteer-core';
import { PATIENCE_MS } from './caller.js';

/** Debian's browser, if it is installed. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

/** Starts the browser. */
export const openBrowser = (): Promise<Browser> =>
  launch({
    executablePath: CHROMIUM as string,
    // Chromium's own sandbox needs a user who isn't root; containers have little shared memory.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
    // The certificates of specs sign themselves.
    acceptInsecureCerts: true,
    protocolTimeout: 2 * PATIENCE_MS,
  });

/** For functions that run in the page. The types of Node have no page, and the rest of the tree needs none. */
declare const document: {
  querySelector(selector: string): { readonly textContent: string | null } | null;
  querySelectorAll(selector: string): Iterable<{ readonly textContent: string | null }>;
};

/** The rows that the terminal shows. */
const ROWS = '.xterm-rows > div';

/** A browser's window with the board's page. */
export interface Window {
  readonly page: Page;
  /** What the browser complained about. */
  readonly complaints: readonly string[];
  /** Resolves when the terminal shows the words, with all rows that it shows. */
  sees(words: string | RegExp): Promise<string>;
  /** Resolves when the status line has these words. */
  isTold(words: string): Promise<void>;
  types(text: string): Promise<void>;
}

/** Watches a page, also while another one is in front. */
export function windowOf(page: Page): Window {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return {
    page,
    complaints,
    async sees(words) {
      const pattern = typeof words === 'string' ? words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : words.source;
      try {
        const seen = await page.waitForFunction(
          (source, flags, rowsOf) => {
            const text = [...document.querySelectorAll(rowsOf)]
              .map((row) => (row.textContent ?? '').replaceAll('\u00a0', ' ').trimEnd())
              .join('\n')
              .trimEnd();
            return new RegExp(source, flags).test(text) ? { text } : false;
          },
          { timeout: PATIENCE_MS, polling: 50 },
          pattern,
          typeof words === 'string' ? '' : words.flags,
          ROWS,
        );
        return ((await seen.jsonValue()) as { text: string }).text;
      } catch (cause) {
        const rows = await page.$$eval(ROWS, (all) => all.map((row) => row.textContent).join('\n'));
        throw new Error(`not seen in time: ${words}, but\n${rows.trimEnd()}`, { cause });
      }
    },
    async isTold(words) {
      await page.waitForFunction(
        (expected) => document.querySelector('#status')?.textContent?.includes(expected),
        { timeout: PATIENCE_MS, polling: 50 },
        words,
      );
    },
    types: (text) => page.keyboard.type(text),
  };
}

/** A network between a browser and a board, which can be cut. */
export interface Network {
  readonly port: number;
  /** Cuts all connections. */
  cut(): void;
  /** Passes nothing more over the connections that are open, and tells neither end. */
  swallow(): void;
  /** Cuts all connections, and each new one. */
  fail(): void;
  /** Lets new connections through again. */
  recover(): void;
  close(): void;
}

/** Opens a port that leads to another one. */
export async function networkTo(port: number): Promise<Network> {
  const open = new Set<Socket>();
  let hasFailed = false;
  const server = createServer((near) => {
    if (hasFailed) {
      near.destroy();
      return;
    }
    const far = connectTcp(port, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    swallow() {
      for (const socket of open) socket.unpipe().pause();
    },
    fail() {
      hasFailed = true;
      cut();
    },
    recover() {
      hasFailed = false;
    },
    close() {
      cut();
      server.close();
    },
  };
}
