import { diagram } from '../../lib/testing/simulation/diagram.js';
import type { ServerEvent } from '../../streams/types/events.js';

const at = (ms: number, event: object) => ({ at: Date.UTC(2026, 0, 5) + ms, event: event as ServerEvent });

describe('diagram', () => {
  const events = [
    at(0, { type: 'sessionOpened', session: 1 }),
    at(5, { type: 'sessionWaiting', session: 12 }),
    at(5, { type: 'connectionRefused' }),
    at(900, { type: 'sessionClosing', session: 1 }),
    at(900, { type: 'sessionClosed', session: 1 }),
    at(900, { type: 'sessionOpened', session: 12 }),
  ];

  it('has a row for each session and for the door, and a column for each moment', () => {
    expect(diagram({ events })).toBe(
      'from 2026-01-05T00:00:00.000Z to 2026-01-05T00:00:00.900Z\n' +
        ' session 1  o---(ec)\n' +
        'session 12  --w-o---\n' +
        '      door  --r-----\n',
    );
  });

  it('shows the last moments if asked', () => {
    expect(diagram({ events }, 3)).toBe(
      'from 2026-01-05T00:00:00.900Z to 2026-01-05T00:00:00.900Z\n session 1  (ec)\nsession 12  o---\n',
    );
    expect(diagram({ events: [] })).toContain('from');
  });
});
