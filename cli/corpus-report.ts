/** The report on the corpus: how many traces were run again, how many violate a clause, and which cannot be used. */
import { type CorpusFile, OWN_CORPUS, replayCorpus } from '../counterexamples/corpus/index.ts';
import type { Finding } from '../properties/random/index.ts';
import type { Target } from '../runner/index.ts';
import { counted } from '../spec/index.ts';
import { printableLine } from '../spec/text/index.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** A corpus that has been run again. */
export interface CheckedCorpus {
  /** Numbers of traces: of this package, and of the user's folder. */
  readonly own: number;
  readonly users: number;
  readonly folder: string;
  /** The findings of the traces that violate a clause on the target. */
  readonly findings: readonly Finding[];
  readonly files: readonly CorpusFile[];
  readonly listed: readonly CorpusFile[];
  /** The exit code where nothing else fails. */
  readonly exitCode: ExitCode;
}

function exitCodeOf(listed: readonly CorpusFile[]): ExitCode {
  if (listed.some(({ verdict }) => verdict === 'unusable')) return EXIT.unusable;
  return listed.some(({ verdict }) => verdict === 'outdated') ? EXIT.outdated : EXIT.holds;
}

/** The traces of a corpus that have been run again. */
interface ReplayedCorpus {
  readonly own: readonly CorpusFile[];
  readonly users: readonly CorpusFile[];
  /** The user's folder. */
  readonly folder: string;
}

/** Returns what follows from a corpus that has been run again. */
export function corpusOf({ own, users, folder }: ReplayedCorpus): CheckedCorpus {
  // The user's own counterexamples are the first to see.
  const files = [...users, ...own];
  const findings = files.flatMap(({ path, verdict, trace }) =>
    verdict === 'violated' && trace !== null ? [{ trace, from: path, block: null }] : [],
  );
  const listed = files.filter(({ reason }) => reason !== null);
  return {
    own: own.length,
    users: users.length,
    folder,
    files,
    findings,
    listed,
    exitCode: exitCodeOf(listed),
  };
}

/** Runs this package's corpus and then the user's folder on a target. */
export function checkCorpus(target: Target, folder: string): CheckedCorpus {
  return corpusOf({ own: replayCorpus(target, [OWN_CORPUS]), users: replayCorpus(target, [folder]), folder });
}

const SAYS = {
  holds: 'holds',
  violated: 'violated',
  beyond: 'not for this target',
  outdated: 'no longer applies',
  unusable: 'cannot be used',
} as const;

/** Returns the lines on a corpus, each with its line break. Traces of this package that ask for what the target lacks are counted; `--json` has each. */
export function corpusReport({ own, users, folder, files, listed }: CheckedCorpus): string {
  const isUnasked = ({ path, verdict }: CorpusFile): boolean =>
    verdict === 'beyond' && path.startsWith(OWN_CORPUS);
  const lines = listed
    .filter((file) => !isUnasked(file))
    .map(({ path, verdict, reason }) => printableLine(`${SAYS[verdict]}: ${path}: ${reason}`));
  const violated = files.filter(({ verdict }) => verdict === 'violated').length;
  const unasked = listed.filter(isUnasked).length;
  const head = `corpus  ${counted(own, 'trace')} of frameproof, ${users} of ${folder}${violated === 0 ? '' : `, ${violated} violated`}${unasked === 0 ? '' : `; ${unasked} of frameproof's are not for this target`}`;
  return [head, ...lines.map((line) => `        ${line}`)].map((line) => `${line}\n`).join('');
}

/** Returns the corpus as `--json` prints it. */
export function corpusJson({ own, users, folder, listed }: CheckedCorpus): object {
  const unused = listed.map(({ path, verdict, reason }) => ({ file: path, verdict, reason }));
  return { own, users, folder, listed: unused };
}
