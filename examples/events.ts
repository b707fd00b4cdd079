// A table of the sessions on line, updated by events. Try it: npx tsx examples/events.ts, and: telnet 127.0.0.1 2323
import { createImpulse, lobby, type ServerEvent } from 'impulse-bbs';
import { scan } from 'rxjs';

interface Row {
  readonly address: string;
  readonly handle: string;
  readonly warnings: number;
}
type Table = ReadonlyMap<number, Row>;

function updated(table: Table, event: ServerEvent): Table {
  if (!('session' in event)) return table;
  const rows = new Map(table);
  const row = rows.get(event.session);
  if (event.type === 'sessionOpened')
    rows.set(event.session, { address: event.address, handle: '(logging in)', warnings: 0 });
  else if (event.type === 'sessionClosing') rows.delete(event.session);
  else if (row && event.type === 'sessionAuthenticated')
    rows.set(event.session, { ...row, handle: event.handle });
  else if (row && event.type === 'sessionWarned')
    rows.set(event.session, { ...row, warnings: row.warnings + 1 });
  return rows;
}

const impulse = createImpulse({ app: lobby(), port: Number(process.env.PORT ?? 2323) });
impulse.event$
  .pipe(scan(updated, new Map() as Table))
  .subscribe((table) => console.table([...table.values()]));
const { port } = await impulse.start();
console.log(`telnet 127.0.0.1 ${port}`);
