// The server puts the package's file beside page.js.
export * from '@xterm/addon-fit';
