// A game behind a menu. Try it: npx tsx examples/guess-the-number.ts, and in another terminal: telnet 127.0.0.1 2323
import { type App, createImpulse, menu, quit } from 'impulse-bbs';
import { concat, defer, map, of, takeWhile } from 'rxjs';

const game: App = (session) =>
  defer(() => {
    const secret = Math.ceil(Math.random() * 100);
    const answers$ = session.line$.pipe(
      map((line, tries) => {
        const guess = Number(line);
        if (guess === secret) return { won: true, text: `Yes! You needed ${tries + 1}.\n` };
        return {
          won: false,
          text: guess < secret ? 'More.\n' : guess > secret ? 'Less.\n' : 'A number, please.\n',
        };
      }),
      takeWhile(({ won }) => !won, true),
      map(({ text }) => text),
    );
    return concat(of('I think of a number from 1 to 100.\n'), answers$);
  });

const rules: App = () => of('Guess; I tell you whether it is more or less.\n');

const impulse = createImpulse({
  app: menu({ p: game, r: rules, q: quit }, '\n(P)lay, (R)ules or (Q)uit? '),
  port: Number(process.env.PORT ?? 2323),
});
const { port } = await impulse.start();
console.log(`telnet 127.0.0.1 ${port}`);
