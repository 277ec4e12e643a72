import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Listed, readListed } from './listed.ts';
import { readReport, type TriedMutant } from './report.ts';
import { scoreTable, shortcomings } from './table.ts';
import { verdictOn } from './verdict.ts';

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

function entryOf({ file, within, mutator }: TriedMutant): Listed {
  return { file, within, mutator, survivors: 1, reason: 'it is a test' };
}

describe('a report', () => {
  it('names a mutant by its function, and shows the line before and after', () => {
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
      fate: 'timed out',
    });
    expect(member).toMatchObject({ within: 'Pair.sum', after: 'return this.#left - 2;', fate: 'killed' });
  });

  it.each([
    ['Killed', '[AssertionError] expected 1 to be 2', 'killed'],
    ['Killed', '[BrokenAssertion] free stack: what pops is free', 'killed'],
    ['Killed', '[TypeError] it is not a function', 'threw'],
    ['Killed', '[PmmPanic] free: expected', 'threw'],
    ['Timeout', 'Hit limit reached', 'timed out'],
    ['Survived', '', 'survived'],
    ['NoCoverage', '', 'survived'],
    ['RuntimeError', 'out of memory', 'broken'],
  ])('%s (%s) counts as %s: an error past the assertions does not kill', (status, reason, fate) => {
    expect(reportOf(reported(...LESS, [status, reason]))).toMatchObject([{ fate }]);
  });

  it('that is malformed is refused with its name', () => {
    expect(() => readReport('{"files":{"a":1}}', 'a report')).toThrow(/^a report: /);
  });
});

describe('a run', () => {
  const survivor = reportOf(reported(...LESS, ['Survived']));
  const two = [...survivor, ...reportOf(reported(...BODY, ['Survived']))];
  const killed = reportOf(reported(...LESS, ['Killed', '[AssertionError] no']));
  const unending = reportOf(reported(...BODY, ['Timeout']));
  const entries = survivor.map(entryOf);

  it('falls short where a mutant survives that is not listed', () => {
    const verdict = verdictOn(survivor, []);
    expect(verdict.scores).toEqual([{ file: 'impl/up.ts', killed: 0, timedOut: 0, equivalent: 0, open: 1 }]);
    expect(shortcomings(verdict)).toEqual([
      'impl/up.ts upTo: Some: 0 listed, 1 survived\n  line 4\n  - while (n < end) {\n  + while (n <= end) {',
    ]);
  });

  it('falls short where more survive in a function than are listed there, and shows each', () => {
    const verdict = verdictOn(two, entries);
    expect(verdict.scores).toMatchObject([{ equivalent: 1, open: 1 }]);
    expect(shortcomings(verdict)).toEqual([
      expect.stringMatching(
        /^impl\/up\.ts upTo: Some: 1 listed, 2 survived(\n {2}line 4\n {2}- .*\n {2}\+ .*){2}$/,
      ),
    ]);
  });

  it('holds where as many survive as all entries of the function list', () => {
    const verdict = verdictOn([...two, ...killed, ...unending], [...entries, ...entries]);
    expect(shortcomings(verdict)).toEqual([]);
    expect(verdict.scores).toEqual([{ file: 'impl/up.ts', killed: 1, timedOut: 1, equivalent: 2, open: 0 }]);
  });

  it('falls short where a listed mutant is killed, times out, or is no longer there', () => {
    const elsewhere = reportOf(
      reported([13, 12], [13, 26], 'this.#left - 2', ['Killed', '[AssertionError] no']),
    );
    for (const tried of [killed, unending, elsewhere])
      expect(shortcomings(verdictOn(tried, entries))).toEqual([
        'impl/up.ts upTo: Some: 1 listed, 0 survived',
      ]);
  });

  it.each([
    ['Killed', '[TypeError] no function', 'threw'],
    ['RuntimeError', 'out of memory', 'broken'],
  ])('falls short where the fate of a mutant is %s (%s), listed or not', (status, reason, fate) => {
    const tried = reportOf(reported(...LESS, [status, reason]));
    expect(verdictOn(tried, []).scores).toMatchObject([{ equivalent: 0, open: 1 }]);
    for (const listed of [[], entries])
      expect(shortcomings(verdictOn(tried, listed))[0]).toContain(
        `impl/up.ts upTo: Some ${fate} (${reason})`,
      );
  });

  it('says nothing of listed mutants in files that were left out', () => {
    const elsewhere = entries.map((entry) => ({ ...entry, file: 'impl/other.ts' }));
    expect(shortcomings(verdictOn(killed, elsewhere))).toEqual([]);
  });

  it('scores what was killed or timed out among what could be', () => {
    const { scores } = verdictOn([...killed, ...two, ...unending], entries);
    expect(scoreTable(scores)).toMatch(/impl\/up\.ts +│ +4 +│ +1 +│ +1 +│ +1 +│ +1 +│ +66\.6 %/);
  });
});

/** The functions, methods and constants of a file, as a report names them. */
function placesIn(file: string): ReadonlySet<string> {
  const source = readFileSync(file, 'utf8');
  const mutants = source.split('\n').map((_, i) => reported([i + 1, 1], [i + 1, 1], '', ['Survived']));
  const tried = readReport(JSON.stringify({ files: { [file]: { source, mutants } } }), file);
  return new Set(tried.map(({ within }) => within));
}

describe('the list', () => {
  const LIST = 'assurance/mutation/survivors.json';
  const all = readListed(readFileSync(LIST, 'utf8'), LIST);

  it('counts survivors of several functions in each of them', () => {
    const survivors = { Some: 2, Other: 1 };
    const files = { 'impl/up.ts': [{ within: ['upTo', 'Pair.sum'], survivors, reason: 'one' }] };
    expect(readListed(JSON.stringify(files), 'a list')).toEqual(
      ['upTo', 'Pair.sum'].flatMap((within) => [
        { file: 'impl/up.ts', within, mutator: 'Some', survivors: 2, reason: 'one' },
        { file: 'impl/up.ts', within, mutator: 'Other', survivors: 1, reason: 'one' },
      ]),
    );
  });

  it('that is malformed is refused with its name and the place', () => {
    const group = { within: ['upTo'], survivors: { Some: 1.5 }, reason: 'one' };
    expect(() => readListed(JSON.stringify({ 'impl/up.ts': [group] }), 'a list')).toThrow(
      /^a list: \["impl\/up\.ts"\]\[0\]\.survivors\.Some: expected /,
    );
  });

  it('gives each of its survivors one reason', () => {
    const keys = all.map(({ file, within, mutator, reason }) => [file, within, mutator, reason].join('\n'));
    expect(new Set(keys).size).toBe(all.length);
    expect(all.filter(({ reason, survivors }) => reason.length < 20 || survivors < 1)).toEqual([]);
  });

  it('names functions that stand in their files', () => {
    for (const [file, entries] of Map.groupBy(all, (entry) => entry.file)) {
      const places = placesIn(file);
      expect(entries.filter(({ within }) => !places.has(within))).toEqual([]);
    }
  });
});
