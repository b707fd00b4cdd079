import { entry, escaped, filled } from '../../../bin/command-line/roff.js';

describe('escaped', () => {
  it('escapes dashes and backslashes, so that they are printed as they are', () => {
    expect(escaped('--port \\n')).toBe('\\-\\-port \\en');
  });
});

describe('filled', () => {
  it('breaks a paragraph between words, into lines of less than 80', () => {
    const text = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');
    const lines = filled(text);

    expect(lines.length).toBeGreaterThan(5);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
    expect(Math.min(...lines.slice(0, -1).map((line) => line.length))).toBeGreaterThan(70);
    expect(lines.join(' ')).toBe(text);
  });

  it('starts no line with a roff command', () => {
    expect(filled('.env')).toEqual(['\\&.env']);
    expect(filled("'tis")).toEqual(["\\&'tis"]);
    expect(filled(`${'x'.repeat(79)} .so /etc/passwd`)).toEqual(['x'.repeat(79), '\\&.so /etc/passwd']);
  });
});

describe('entry', () => {
  it('returns a term in bold, and a paragraph', () => {
    expect(entry('--port', 'Where.')).toEqual(['.TP', '\\fB\\-\\-port\\fR', 'Where.']);
  });
});
