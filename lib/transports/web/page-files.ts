import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { escapeControls } from '../../../streams/terminal/escape-controls.js';

/** A file that is served from memory. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
  /** The validator of this version (RFC 9110, section 8.8.3). */
  readonly etag: string;
  /** Whether its path changes with it, so that a browser needn't ask again. */
  readonly isImmutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

const FOLDER = join(import.meta.dirname, 'page');

/** The files of other packages. */
const PACKAGED: Readonly<Record<string, string>> = {
  'xterm.mjs': '@xterm/xterm/lib/xterm.mjs',
  'addon-fit.mjs': '@xterm/addon-fit/lib/addon-fit.mjs',
  'xterm.css': '@xterm/xterm/css/xterm.css',
};

/**
 * Reads the page and its files. Returns them by path. All but the page itself are in a folder that is named after
 * their content.
 *
 * @param name The name of the board, for the title.
 * @param telnet The address for telnet clients, for browsers without JavaScript.
 */
export function pageFiles(name: string, telnet: string | undefined): ReadonlyMap<string, PageFile> {
  const ours = readdirSync(FOLDER).filter((file) => /\.(?:js|css|svg)$/.test(file));
  const { resolve } = createRequire(import.meta.url);
  const files = [
    ...ours.map((file) => [file, join(FOLDER, file)] as const),
    ...Object.entries(PACKAGED).map(([file, path]) => [file, resolve(path)] as const),
  ];
  const bodies = files.map(([file, path]) => [file, shipped(readFileSync(path))] as const);
  const folder = hashOf(Buffer.concat(bodies.map(([, body]) => body)));
  const html = readFileSync(join(FOLDER, 'index.html'), 'utf8')
    .replaceAll('{{folder}}', folder)
    .replaceAll('{{name}}', () => escapeHtml(name))
    .replaceAll('{{telnet}}', () => (telnet === undefined ? '' : escapeHtml(`, or call ${telnet}`)));
  return new Map([
    ['/', pageFile('index.html', Buffer.from(html), false)],
    ...bodies.map(([file, body]) => [`/${folder}/${file}`, pageFile(file, body, true)] as const),
  ]);
}

function pageFile(name: string, body: Buffer, isImmutable: boolean): PageFile {
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  return { type, body, gzipped: gzipSync(body, { level: 9 }), etag: `"${hashOf(body)}"`, isImmutable };
}

/** Leaves out the reference to a source map, which isn't served. */
const shipped = (body: Buffer): Buffer =>
  Buffer.from(body.toString().replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n'));

const hashOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex').slice(0, 16);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string =>
  escapeControls(text).replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? '');
