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

/** Checks manifests against the types of the Kubernetes API. Returns the compiler's errors. */
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
  it('matches the types of the Kubernetes API, and a typing error would not', () => {
    const slip = structuredClone(deployment);
    Object.assign(slip.spec?.template.spec?.containers[0]?.readinessProbe ?? {}, { periodSecond: 5 });

    expect(complaints([...manifests, slip])).toEqual([
      jasmine.stringContaining('\'"periodSecond"\' does not exist'),
    ]);
  });

  it('sets known settings to allowed values', () => {
    expect(slips(settings.data ?? {})).toEqual([]);
    expect(container?.envFrom?.[0]?.configMapRef?.name).toBe(settings.metadata?.name as string);
  });

  it('excludes the variables that the cluster sets for a Service named impulse (IMPULSE_PORT=tcp://…)', () => {
    expect(service.metadata?.name).toBe('impulse');
    expect(pod?.enableServiceLinks).toBeFalse();
  });

  it('gives the board time for its grace, after the time before SIGTERM', () => {
    const before = Number(container?.lifecycle?.preStop?.exec?.command?.[1]);
    const needed = before + seconds(settings.data?.IMPULSE_SHUTDOWN_GRACE) + AFTERWARDS_S;
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(needed);
  });

  it('probes the ports of the image', () => {
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
