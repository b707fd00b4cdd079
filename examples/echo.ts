// Echoes each line. Try it: npx tsx examples/echo.ts, and in another terminal: telnet 127.0.0.1 2323
import { createImpulse } from 'impulse-bbs';
import { map } from 'rxjs';

const impulse = createImpulse({
  port: Number(process.env.PORT ?? 2323),
  app: (session) => session.line$.pipe(map((line) => `${line}\n`)),
});
const { port } = await impulse.start();
console.log(`telnet 127.0.0.1 ${port}`);
