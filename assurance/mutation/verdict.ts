/**
 * The verdict on a run: each mutant that no assertion killed must be listed, with the reason, and each that is listed must
 * exist and live on. So the lists say exactly what the tests cannot tell, and nothing that they can.
 */
import type { Listed } from './listed.ts';
import type { Fate, MutantName, TriedMutant } from './report.ts';

/** What is known of mutants that live. */
export interface Lists {
  /** They do what the original does, as far as anybody can see from outside. */
  readonly equivalent: readonly Listed[];
  /** They do not come to an end, which no assertion can see. */
  readonly endless: readonly Listed[];
}

/** Numbers of mutants of one file. */
export interface Score {
  readonly file: string;
  readonly killed: number;
  readonly endless: number;
  readonly equivalent: number;
  /** Whatever is left: it survives, threw, or could not be run, and is not listed. */
  readonly open: number;
}

export interface MutationVerdict {
  readonly scores: readonly Score[];
  /** What makes the run fail: mutants that nobody has accounted for. */
  readonly open: readonly TriedMutant[];
  /** What makes it fail, too: entries of the lists whose mutant is gone, or is killed. */
  readonly stale: readonly Listed[];
}

/** Returns text that is equal exactly for equal names. */
export function keyOf({ file, within, mutator, before, after }: MutantName): string {
  return [file, within, mutator, before, after].join('\n');
}

/** Whether an entry of a list accounts for what became of a mutant. */
type Accounts = (fate: Fate) => boolean;

const STAYS_EQUIVALENT: Accounts = (fate) => fate === 'survived';
const STAYS_ENDLESS: Accounts = (fate) => fate === 'endless';

function keysOf(listed: readonly Listed[]): ReadonlySet<string> {
  return new Set(listed.map(keyOf));
}

function staleOf(
  listed: readonly Listed[],
  tried: readonly TriedMutant[],
  accounts: Accounts,
): readonly Listed[] {
  const files = new Set(tried.map(({ file }) => file));
  const living = new Set(tried.filter(({ fate }) => accounts(fate)).map(keyOf));
  return listed.filter((entry) => files.has(entry.file) && !living.has(keyOf(entry)));
}

/** Returns the verdict on the mutants of some files. Entries about other files are left out of it. */
export function verdictOn(tried: readonly TriedMutant[], { equivalent, endless }: Lists): MutationVerdict {
  const [same, unending] = [keysOf(equivalent), keysOf(endless)];
  const isEquivalent = (m: TriedMutant): boolean => STAYS_EQUIVALENT(m.fate) && same.has(keyOf(m));
  const isEndless = (m: TriedMutant): boolean => STAYS_ENDLESS(m.fate) && unending.has(keyOf(m));
  const isOpen = (m: TriedMutant): boolean => m.fate !== 'killed' && !isEquivalent(m) && !isEndless(m);
  const scores = [...Map.groupBy(tried, ({ file }) => file)].map(([file, mutants]) => ({
    file,
    killed: mutants.filter(({ fate }) => fate === 'killed').length,
    endless: mutants.filter(isEndless).length,
    equivalent: mutants.filter(isEquivalent).length,
    open: mutants.filter(isOpen).length,
  }));
  const stale = [...staleOf(equivalent, tried, STAYS_EQUIVALENT), ...staleOf(endless, tried, STAYS_ENDLESS)];
  return { scores, open: tried.filter(isOpen), stale };
}
