import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { logIn } from '../support/caller.js';
import { type BoardProcess, ended, impulse, startBoard, stopAll } from '../support/cli.js';
import { works } from '../support/pty.js';

describe('impulse serve with metrics', () => {
  afterEach(stopAll);

  /** Returns the address of a board's metrics. */
  async function metricsOf(board: BoardProcess): Promise<string> {
    const { message } = await board.logs('metricsServed');
    return `http://127.0.0.1:${/port (\d+)/.exec(String(message))?.[1]}`;
  }

  it('serves metrics that promtool accepts, with the sessions counted', async () => {
    if (!works('command -v promtool')) return pending('not installed (Debian: prometheus)');
    const board = await startBoard(['--metrics-port', '0']);
    const at = await metricsOf(board);
    const ann = await logIn(board.port, 'ann');
    (await logIn(board.port, 'bob')).hangUp();
    await board.logs('sessionClosed');

    const text = await (await fetch(`${at}/metrics`)).text();

    expect(text).toContain('\nimpulse_sessions_active 1\n');
    expect(text).toContain('\nimpulse_connections_total{result="admitted"} 2\n');
    expect(text).toContain('\nimpulse_sessions_closed_total{reason="hangup"} 1\n');
    expect(text).toContain('\nimpulse_session_duration_seconds_count 1\n');
    const promtool = spawn('promtool', ['check', 'metrics']);
    promtool.stdin.end(text);
    expect(await ended(promtool)).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    ann.hangUp();
  });

  it('reports not ready during the shutdown, and closes the port with the board', async () => {
    const board = await startBoard(['--metrics-port', '0', '--shutdown-grace', 'off']);
    const at = await metricsOf(board);
    const ann = await logIn(board.port, 'ann');
    const codes = () =>
      Promise.all(['/healthz', '/readyz'].map(async (path) => (await fetch(`${at}${path}`)).status));
    expect(await codes()).toEqual([200, 200]);

    board.child.kill('SIGTERM');
    await board.logs('serverDraining');
    expect(await codes()).toEqual([200, 503]);

    ann.says('/quit\r\n');
    expect((await board.end).code).toBe(0);
    await expectAsync(codes()).toBeRejected();
  });

  it("doesn't start the board when the metrics port is taken, and admits no caller", async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };

    const { code, stderr } = await impulse(['serve', '--port', '0', '--metrics-port', `${port}`]);
    server.close();

    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(
        `^[^\\n]*127\\.0\\.0\\.1 port ${port} is in use by another program; choose another --metrics-port\\n$`,
      ),
    );
  });
});
