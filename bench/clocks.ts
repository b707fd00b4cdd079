/**
 * Measures how punctual the built board's deadlines are, over real sockets: prints when each came, and when
 * it was due.
 *
 *     npm run build && npm run clocks
 */
import { once } from 'node:events';
import { interval, map, merge, of } from 'rxjs';
import { createImpulse } from '../lib/index.js';
import { type Caller, call, logIn } from '../spec/support/caller.js';
import { OPEN_DOOR, startBoard } from '../spec/support/cli.js';

const NOP = Uint8Array.of(255, 241);

function say(what: string, tookMs: number, dueMs: number, more = ''): void {
  console.log(
    `${what.padEnd(58)} ${(tookMs / 1000).toFixed(2)} s, due ${(dueMs / 1000).toFixed(1)} s ${more}`,
  );
}

/** How long the caller is on line from now, doing this every so often. */
async function timeLeft(caller: Caller, everyMs: number, act: () => void): Promise<number> {
  const from = performance.now();
  const doing = setInterval(act, everyMs);
  await caller.gone;
  clearInterval(doing);
  return performance.now() - from;
}

const idle = await startBoard(['--idle-timeout', '2s', '--login-timeout', '3s', ...OPEN_DOOR]);
say('idle, silent', await timeLeft(await logIn(idle.port, 'ann'), 1000, () => {}), 2000);
const nopper = await logIn(idle.port, 'bob');
say('idle, sending telnet NOPs', await timeLeft(nopper, 200, () => nopper.says(NOP)), 2000);
const slowLogin = await call(idle.port);
say('login, a byte a second', await timeLeft(slowLogin, 1000, () => slowLogin.says('x')), 3000);
idle.child.kill('SIGTERM');
await idle.end;

const chatty = createImpulse({
  port: 0,
  idleTimeoutMs: 2000,
  app: () => merge(of('hi\n'), interval(200).pipe(map((tick) => `${tick}\n`))),
});
const { port } = await chatty.start();
const spokenTo = await call(port);
spokenTo.says('ann\r\n');
await spokenTo.hears('hi');
say('idle, written to every 200 ms', await timeLeft(spokenTo, 1000, () => {}), 2000);
await chatty.shutdown();

const GOODBYE = 'The board is going down. Goodbye!';
const full = await startBoard(['--shutdown-grace', '3s', ...OPEN_DOOR]);
const fifty = await Promise.all(
  Array.from({ length: 50 }, (_, index) => logIn(full.port, `caller ${index}`)),
);
for (const deaf of fifty.slice(40)) deaf.socket.pause();
let from = performance.now();
full.child.kill('SIGTERM');
const heard = Promise.all(fifty.slice(0, 40).map((caller) => caller.gone));
const { code } = await full.end;
const told = (await heard).filter((text) => text.includes(GOODBYE)).length;
say(
  'SIGTERM, 50 callers; 10 of them do not read',
  performance.now() - from,
  3000,
  `exit ${code}, ${told} of 40 goodbyes`,
);

const leaving = await startBoard(['--shutdown-grace', '60s', ...OPEN_DOOR]);
const leavers = await Promise.all(
  Array.from({ length: 50 }, (_, index) => logIn(leaving.port, `caller ${index}`)),
);
leaving.child.kill('SIGTERM');
await Promise.all(leavers.map((caller) => caller.hears('The board goes down')));
for (const caller of leavers) caller.says('/quit\r\n');
await Promise.all(leavers.map((caller) => caller.gone));
from = performance.now();
const early = await leaving.end;
say('SIGTERM, from the last caller leaving to the exit', performance.now() - from, 0, `exit ${early.code}`);

const forced = await startBoard(['--shutdown-grace', '60s', ...OPEN_DOOR]);
await Promise.all(Array.from({ length: 50 }, (_, index) => logIn(forced.port, `caller ${index}`)));
forced.child.kill('SIGINT');
await forced.logs('serverDraining');
from = performance.now();
forced.child.kill('SIGINT');
await once(forced.child, 'exit');
say('SIGINT a second time, 50 callers', performance.now() - from, 0, `exit ${(await forced.end).code}`);
