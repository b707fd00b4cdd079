import { Observable } from 'rxjs';

/**
 * Makes what does at most so many things at once; the others wait in line. Emits what each came to. Whoever is
 * unsubscribed leaves the line; what has begun goes on, and keeps its place until it is done.
 */
export function turns(most: number): <T>(work: () => Promise<T>) => Observable<T> {
  let busy = 0;
  const line = new Set<() => void>();
  const next = () => {
    const [begin] = line;
    if (!begin || busy === most) return;
    line.delete(begin);
    begin();
  };
  return <T>(work: () => Promise<T>) =>
    new Observable<T>((subscriber) => {
      const begin = async () => {
        busy += 1;
        try {
          subscriber.next(await work());
          subscriber.complete();
        } catch (error) {
          subscriber.error(error);
        }
        busy -= 1;
        next();
      };
      line.add(begin);
      next();
      return () => line.delete(begin);
    });
}
