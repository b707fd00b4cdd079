import { Subscriber } from 'rxjs';
import { NO_SUBSCRIBERS, openSubscribers, withSubscriber } from '../../../streams/rx/open-subscribers.js';

describe('openSubscribers', () => {
  it('leaves out closed ones, and returns the same array if there are none', () => {
    const [ann, bob] = [new Subscriber<string>(), new Subscriber<string>()];
    const both = [ann, bob];
    expect(openSubscribers(both)).toBe(both);
    ann.unsubscribe();
    expect(openSubscribers(both)).toEqual([bob]);
  });
});

describe('withSubscriber', () => {
  it('adds one to the open ones, in a new array', () => {
    const [ann, bob, carl] = [new Subscriber<string>(), new Subscriber<string>(), new Subscriber<string>()];
    const one = withSubscriber(NO_SUBSCRIBERS, ann);
    const two = withSubscriber(one, bob);
    expect([one, two]).toEqual([[ann], [ann, bob]]);
    ann.unsubscribe();
    expect(withSubscriber(two, carl)).toEqual([bob, carl]);
  });
});
