/** The section of a result that has no picture: whatever a command prints with `--json`, as lines and tables. */
import { CALLS, grouped, rounded } from '../spec/index.ts';
import type { ResultSection, Section } from './data.ts';

type Fields = Readonly<Record<string, unknown>>;
type Facts = ResultSection['facts'];

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTimes(value: unknown): value is Readonly<Record<string, number>> {
  return isFields(value) && Object.values(value).every((n) => typeof n === 'number');
}

/** Returns a key of JSON in words: `modelStates` as `model states`. The name of a call stays as it is. */
function wordsOf(key: string): string {
  if (CALLS.some((call) => call === key)) return key;
  return key.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** The keys of a counterexample that are shown, next to its violation; the others repeat the result's. */
const OF_COUNTEREXAMPLE = ['target', 'from', 'program', 'call', 'answer', 'hint', 'file', 'next'];

/** Returns the facts of a counterexample that its page shows. */
function counterexampleFacts({ violation, ...fields }: Fields): Fields {
  const { clause, explanation } = isFields(violation) ? violation : {};
  const shown = Object.entries(fields).filter(([key]) => OF_COUNTEREXAMPLE.includes(key));
  return { clause, explanation, ...Object.fromEntries(shown) };
}

/** Returns what a value says in one line; null where it takes more. */
function lineOf(value: unknown): string | null {
  if (typeof value === 'number') return Number.isInteger(value) ? grouped(value) : rounded(value);
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string'))
    return value.join('; ');
  return null;
}

function factsOf(result: Fields): Facts {
  return Object.entries(result).flatMap(([key, value]): Facts => {
    if (isFields(value) && !isTimes(value))
      return factsOf(value).map(([name, line]) => [`${wordsOf(key)}: ${name}`, line]);
    const line = lineOf(value);
    return line === null || key === 'verdict' ? [] : [[wordsOf(key), line]];
  });
}

function tablesOf(result: Fields): ResultSection['tables'] {
  const tables = Object.entries(result).flatMap(([key, value]) => {
    if (Array.isArray(value) && value.every((n) => typeof n === 'number'))
      return [[wordsOf(key), Object.fromEntries(value.entries())] as const];
    if (isTimes(value)) return [[wordsOf(key), value] as const];
    return isFields(value) ? Object.entries(tablesOf(value)) : [];
  });
  return Object.fromEntries(tables.filter(([, times]) => Object.keys(times).length > 0));
}

/** Whether a value counts clauses, each on two sides. */
function isClauses(value: unknown): value is ResultSection['clauses'] {
  return isFields(value) && Object.values(value).every((sides) => isTimes(sides));
}

/**
 * Returns the section of a result, as `--json` prints it. `calls` are what a log says last, where no state is known to step from.
 *
 * @public
 */
export function resultSection(title: string, result: object, calls: ResultSection['calls'] = []): Section {
  const { clauses, counterexample, counterexamples: _, ...rest }: Fields = { ...result };
  const counted = isClauses(clauses);
  const found = isFields(counterexample) ? counterexampleFacts(counterexample) : {};
  const shown = counted ? { ...rest, ...found } : { ...rest, clauses, ...found };
  return {
    kind: 'result',
    title,
    verdict: String(rest.verdict),
    facts: factsOf(shown),
    calls,
    tables: tablesOf(shown),
    clauses: counted ? clauses : {},
  };
}
