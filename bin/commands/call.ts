import { ADDRESS_ALLOWED, addressOf } from '../../lib/config/address.js';
import { callOut } from '../../lib/transports/telnet/call-out.js';
import { headerForSsh } from '../../lib/transports/telnet/ssh-caller.js';
import type { AddCommand } from '../command.js';
import { withExamples } from '../examples.js';

/** `impulse call` */
export const callCommand: AddCommand = (program, { signal$, exitWith }) => {
  const command = program
    .command('call')
    .description('call a board; a telnet client for machines that have none')
    .argument(
      '[host[:port]]',
      'the board to call [127.0.0.1:2323], telnet://HOST:PORT or telnets://HOST:PORT',
    )
    .argument('[port]', 'the port, as a separate argument; 23 if only a host is given, or 992 over TLS')
    .option('--tls', "call over TLS, and check the board's certificate")
    .option(
      '--from-ssh',
      "for OpenSSH's ForceCommand: tell the board the address in SSH_CONNECTION (PROXY header)",
    )
    .action(
      async (
        host: string | undefined,
        port: string | undefined,
        { tls = false, fromSsh = false }: { tls?: boolean; fromSsh?: boolean },
      ) => {
        const address = addressOf(host, port, tls);
        if (!address) {
          if (host === undefined) return program.error('--tls needs a HOST to call');
          const where = port === undefined ? host : `${host} ${port}`;
          return program.error(`'${where}' is not an address: use ${ADDRESS_ALLOWED}`);
        }
        const proxyHeader = fromSsh ? headerForSsh(process.env.SSH_CONNECTION ?? '') : undefined;
        if (fromSsh && proxyHeader === undefined)
          return program.error('--from-ssh needs SSH_CONNECTION, which sshd sets: CLIENT PORT SERVER PORT');
        if (fromSsh && address.isSecure) return program.error('--from-ssh calls without TLS');
        const { stdin: input, stdout: output, stderr } = process;
        const tell = (text: string) => void stderr.write(text);
        const type = process.env.TERM ?? 'unknown';
        exitWith(await callOut({ ...address, input, output, tell, signal$, type, proxyHeader }));
      },
    );
  withExamples(command, {
    'impulse call': "calls this machine's board; Ctrl-] hangs up",
    'impulse call bbs.example.org:2323': 'calls another board',
    'impulse call telnet://bbs.example.org:2323/': 'calls it by its URL',
    'impulse call --from-ssh 127.0.0.1:2323': "calls on behalf of an SSH caller, as sshd's ForceCommand",
    'impulse call telnets://bbs.example.org:9923/': 'calls it over TLS',
  });
};
