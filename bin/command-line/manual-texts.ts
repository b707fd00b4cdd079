import { entry } from './roff.js';

/** Formats a section: a heading, and terms with their explanations. */
const section = (title: string, entries: Record<string, string>): string[] => [
  `.SH ${title}`,
  ...Object.entries(entries).flatMap(([term, text]) => entry(term, text)),
];

/** The environment variables. */
export const ENVIRONMENT: readonly string[] = section('ENVIRONMENT', {
  'IMPULSE_*':
    'Settings, under the names that OPTIONS gives. Flags win over the environment, and that over the file .env.',
  NO_COLOR: 'If it is not empty, nothing is coloured.',
  FORCE_COLOR:
    'If it is not empty, what people read is coloured without a terminal too; with 0 or false, never.',
  'LISTEN_FDS, LISTEN_PID':
    'A service manager hands over the socket to listen on; --host and --port are not used then.',
  NOTIFY_SOCKET:
    'Where the service manager is told that the board listens, or goes down. This needs the program systemd-notify.',
});

/** The sections between the environment and the examples. */
export const FILES_TO_EXIT_STATUS: readonly string[] = [
  ...section('FILES', {
    '.env':
      'Settings, as variables of the environment, in the working directory; impulse init writes one in which all are explained.',
    'banner.txt': 'What callers read first, if --banner names it; impulse init writes one.',
    '$RUNTIME_DIRECTORY/control.sock, $XDG_RUNTIME_DIR/impulse/PORT.sock, ~/.impulse/PORT.sock':
      'The control socket, with --control auto: the first whose directory there is.',
  }),
  ...section('SIGNALS', {
    'SIGTERM, SIGINT, SIGQUIT':
      'The board goes down with grace: nobody new gets in, callers are told, and whoever is still there after --shutdown-grace is sent home. A second SIGINT cuts everybody off; a second SIGTERM changes nothing.',
    SIGHUP:
      'The configuration is read again, without dropping anybody. If the board was started at a terminal that is closed now, it goes down as at SIGTERM.',
    'SIGUSR1, SIGUSR2, SIGALRM': 'Nothing changes; the log has a line.',
  }),
  ...section('EXIT STATUS', {
    '0': 'Done. Of serve: drained, also when some callers had to be cut off.',
    '1': 'Failed. Of serve: the board could not listen, or outlasted its shutdown.',
    '2': 'Wrong usage.',
    '78': 'Bad configuration.',
    '130': 'Cut short by SIGINT.',
  }),
];

/** The last section. */
export const CLOSING: readonly string[] = [
  '.SH SEE ALSO',
  '.BR telnet (1),',
  '.BR systemd\\-notify (1),',
  '.BR sd_listen_fds (3),',
  '.BR systemd.socket (5)',
];
