import { entry } from './roff.js';

/** Formats a section: a heading, and terms with their explanations. */
const section = (title: string, entries: Record<string, string>): string[] => [
  `.SH ${title}`,
  ...Object.entries(entries).flatMap(([term, text]) => entry(term, text)),
];

/** The environment variables. */
export const ENVIRONMENT: readonly string[] = section('ENVIRONMENT', {
  'IMPULSE_*':
    'Settings, under the names listed in OPTIONS. Flags override the environment, which overrides the file .env.',
  NO_COLOR: 'If not empty, output is never coloured.',
  FORCE_COLOR: 'If not empty, output for people is coloured even without a terminal; with 0 or false, never.',
  'LISTEN_FDS, LISTEN_PID':
    'Set by a service manager that passes the socket to listen on. --host and --port are then ignored.',
  NOTIFY_SOCKET:
    'The socket for notifying the service manager when the board listens and when it shuts down. Needs the program systemd-notify.',
});

/** The sections between the environment and the examples. */
export const FILES_TO_EXIT_STATUS: readonly string[] = [
  ...section('FILES', {
    '.env':
      'Settings in the working directory, as environment variables. impulse init writes one with every setting explained.',
    'banner.txt': 'The first text that callers see, if --banner names it. impulse init writes one.',
    '$RUNTIME_DIRECTORY/control.sock, $XDG_RUNTIME_DIR/impulse/PORT.sock, ~/.impulse/PORT.sock':
      'The control socket with --control auto: the first one whose directory exists.',
  }),
  ...section('SIGNALS', {
    'SIGTERM, SIGINT, SIGQUIT':
      'The board shuts down: it refuses new callers, warns those on line, and ends the remaining sessions after --shutdown-grace. A second SIGINT ends all sessions at once; a second SIGTERM changes nothing.',
    SIGHUP:
      'The board rereads the configuration, and drops no caller. If it was started at a terminal that is now closed, it shuts down as at SIGTERM.',
    'SIGUSR1, SIGUSR2, SIGALRM': 'Ignored, with a line in the log.',
  }),
  ...section('EXIT STATUS', {
    '0': 'Success. For serve: the board shut down, even if some sessions had to be ended.',
    '1': 'Failure. For serve: the board could not listen, failed, or did not shut down in time.',
    '2': 'Wrong usage.',
    '78': 'Bad configuration.',
    '130': 'Interrupted by SIGINT.',
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
