import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS } from '../../lib/config/settings.js';
import { temporaryFolder } from '../support/cheap-accounts.js';
import { AFTERWARDS_S, assignments, DEPLOY, deployed, seconds, slips, yamlIn } from '../support/deploy.js';
import { HAPROXY } from '../support/haproxy.js';

const dockerfile = deployed('Dockerfile');
const image = assignments(dockerfile);
/** The last of an instruction, its broken lines put together. */
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
  it('runs a program, not a shell, and not as root', () => {
    for (const name of ['ENTRYPOINT', 'CMD']) {
      expect(JSON.parse(instruction(name))).toEqual(jasmine.arrayContaining([jasmine.any(String)]));
    }
    expect(instruction('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('sets what can be set, and exposes the ports that it sets', () => {
    expect(slips(image)).toEqual([]);
    expect(instruction('EXPOSE').split(' ')).toEqual([
      image.IMPULSE_PORT,
      image.IMPULSE_METRICS_PORT,
    ] as string[]);
    expect(image.IMPULSE_PORT).toBe(SETTINGS.port.default);
  });

  it('has a health check that needs nothing but Node, and is well written', () => {
    const [, ...command] = JSON.parse(/CMD (\[.*\])/.exec(instruction('HEALTHCHECK'))?.[1] ?? '[]');
    expect(command[1]).toContain(`http://127.0.0.1:${image.IMPULSE_METRICS_PORT}/healthz`);
    // Nothing listens on port 1, so it fails; were it badly written, it would say so.
    const { status, stderr } = spawnSync(
      process.execPath,
      command.map((word: string) => word.replace(image.IMPULSE_METRICS_PORT as string, '1')),
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([1, '']);
  });

  it('copies what there is', () => {
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
  it('sets what can be set', () => {
    expect(slips(board.environment)).toEqual([]);
  });

  it('lets HAProxy, and nobody else, say who calls', () => {
    expect(board.environment.IMPULSE_PROXY_FROM).toBe(haproxy.networks.inside?.ipv4_address as string);
    expect(board.ports).toBeUndefined();
  });

  it('gives the board the time that its grace takes, and HAProxy as much', () => {
    const grace = seconds(board.environment.IMPULSE_SHUTDOWN_GRACE);
    expect(seconds(board.stop_grace_period)).toBeGreaterThanOrEqual(grace + AFTERWARDS_S);
    expect(seconds(haproxy.stop_grace_period)).toBeGreaterThanOrEqual(seconds(board.stop_grace_period));
  });
});

describe("HAProxy's configuration", () => {
  const config = deployed('haproxy.cfg');

  it('is what HAProxy takes, without a warning', () => {
    if (!HAPROXY) pending('haproxy is not installed');
    const folder = temporaryFolder();
    const file = join(folder.path, 'haproxy.cfg');
    writeFileSync(file, config.replace('server board board:', 'server board 127.0.0.1:'));
    const { status, stdout, stderr } = spawnSync(HAPROXY as string, ['-c', '-f', file], { encoding: 'utf8' });
    folder.remove();

    expect(status).toBe(0);
    expect(`${stdout}${stderr}`).not.toMatch(/warning|alert/i);
  });

  it('calls the board by its name and ports, and tells it who calls', () => {
    expect(config).toMatch(new RegExp(`server board board:${image.IMPULSE_PORT} send-proxy-v2 `));
    expect(config).toContain(`check port ${image.IMPULSE_METRICS_PORT} `);
    const [, bound] = /bind :(\d+)/.exec(config) ?? [];
    expect(haproxy.ports?.map((port) => port.split(':').at(-1))).toEqual([bound]);
  });

  it('is more patient with callers than the board is', () => {
    const [, client] = /timeout client (\S+)/.exec(config) ?? [];
    expect(seconds(client)).toBeGreaterThan(seconds(SETTINGS.idleTimeoutMs.default));
  });
});
