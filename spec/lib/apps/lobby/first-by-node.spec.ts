import fc from 'fast-check';
import { firstByNode } from '../../../../lib/apps/lobby/first-by-node.js';
import { holds } from '../../../support/holds.js';
import { someone } from '../../../support/lobby.js';

const onNodes = (nodes: readonly number[]) => nodes.map((node, id) => someone(id, null, { node }));

describe('firstByNode', () => {
  it('returns the sessions on the lowest nodes, in order', () => {
    const first = firstByNode(onNodes([5, 1, 4, 2, 3]), 3);
    expect(first.map(({ node }) => node)).toEqual([1, 2, 3]);
  });

  it('returns all sessions if there are fewer, and none for an empty board', () => {
    expect(firstByNode(onNodes([2, 1]), 3).map(({ node }) => node)).toEqual([1, 2]);
    expect(firstByNode([], 3)).toEqual([]);
  });

  it('returns the same as sorting', () => {
    holds(
      fc.property(fc.array(fc.nat(50)), fc.integer({ min: 1, max: 10 }), (nodes, most) => {
        const sorted = onNodes(nodes).sort((one, other) => one.node - other.node);
        throwUnless(firstByNode(onNodes(nodes), most)).toEqual(sorted.slice(0, most));
      }),
    );
  });
});
