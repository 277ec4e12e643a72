import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ENDLESS } from './endless/index.ts';
import { EQUIVALENT } from './equivalent/index.ts';
import { type Listed, listed } from './listed.ts';
import { readReport, type TriedMutant } from './report.ts';
import { scoreTable, shortcomings } from './table.ts';
import { keyOf, verdictOn } from './verdict.ts';

const SOURCE = `/** A counter. */
export function upTo(end: number): number {
  let n = 0;
  while (n < end) {
    n += 1;
  }
  return n;
}

class Pair {
  readonly #left = 1;
  sum(): number {
    return this.#left + 2;
  }
}
`;

/** A mutant as Stryker reports it: where it begins and ends, what it puts there, and what became of it. */
function reported(
  [line, column]: readonly [number, number],
  [endLine, endColumn]: readonly [number, number],
  replacement: string,
  [status, statusReason]: readonly [status: string, statusReason?: string],
): object {
  const location = { start: { line, column }, end: { line: endLine, column: endColumn } };
  return { mutatorName: 'Some', replacement, status, statusReason, location };
}

function reportOf(...mutants: readonly object[]): readonly TriedMutant[] {
  return readReport(JSON.stringify({ files: { 'impl/up.ts': { source: SOURCE, mutants } } }), 'a report');
}

const LESS = [[4, 10], [4, 17], 'n <= end'] as const;
const BODY = [[4, 19], [6, 4], '{}'] as const;

function entryOf({ file, within, mutator, before, after }: TriedMutant): Listed {
  return { file, within, mutator, before, after, reason: 'it is a test' };
}

describe('a report', () => {
  it('names a mutant by its function and the line before and after', () => {
    const [less, body, member] = reportOf(
      reported(...LESS, ['Survived']),
      reported(...BODY, ['Timeout']),
      reported([13, 12], [13, 26], 'this.#left - 2', ['Killed', '[AssertionError] expected 3']),
    );
    expect(less).toMatchObject({
      file: 'impl/up.ts',
      within: 'upTo',
      mutator: 'Some',
      before: 'while (n < end) {',
      after: 'while (n <= end) {',
      line: 4,
      fate: 'survived',
    });
    expect(body).toMatchObject({
      before: 'while (n < end) { … }',
      after: 'while (n < end) {}',
      fate: 'endless',
    });
    expect(member).toMatchObject({ within: 'Pair.sum', after: 'return this.#left - 2;', fate: 'killed' });
  });

  it.each([
    ['Killed', '[AssertionError] expected 1 to be 2', 'killed'],
    ['Killed', '[TypeError] it is not a function', 'threw'],
    ['Killed', '[PmmPanic] free: expected', 'threw'],
    ['Timeout', 'Hit limit reached', 'endless'],
    ['Survived', '', 'survived'],
    ['NoCoverage', '', 'survived'],
    ['RuntimeError', 'out of memory', 'broken'],
  ])('%s (%s) counts as %s: only a failed assertion kills', (status, reason, fate) => {
    expect(reportOf(reported(...LESS, [status, reason]))).toMatchObject([{ fate }]);
  });

  it('that is none is refused with its name', () => {
    expect(() => readReport('{"files":{"a":1}}', 'a report')).toThrow(/^a report: /);
  });
});

describe('a run', () => {
  const survivor = reportOf(reported(...LESS, ['Survived']));
  const killed = reportOf(reported(...LESS, ['Killed', '[AssertionError] no']));
  const unending = reportOf(reported(...BODY, ['Timeout']));
  const entries = survivor.map(entryOf);

  it('falls short where a mutant lives that is not listed', () => {
    const verdict = verdictOn(survivor, { equivalent: [], endless: [] });
    expect(verdict.scores).toEqual([{ file: 'impl/up.ts', killed: 0, endless: 0, equivalent: 0, open: 1 }]);
    expect(shortcomings(verdict)).toEqual([
      'impl/up.ts:4 upTo: Some survived\n  - while (n < end) {\n  + while (n <= end) {',
    ]);
  });

  it('holds where each that lives is listed for what it is', () => {
    const all = [...survivor, ...unending];
    const verdict = verdictOn(all, { equivalent: entries, endless: unending.map(entryOf) });
    expect(shortcomings(verdict)).toEqual([]);
    expect(verdict.scores).toEqual([{ file: 'impl/up.ts', killed: 0, endless: 1, equivalent: 1, open: 0 }]);
    const crossed = verdictOn(all, { equivalent: unending.map(entryOf), endless: entries });
    expect([crossed.open.length, crossed.stale.length]).toEqual([2, 2]);
  });

  it('falls short where a listed mutant is killed, or is no longer there', () => {
    for (const tried of [killed, unending]) {
      const { stale } = verdictOn(tried, { equivalent: entries, endless: unending.map(entryOf) });
      expect(stale.map(keyOf)).toContain(entries.map(keyOf)[0]);
    }
  });

  it('says nothing of listed mutants in files that were left out', () => {
    const elsewhere = entries.map((entry) => ({ ...entry, file: 'impl/other.ts' }));
    expect(verdictOn(killed, { equivalent: elsewhere, endless: [] }).stale).toEqual([]);
  });

  it('scores what was killed among what could be', () => {
    const { scores } = verdictOn([...killed, ...survivor, ...unending], {
      equivalent: [],
      endless: unending.map(entryOf),
    });
    expect(scoreTable(scores)).toMatch(/impl\/up\.ts +│ +3 +│ +1 +│ +0 +│ +1 +│ +1 +│ +50\.0 %/);
  });
});

describe('the lists', () => {
  const all = [...EQUIVALENT, ...ENDLESS];

  it('name a mutant of several functions once, and mean each', () => {
    const changes = [{ mutator: 'Some', before: 'n < end', after: 'n <= end' }];
    const entries = listed('impl/up.ts', [
      { within: ['upTo', 'Pair.sum'], reason: 'one', changes },
      { within: 'downTo', reason: 'two', changes },
    ]);
    expect(entries.map(({ file, within, reason }) => [file, within, reason])).toEqual([
      ['impl/up.ts', 'upTo', 'one'],
      ['impl/up.ts', 'Pair.sum', 'one'],
      ['impl/up.ts', 'downTo', 'two'],
    ]);
    expect(entries).toContainEqual(expect.objectContaining(changes[0] ?? {}));
  });

  it('name each mutant once, with a reason', () => {
    expect(new Set(all.map(keyOf)).size).toBe(all.length);
    expect(all.filter(({ reason, before, after }) => reason.length < 20 || before === after)).toEqual([]);
  });

  it('name lines that stand in their files', () => {
    const missing = all.filter(({ file, before }) => {
      const source = readFileSync(file, 'utf8').replaceAll(/\s+/g, ' ');
      return !before.split('…').every((part) => source.includes(part.trim()));
    });
    expect(missing).toEqual([]);
  });
});
