import { describe, expect, it } from 'vitest';
import { CONTROL, FULL_TABLE, KNOWN, StateTable, type TableBuffers, tableBuffers } from './state-table.ts';

const MEBIBYTE = 1 << 20;

/** A path to a state: its depth, its cost, the parent's place and the operation's number. */
type Path = readonly [depth: number, cost: number, parent: number, operation: number];

/** A table, with adding and reading in the words of the tests. */
class Table {
  readonly table: StateTable;

  constructor(buffers: TableBuffers = tableBuffers(MEBIBYTE, false)) {
    this.table = new StateTable(buffers);
  }

  add(words: readonly number[], [depth, cost, parent, operation]: Path = [0, 0, 0, 0]): number {
    // A search passes a longer buffer of which only the first words are the state.
    return this.table.add(Int32Array.of(...words, 99), words.length, depth, cost, parent, operation);
  }

  pathOf(record: number): Path {
    const { table } = this;
    return [table.depthOf(record), table.costOf(record), table.parentOf(record), table.operationOf(record)];
  }

  wordsOf(record: number): readonly number[] {
    const words = new Int32Array(this.table.lengthOf(record));
    expect(this.table.copyTo(record, words)).toBe(words.length);
    return [...words];
  }
}

describe('a state table', () => {
  it.each([false, true])('of more memory than there is says what to do (shared: %s)', (isShared) => {
    const much = /^memory for states: the system does not give 1073741824 MiB: ask for less \(--memory\)$/;
    expect(() => tableBuffers(2 ** 50, isShared)).toThrowError(much);
  });

  it('keeps the words of every state, and the path there', () => {
    const table = new Table();
    const states = [[], [0], [0, 0], [0, 1], [1, 0], [-1, 7, 1 << 30]];
    const paths = states.map((_, i): Path => [i, i + 0.5, 10 * i, 100 * i]);
    const records = states.map((words, i) => table.add(words, paths[i]));
    expect(Math.min(...records)).toBeGreaterThan(0);
    expect(records.map((record) => table.wordsOf(record))).toEqual(states);
    expect(records.map((record) => table.pathOf(record))).toEqual(paths);
    expect(table.table.states).toBe(states.length);
  });

  it('adds a state once', () => {
    const table = new Table();
    const record = table.add([1, 2, 3]);
    expect(table.add([1, 2, 3])).toBe(KNOWN);
    expect(table.add([1, 2])).toBeGreaterThan(record);
    expect(table.table.states).toBe(2);
  });

  it.each<readonly [string, Path, Path]>([
    ['of less cost replaces the path', [1, 4, 9, 8], [1, 4, 9, 8]],
    ['of the same cost from an earlier parent does too', [1, 5, 2, 8], [1, 5, 2, 8]],
    ['of the same cost from a later parent does not', [1, 5, 4, 8], [1, 5, 3, 7]],
    ['of more cost does not, whatever its parent', [1, 6, 0, 8], [1, 5, 3, 7]],
    ['of a later level does not, whatever its cost', [2, 0, 0, 8], [1, 5, 3, 7]],
  ])('keeps the simplest path of a level: one %s', (_, other, kept) => {
    const table = new Table();
    const record = table.add([1], [1, 5, 3, 7]);
    expect(table.add([1], other)).toBe(KNOWN);
    expect(table.pathOf(record)).toEqual(kept);
  });

  it('is one table to all who share its memory', () => {
    const buffers = tableBuffers(8 * MEBIBYTE, true);
    const [one, other] = [new Table(buffers), new Table(buffers)];
    const record = one.add([1, 2]);
    expect(other.add([1, 2])).toBe(KNOWN);
    const another = other.add([3, 4]);
    expect(one.add([3, 4])).toBe(KNOWN);
    expect([one.wordsOf(another), other.wordsOf(record)]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect([one.table.states, other.table.states]).toEqual([2, 2]);
  });

  it('finds each of many states again, across blocks of the arena, and counts the bytes of both parts', () => {
    const table = new Table();
    const before = table.table.bytes;
    const wide = (n: number): readonly number[] => [n, ...Array<number>(30).fill(n % 3)];
    const records = Array.from({ length: 3000 }, (_, n) => table.add(wide(n)));
    expect(new Set(records).size).toBe(records.length);
    expect(records.every((record, n) => table.wordsOf(record)[0] === n)).toBe(true);
    expect(Array.from({ length: 3000 }, (_, n) => table.add(wide(n))).every((r) => r === KNOWN)).toBe(true);
    expect(table.table.bytes - before).toBeGreaterThanOrEqual(4 * 31 * records.length);
  });

  it('that is full says so, and still knows its states', () => {
    const table = new Table(tableBuffers(0, false));
    let states = 0;
    while (table.add([states]) !== FULL_TABLE) states += 1;
    expect(states).toBeGreaterThan(0);
    expect(table.table.states).toBe(states);
    expect([table.add([0]), table.add([states - 1]), table.add([states])]).toEqual([
      KNOWN,
      KNOWN,
      FULL_TABLE,
    ]);
  });

  it('has control words beside the number of states, which it leaves alone', () => {
    const buffers = tableBuffers(MEBIBYTE, false);
    const control = new Int32Array(buffers.control);
    expect(control).toHaveLength(CONTROL.words);
    const table = new Table(buffers);
    table.add([1]);
    expect([control[CONTROL.states], control[CONTROL.cursor], control[CONTROL.stop]]).toEqual([1, 0, 0]);
  });
});
