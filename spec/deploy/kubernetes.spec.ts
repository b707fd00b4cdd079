import { join } from 'node:path';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { ConfigMap, Service } from 'kubernetes-types/core/v1.js';
import ts from 'typescript';
import { AFTERWARDS_S, assignments, deployed, seconds, slips, yamlIn } from '../support/deploy.js';

const manifests = yamlIn('kubernetes.yaml') as [ConfigMap, Deployment, Service];
const [settings, deployment, service] = manifests;
const pod = deployment.spec?.template.spec;
const [container] = pod?.containers ?? [];
const image = assignments(deployed('Dockerfile'));

/** What the compiler has to say of manifests, by the types of the Kubernetes API: names that it doesn't have, for one. */
function complaints(objects: readonly { kind?: string; apiVersion?: string }[]): string[] {
  const lines = objects.map(({ kind, apiVersion }, index) => {
    const module = apiVersion?.includes('/') ? apiVersion : `core/${apiVersion}`;
    return `export const _${index}: import('kubernetes-types/${module}.js').${kind} = ${JSON.stringify(objects[index])};`;
  });
  const name = join(import.meta.dirname, 'manifests.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === name || fileExists(path);
  host.getSourceFile = (path, version, ...rest) =>
    path === name
      ? ts.createSourceFile(path, lines.join('\n'), version)
      : getSourceFile(path, version, ...rest);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([name], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('the Kubernetes manifest', () => {
  it('is what the API takes, and a slip would be seen', () => {
    const slip = structuredClone(deployment);
    Object.assign(slip.spec?.template.spec?.containers[0]?.readinessProbe ?? {}, { periodSecond: 5 });

    expect(complaints([...manifests, slip])).toEqual([
      jasmine.stringContaining('\'"periodSecond"\' does not exist'),
    ]);
  });

  it('sets what can be set', () => {
    expect(slips(settings.data ?? {})).toEqual([]);
    expect(container?.envFrom?.[0]?.configMapRef?.name).toBe(settings.metadata?.name as string);
  });

  it('keeps out what the cluster sets for a Service that is called as the board is: IMPULSE_PORT=tcp://…', () => {
    expect(service.metadata?.name).toBe('impulse');
    expect(pod?.enableServiceLinks).toBeFalse();
  });

  it('gives the board the time that its grace takes, after the time before SIGTERM', () => {
    const before = Number(container?.lifecycle?.preStop?.exec?.command?.[1]);
    const needed = before + seconds(settings.data?.IMPULSE_SHUTDOWN_GRACE) + AFTERWARDS_S;
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(needed);
  });

  it('probes the ports that the image has', () => {
    const ports = Object.fromEntries(
      (container?.ports ?? []).map(({ name, containerPort }) => [name, containerPort]),
    );
    expect(ports).toEqual({
      telnet: Number(image.IMPULSE_PORT),
      metrics: Number(image.IMPULSE_METRICS_PORT),
    });
    expect(container?.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'metrics' });
    expect(container?.livenessProbe?.httpGet).toEqual({ path: '/healthz', port: 'metrics' });
    expect(service.spec?.ports?.map(({ targetPort }) => targetPort)).toEqual(['telnet']);
    expect(deployment.spec?.template.metadata?.labels).toEqual(service.spec?.selector);
  });

  it('runs nothing as root', () => {
    expect(pod?.securityContext?.runAsNonRoot).toBe(true);
    expect(container?.securityContext?.allowPrivilegeEscalation).toBe(false);
    expect(container?.securityContext?.readOnlyRootFilesystem).toBe(true);
  });
});
