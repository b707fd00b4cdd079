import { type Column, table } from '../../../lib/text/table.js';

interface Fruit {
  readonly name: string;
  readonly count: number;
}

const COLUMNS: readonly Column<Fruit>[] = [
  { title: 'Name', of: ({ name }) => name },
  { title: 'Count', align: 'right', of: ({ count }) => `${count}` },
];

describe('table', () => {
  it('aligns the columns below their titles, also with wide letters', () => {
    const fruits = [
      { name: 'apple', count: 5 },
      { name: '林檎', count: 1000 },
    ];
    expect(table(COLUMNS, fruits)).toEqual([
      'Name   Count', //
      'apple      5',
      '林檎    1000',
    ]);
  });

  it('has no blanks at the end of a line', () => {
    expect(table([...COLUMNS].reverse(), [{ name: '', count: 1 }])).toEqual(['Count  Name', '    1']);
  });

  it('is the titles alone without rows, and empty lines without columns', () => {
    expect(table(COLUMNS, [])).toEqual(['Name  Count']);
    expect(table([], [{ name: 'apple', count: 1 }])).toEqual(['', '']);
  });
});
