// A chat: each caller reads what the others type. Try it: npx tsx examples/chat.ts, and twice: telnet 127.0.0.1 2323
import { type App, alsoSubscribe, createImpulse } from 'impulse-bbs';
import { filter, ignoreElements, map, merge, tap } from 'rxjs';

interface Said {
  readonly from: string;
  readonly text: string;
}

const chat: App = (session, { bus }) => {
  const from = session.user?.handle ?? '';
  const heard$ = bus.channel$('chat').pipe(
    map((message) => message as Said),
    filter((said) => said.from !== from),
    tap((said) => session.notify(`${said.from}: ${said.text}`)),
  );
  const company$ = bus
    .presence$('chat')
    .pipe(tap(({ type, visitor }) => session.notify(`* ${visitor.handle} ${type}`)));
  const said$ = session.line$.pipe(tap((text) => bus.publish('chat', { from, text } satisfies Said)));
  const here$ = bus.enter('chat', { callId: session.callId, handle: from });
  return said$.pipe(ignoreElements(), alsoSubscribe(merge(heard$, company$, here$)));
};

const impulse = createImpulse({ app: chat, port: Number(process.env.PORT ?? 2323) });
const { port } = await impulse.start();
console.log(`telnet 127.0.0.1 ${port}`);
