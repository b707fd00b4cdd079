import { openFilesProblem, openFilesWarning } from '../../../lib/operations/open-files-check.js';
import { SPARE_FILES } from '../../../lib/process/open-files.js';

describe('openFilesProblem', () => {
  const config = { maxSessions: 100, waitingRoom: 50 };

  it('returns null up to the last spare file', () => {
    expect(openFilesProblem(config, 150 + SPARE_FILES)).toBeNull();
    expect(openFilesProblem(config, 150 + SPARE_FILES - 1)).not.toBeNull();
  });

  it('returns null without a limit', () => {
    expect(openFilesProblem({ maxSessions: 1_000_000, waitingRoom: 1_000_000 }, null)).toBeNull();
  });

  it('names the problem, the allowed values and the remedy in one line', () => {
    expect(openFilesProblem({ maxSessions: 1000, waitingRoom: 0 }, 256)).toBe(
      'max-sessions 1000 needs 1096 open files, but the limit is 256: allowed is max-sessions up to 160; ' +
        'to raise the limit, run `ulimit -n 1096` before the start (above the hard limit as root)',
    );
  });

  it('counts the waiting room', () => {
    expect(openFilesProblem(config, 200)).toContain(
      'max-sessions 100 with waiting-room 50 needs 246 open files, but the limit is 200: ' +
        'allowed is max-sessions up to 54;',
    );
  });

  it('allows nothing if nothing fits', () => {
    expect(openFilesProblem({ maxSessions: 1, waitingRoom: 0 }, SPARE_FILES)).toContain(
      ': not even one session fits;',
    );
    expect(openFilesProblem({ maxSessions: 1, waitingRoom: 9 }, SPARE_FILES + 9)).toContain('not even one');
  });
});

describe('openFilesWarning', () => {
  const config = { maxSessions: 100, waitingRoom: 20, gate: 'off', proxyFrom: [] };

  it('names how many callers fit, what else needs files, and what to set, in one line', () => {
    expect(openFilesWarning(config, 250)).toBe(
      'the limit of 250 open files is enough for 154 callers, but up to 1244 may connect at once ' +
        '(max-sessions 100, waiting-room 20, goodbyes 1124); ' +
        'to raise the limit, run `ulimit -n 1340` before the start (above the hard limit as root)',
    );
  });

  it('returns null up to the last spare file', () => {
    expect(openFilesWarning(config, 1244 + SPARE_FILES)).toBeNull();
    expect(openFilesWarning(config, 1244 + SPARE_FILES - 1)).not.toBeNull();
  });

  it('returns null without a limit', () => {
    expect(openFilesWarning({ ...config, maxSessions: 1_000_000 }, null)).toBeNull();
  });

  it('counts callers at the gate, and connections without their PROXY header yet', () => {
    const all = { ...config, waitingRoom: 0, gate: 'esc', proxyFrom: ['192.0.2.1'] };
    expect(openFilesWarning({ ...all, proxyFrom: [] }, 1340)).toContain('gate 1024, goodbyes 1124');
    expect(openFilesWarning({ ...all, gate: 'off' }, 1340)).toContain('PROXY headers 1024, goodbyes 1124');
    expect(openFilesWarning(all, 1340)).toContain(
      'up to 3272 may connect at once (max-sessions 100, gate 1024, PROXY headers 1024, goodbyes 1124)',
    );
  });

  it('allows no callers with fewer files than the board itself needs', () => {
    expect(openFilesWarning(config, SPARE_FILES - 1)).toContain('enough for 0 callers,');
  });
});
