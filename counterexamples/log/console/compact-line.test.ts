import { describe, expect, it } from 'vitest';
import { type CompactLine, compactEntry, compactLinesIn, compactText, entryBody } from './compact-line.ts';

/** Returns the lines in a text, and how many are damaged. */
function found(text: string): { readonly lines: readonly CompactLine[]; readonly damaged: number } {
  const lines: CompactLine[] = [];
  const damaged = compactLinesIn(text, (line) => lines.push(line) > 0);
  return { lines, damaged };
}

const LINE = compactText(0x1f3, 'a ffff800000010000');
const READ = { number: 0x1f3, letter: 'a', words: ['ffff800000010000'] };

describe('a compact line', () => {
  it.each([
    LINE,
    `[    0.125] ${LINE}\r`,
    `\u001b[32m${LINE}\u001b[0m`,
    `fp fp 1f3 ${LINE}`,
    `${LINE}, and more`,
  ])('is found in %j', (text) => {
    expect(found(text).lines).toEqual([READ]);
  });

  it('is found beside another one whose line break was lost', () => {
    expect(found(`${LINE}${LINE}`)).toEqual({ lines: [READ, READ], damaged: 0 });
  });

  it('is looked for in one go over a line of any length', () => {
    const long = 'fp 1 a '.repeat(2 ** 17);
    expect(found(long + LINE)).toEqual({ lines: [READ], damaged: 2 ** 17 });
  });

  it('is damaged where any of its characters is another, or missing', () => {
    for (let k = 3; k < LINE.length; k += 1) {
      const other = LINE[k] === '0' ? '1' : '0';
      expect(found(LINE.slice(0, k) + other + LINE.slice(k + 1)).lines).toEqual([]);
      expect(found(LINE.slice(0, k) + LINE.slice(k + 1)).lines).toEqual([]);
      expect(found(LINE.slice(0, k)).lines).toEqual([]);
    }
    expect(found(LINE.slice(0, -1)).damaged).toBe(1);
    expect(found('the fp unit, fp 1').damaged).toBe(0);
  });

  it.each([
    'a ffff800000010000',
    'a !',
    'p 2 ffff800000010000 ffff800000011000',
    'p 0',
    'p 2 !',
    'b 2 ffffffffffffffff 0 ffff800000010000',
    'b 2 ffffffffffffffff 0 !',
    'f ffff800000010000',
    'g 2 ffff800000010000 ffff800000011000',
    'r ffff800000010000 3',
    'n 1f',
  ])('%s is a call and its answer, and is written like that', (body) => {
    const [line] = found(compactText(1, body)).lines;
    const entry = line === undefined ? null : compactEntry(line, (word) => word);
    expect(entry === null ? null : entryBody(entry)).toBe(body);
  });

  it.each(['a', 'a 1 2', 'p 2 1 !', 'g 3 1', 'x 1', 'm 7 0 40', 'f', 'n !1'])('%s is not a call', (body) => {
    const [line] = found(compactText(1, body)).lines;
    expect(line === undefined ? 'none' : compactEntry(line, (word) => word)).toBeNull();
  });
});
