import { Subscriber } from 'rxjs';

/** A subscriber that throws synchronously, unlike RxJS's own, until it is mended. */
export class Failing extends Subscriber<unknown> {
  mended = false;
  readonly heard: unknown[] = [];

  override next(value: unknown): void {
    if (!this.mended) throw new Error('in a subscriber');
    this.heard.push(value);
  }
  override error(error: unknown): void {
    this.heard.push(`# ${(error as Error).message}`);
    this.unsubscribe();
  }
  override complete(): void {
    if (!this.mended) throw new Error('in a subscriber');
    this.heard.push('|');
  }
}
