import './strict-styles.js';
import { FitAddon } from './addon-fit.mjs';
import { Call } from './call.js';
import { Terminal } from './xterm.mjs';

/** Fonts that have the letters, lines and blocks of CP437 in one width. */
const FONTS = [
  '"Cascadia Mono"',
  'Menlo',
  '"DejaVu Sans Mono"',
  'Consolas',
  '"Noto Sans Mono"',
  '"Liberation Mono"',
  'monospace',
].join(', ');

const DARK = {
  background: '#101418',
  foreground: '#d8dee4',
  cursor: '#d8dee4',
  cursorAccent: '#101418',
  selectionBackground: '#3a4c63',
};
const LIGHT = {
  background: '#fbfbf8',
  foreground: '#1c2024',
  cursor: '#1c2024',
  cursorAccent: '#fbfbf8',
  selectionBackground: '#b6d3f2',
};

/** How long the window's size has to stay before the board is told. */
const SETTLE_MS = 100;

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const screen = byId('screen');
const status = byId('status');
const again = byId('again');
const reader = byId('reader');
const keys = byId('keys');

const isLight = matchMedia('(prefers-color-scheme: light)');
const isNarrow = matchMedia('(max-width: 600px)');

const terminal = new Terminal({
  fontFamily: FONTS,
  fontSize: isNarrow.matches ? 13 : 16,
  theme: isLight.matches ? LIGHT : DARK,
  // Boards choose their colours for black.
  minimumContrastRatio: 4.5,
  scrollback: 2000,
  cursorBlink: false,
  // What is pasted is typed, as on any line.
  ignoreBracketedPasteMode: true,
  screenReaderMode: setting('screenReader') === 'on',
});
const fit = new FitAddon();
terminal.loadAddon(fit);
terminal.open(screen);
fit.fit();

/** @type {import('./call.js').State} */
let state = 'connecting';

const call = new Call({
  show: (bytes, shown) => terminal.write(bytes, shown),
  // In its turn behind the output that isn't drawn yet (RIS).
  clear: () => terminal.write('\x1bc'),
  changed(now, words) {
    state = now;
    status.textContent = words;
    again.hidden = now !== 'over';
    document.body.dataset.state = now;
    if (now === 'open' && terminal.options.screenReaderMode) call.hasScreenReader(true);
  },
  size: () => ({ columns: terminal.cols, rows: terminal.rows }),
});

terminal.onData((typed) => {
  if (state === 'over' && typed === '\r') call.again();
  else call.type(withCtrl(typed));
});
terminal.onBinary((typed) => call.type(Uint8Array.from(typed, (char) => char.charCodeAt(0))));

again.addEventListener('click', () => {
  call.again();
  terminal.focus();
});

// The window.

let settling = 0;
terminal.onResize(() => {
  clearTimeout(settling);
  settling = setTimeout(() => call.resized(), SETTLE_MS);
});
new ResizeObserver(() => fit.fit()).observe(screen);
// A phone's keyboard may cover the page instead of making it smaller.
visualViewport?.addEventListener('resize', () => {
  document.body.style.height = `${visualViewport?.height}px`;
  scrollTo(0, 0);
});
isNarrow.addEventListener('change', () => {
  terminal.options.fontSize = isNarrow.matches ? 13 : 16;
  fit.fit();
});
isLight.addEventListener('change', () => {
  terminal.options.theme = isLight.matches ? LIGHT : DARK;
});

// Copy and paste: as everywhere, unless there is nothing to copy.

terminal.attachCustomKeyEventHandler((event) => {
  const { ctrlKey, altKey, metaKey, type } = event;
  const key = event.key.toLowerCase();
  if (!ctrlKey || altKey || metaKey) return true;
  // The browser pastes, and xterm.js hears of it.
  if (key === 'v') return false;
  if (key !== 'c' || !terminal.hasSelection()) return true;
  if (type === 'keydown') {
    document.execCommand('copy');
    terminal.clearSelection();
    event.preventDefault();
  }
  return false;
});

// The row of keys.

let isCtrl = false;
const setCtrl = (/** @type {boolean} */ on) => {
  isCtrl = on;
  keys.querySelector('[data-key="ctrl"]')?.setAttribute('aria-pressed', `${on}`);
};
/** Applies Ctrl to the next key, if it was pressed in the row. */
function withCtrl(/** @type {string} */ typed) {
  if (!isCtrl) return typed;
  setCtrl(false);
  return /^[a-z@[\\\]^_]$/i.test(typed) ? String.fromCharCode(typed.toUpperCase().charCodeAt(0) & 31) : typed;
}
const arrow = (/** @type {string} */ letter) =>
  terminal.modes.applicationCursorKeysMode ? `\x1bO${letter}` : `\x1b[${letter}`;

/** @type {Readonly<Record<string, () => void>>} */
const PRESSED = {
  escape: () => terminal.input('\x1b'),
  tab: () => terminal.input('\t'),
  enter: () => terminal.input('\r'),
  up: () => terminal.input(arrow('A')),
  down: () => terminal.input(arrow('B')),
  right: () => terminal.input(arrow('C')),
  left: () => terminal.input(arrow('D')),
  ctrl: () => setCtrl(!isCtrl),
  paste: async () => terminal.paste(await navigator.clipboard.readText()),
};
// Keeps the focus, and with it the keyboard, where they are.
keys.addEventListener('pointerdown', (event) => event.preventDefault());
keys.addEventListener('click', ({ target }) => {
  const key = target instanceof HTMLElement ? target.dataset.key : undefined;
  if (key !== undefined) PRESSED[key]?.();
});
// Only a page from https or this machine may read the clipboard.
const paste = keys.querySelector('[data-key="paste"]');
if (paste instanceof HTMLElement) paste.hidden = !navigator.clipboard?.readText;

// The screen reader's mode.

const showReader = () => reader.setAttribute('aria-pressed', `${terminal.options.screenReaderMode}`);
reader.addEventListener('click', () => {
  const on = !terminal.options.screenReaderMode;
  terminal.options.screenReaderMode = on;
  keepSetting('screenReader', on ? 'on' : 'off');
  showReader();
  call.hasScreenReader(on);
  terminal.focus();
});
showReader();

/** @param {string} name */
function setting(name) {
  try {
    return localStorage.getItem(`impulse.${name}`);
  } catch {
    // The browser keeps nothing for this page.
    return null;
  }
}
function keepSetting(/** @type {string} */ name, /** @type {string} */ value) {
  try {
    localStorage.setItem(`impulse.${name}`, value);
  } catch {}
}

terminal.focus();
call.connect();
