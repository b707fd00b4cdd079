import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS } from '../../lib/config/settings.js';
import { temporaryFolder } from '../support/cheap-accounts.js';
import { AFTERWARDS_S, assignments, DEPLOY, deployed, seconds, slips, yamlIn } from '../support/deploy.js';
import { HAPROXY } from '../support/haproxy.js';

const dockerfile = deployed('Dockerfile');
const image = assignments(dockerfile);
/** Returns the last occurrence of an instruction, with continued lines joined. */
const instruction = (name: string) =>
  [...dockerfile.replaceAll('\\\n', ' ').matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].at(-1)?.[1] ?? '';

interface Service {
  readonly environment: Record<string, string>;
  readonly stop_grace_period: string;
  readonly networks: { readonly inside: { readonly ipv4_address: string } | null };
  readonly ports?: string[];
}
const [compose] = yamlIn('compose.yaml') as [{ services: { board: Service; haproxy: Service } }];
const { board, haproxy } = compose.services;

describe('the Dockerfile', () => {
  it('runs a program without a shell, and not as root', () => {
    for (const name of ['ENTRYPOINT', 'CMD']) {
      expect(JSON.parse(instruction(name))).toEqual(jasmine.arrayContaining([jasmine.any(String)]));
    }
    expect(instruction('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('sets known settings to allowed values, and exposes its ports', () => {
    expect(slips(image)).toEqual([]);
    expect(instruction('EXPOSE').split(' ')).toEqual([
      image.IMPULSE_PORT,
      image.IMPULSE_METRICS_PORT,
    ] as string[]);
    expect(image.IMPULSE_PORT).toBe(SETTINGS.port.default);
  });

  it('has a valid health check that needs only Node', () => {
    const [, ...command] = JSON.parse(/CMD (\[.*\])/.exec(instruction('HEALTHCHECK'))?.[1] ?? '[]');
    expect(command[1]).toContain(`http://127.0.0.1:${image.IMPULSE_METRICS_PORT}/healthz`);
    // Nothing listens on port 1, so the check fails; a faulty one would print an error.
    const { status, stderr } = spawnSync(
      process.execPath,
      command.map((word: string) => word.replace(image.IMPULSE_METRICS_PORT as string, '1')),
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([1, '']);
  });

  it('copies only files that exist', () => {
    const kept = deployed('Dockerfile.dockerignore').matchAll(/^!(.+)$/gm);
    for (const [, name = ''] of kept)
      expect(existsSync(join(DEPLOY, '..', name)))
        .withContext(name)
        .toBe(true);
    const { bin } = JSON.parse(readFileSync(join(DEPLOY, '../package.json'), 'utf8'));
    expect(JSON.parse(instruction('ENTRYPOINT')).at(-1)).toBe(`/opt/impulse/${bin.impulse}`);
  });
});

describe('the Compose file', () => {
  it('sets known settings to allowed values', () => {
    expect(slips(board.environment)).toEqual([]);
  });

  it('accepts PROXY headers from HAProxy only', () => {
    expect(board.environment.IMPULSE_PROXY_FROM).toBe(haproxy.networks.inside?.ipv4_address as string);
    expect(board.ports).toBeUndefined();
  });

  it('gives the board time for its grace, and HAProxy as much', () => {
    const grace = seconds(board.environment.IMPULSE_SHUTDOWN_GRACE);
    expect(seconds(board.stop_grace_period)).toBeGreaterThanOrEqual(grace + AFTERWARDS_S);
    expect(seconds(haproxy.stop_grace_period)).toBeGreaterThanOrEqual(seconds(board.stop_grace_period));
  });
});

describe("HAProxy's configuration", () => {
  const config = deployed('haproxy.cfg');

  it('is accepted by HAProxy without a warning', () => {
    if (!HAPROXY) pending('haproxy is not installed');
    const folder = temporaryFolder();
    const file = join(folder.path, 'haproxy.cfg');
    writeFileSync(file, config.replace('server board board:', 'server board 127.0.0.1:'));
    const { status, stdout, stderr } = spawnSync(HAPROXY as string, ['-c', '-f', file], { encoding: 'utf8' });
    folder.remove();

    expect(status).toBe(0);
    expect(`${stdout}${stderr}`).not.toMatch(/warning|alert/i);
  });

  it("forwards to the board's name and port, with a PROXY header", () => {
    expect(config).toMatch(new RegExp(`server board board:${image.IMPULSE_PORT} send-proxy-v2 `));
    expect(config).toContain(`check port ${image.IMPULSE_METRICS_PORT} `);
    const [, bound] = /bind :(\d+)/.exec(config) ?? [];
    expect(haproxy.ports?.map((port) => port.split(':').at(-1))).toEqual([bound]);
  });

  it('has a longer timeout than the board', () => {
    const [, client] = /timeout client (\S+)/.exec(config) ?? [];
    expect(seconds(client)).toBeGreaterThan(seconds(SETTINGS.idleTimeoutMs.default));
  });
});
