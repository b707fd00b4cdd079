import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import type { Certificate } from '../../../../lib/config/certificate.js';
import { CERTIFICATE_CHECK_MS, certificateFiles } from '../../../../lib/transports/tls/certificate-files.js';
import { selfSigned } from '../../../support/certificate.js';

const [one, other, expired] = [selfSigned(), selfSigned(), selfSigned({ isExpired: true })];

describe('certificateFiles', () => {
  let folder: string;
  let files: { readonly cert: string; readonly key: string };
  let clock: VirtualTimeScheduler;
  let reread$: Subject<void>;
  let seen: Certificate[];
  let reported: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'impulse-certificates-'));
    files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    clock = new VirtualTimeScheduler();
    // The wall clock: certificates expire by it.
    clock.frame = Date.now();
    reread$ = new Subject();
    [seen, reported] = [[], []];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = ({ cert, key }: Certificate) => {
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key);
  };
  const start = () => {
    const read = certificateFiles({
      ...files,
      reread$,
      report: (problem) => reported.push(problem),
      scheduler: clock,
    }).subscribe((certificate) => seen.push(certificate));
    return read;
  };
  /** Lets the files be looked at this often. */
  const look = (times: number) => {
    clock.maxFrames = clock.frame + times * CERTIFICATE_CHECK_MS;
    clock.flush();
  };

  it('emits the pair at once, and each new one when it is looked at, or when asked', () => {
    write(one);
    const read = start();
    expect(seen).toEqual([one]);
    look(2);
    expect(seen).toEqual([one]);
    write(other);
    look(1);
    expect(seen).toEqual([one, other]);
    write(one);
    reread$.next();
    expect(seen).toEqual([one, other, one]);
    expect(reported).toEqual([]);
    read.unsubscribe();
    expect(reread$.observed).toBeFalse();
    expect(clock.actions.filter(({ closed }) => !closed)).toEqual([]);
  });

  it('keeps the former pair while the files do not fit, and reports it once they stay so', () => {
    write(one);
    start();
    writeFileSync(files.key, other.key);
    look(1);
    expect(reported).toEqual([]);
    look(3);
    const problem =
      "the certificate and its key can't be used: the key belongs to another certificate; the former certificate stays in use";
    expect(reported).toEqual([problem]);
    writeFileSync(files.cert, other.cert);
    look(1);
    expect(seen).toEqual([one, other]);
  });

  it('reports files that are gone or broken at once when asked, and uses them when they are there again', () => {
    write(one);
    start();
    rmSync(files.key);
    reread$.next();
    expect(reported).toEqual([
      `${files.key} can't be read: no such file or directory; the former certificate stays in use`,
    ]);
    write(other);
    reread$.next();
    expect(seen).toEqual([one, other]);
  });

  it('warns of a certificate that has expired, and of one that expires soon, once', () => {
    write(expired);
    start();
    look(3);
    expect(reported).toEqual([
      jasmine.stringMatching(/^the certificate expired on \d{4}-\d\d-\d\d: clients refuse it$/) as never,
    ]);
    const soon = selfSigned({ days: 5 });
    write(soon);
    look(3);
    expect(seen).toEqual([expired, soon]);
    expect(reported.slice(1)).toEqual([
      jasmine.stringMatching(/^the certificate expires on \d{4}-\d\d-\d\d$/) as never,
    ]);
  });

  it('errors at the start if a file is missing or the pair is wrong', () => {
    const errors: string[] = [];
    const failing = () =>
      certificateFiles({ ...files, scheduler: clock }).subscribe({
        error: ({ message }) => errors.push(message),
      });
    failing();
    write({ ...one, key: other.key });
    failing();
    expect(errors).toEqual([
      `${files.cert} can't be read: no such file or directory`,
      "the certificate and its key can't be used: the key belongs to another certificate",
    ]);
  });
});
