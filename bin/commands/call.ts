import { ADDRESS_ALLOWED, addressOf } from '../../lib/config/address.js';
import { callOut } from '../../lib/telnet/call-out.js';
import { withExamples } from '../examples.js';
import type { AddCommand } from '../program.js';

/** `impulse call` */
export const callCommand: AddCommand = (program, { signal$, exitWith }) => {
  const command = program
    .command('call')
    .description('call a board, and talk to it; a telnet client for machines that have none')
    .argument('[host[:port]]', 'whom to call [127.0.0.1:2323]; the port is 23 if only a host is given')
    .action(async (where: string | undefined) => {
      const address = addressOf(where);
      if (!address) return program.error(`'${where}' is nowhere to call: use ${ADDRESS_ALLOWED}`);
      const { stdin: input, stdout: output, stderr } = process;
      const tell = (text: string) => void stderr.write(text);
      const type = process.env.TERM ?? 'unknown';
      exitWith(await callOut({ ...address, input, output, tell, signal$, type }));
    });
  withExamples(command, {
    'impulse call': "calls this machine's board; Ctrl-] hangs up",
    'impulse call bbs.example.org:2323': 'calls another one',
  });
};
