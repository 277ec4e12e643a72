/**
 * The corpus: folders of traces that once violated a clause. They are replayed before anything new is tried, on whatever target
 * is being checked. No file of a folder is skipped silently: it holds, it violates a clause, or it is listed with the reason why
 * it cannot be used.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execute, OURS, type Target, worldBeyond } from '../../runner/index.ts';
import { jsonFilesIn } from '../../spec/files/index.ts';
import { isSpecError, OutdatedTraceError, type Trace } from '../../spec/index.ts';
import { scenarioFor } from '../trace/scenario-for.ts';
import { readTrace } from '../trace/trace-file.ts';

/**
 * - `holds`: the target violates no clause.
 * - `violated`: it violates a clause, the recorded one or another.
 * - `beyond`: the trace asks for something that the target does not claim to do, or rightly lacks.
 * - `outdated`: the file was valid once and no longer applies.
 * - `unusable`: the file is not a trace.
 *
 * @public
 */
export type CorpusVerdict = 'holds' | 'violated' | 'beyond' | 'outdated' | 'unusable';

/**
 * The result of replaying one file of a corpus.
 *
 * @public
 */
export interface CorpusFile {
  readonly path: string;
  readonly verdict: CorpusVerdict;
  /** The run on the target; null where the trace could not be run. */
  readonly trace: Trace | null;
  /** The reason why it cannot be used; null where it was used. */
  readonly reason: string | null;
}

/** The folder of this package's own corpus, from counterexamples/corpus/ or from dist/counterexamples/corpus/. */
const FOLDERS = ['../../corpus', '../../../corpus'];

/** Returns the paths of the traces in a folder; none where the folder does not exist. */
function tracesIn(folder: string): readonly string[] {
  return jsonFilesIn(folder, 'traces') ?? [];
}

/**
 * The folder of the corpus that comes with this package.
 *
 * @public
 */
export const OWN_CORPUS: string =
  FOLDERS.map((folder) => fileURLToPath(new URL(folder, import.meta.url))).find(
    (folder) => tracesIn(folder).length > 0,
  ) ?? '';

function replayed(target: Target, path: string): CorpusFile {
  const scenario = scenarioFor(target, readTrace(path));
  const tooLarge = worldBeyond(target.profile, scenario);
  if (tooLarge !== null) return { path, verdict: 'beyond', trace: null, reason: tooLarge };
  const run = execute(target, scenario);
  const [first] = run.dangling;
  if (run.violation !== null) return { path, verdict: 'violated', trace: run.trace(), reason: null };
  if (first === undefined) return { path, verdict: 'holds', trace: run.trace(), reason: null };
  const unclaimed = run.dangling.find(({ beyond }) => beyond !== null);
  if (unclaimed !== undefined) {
    const reason = `operation ${unclaimed.at + 1}: ${unclaimed.beyond}`;
    return { path, verdict: 'beyond', trace: run.trace(), reason };
  }
  const reason = `operation ${first.at + 1} refers to ${first.reference}, which this target did not hand out`;
  // What this package's allocator had, another one may lack and be right: it hands out no low memory.
  const isOurs = dirname(path) === OWN_CORPUS && target.name !== OURS.name;
  return { path, verdict: isOurs ? 'beyond' : 'outdated', trace: run.trace(), reason };
}

function replayedOrListed(target: Target, path: string): CorpusFile {
  try {
    return replayed(target, path);
  } catch (error) {
    const isOutdated = error instanceof OutdatedTraceError;
    if (!isOutdated && !isSpecError(error)) throw error;
    const reason = error.message.replace(`${path}: `, '');
    return { path, verdict: isOutdated ? 'outdated' : 'unusable', trace: null, reason };
  }
}

/**
 * The traces of some folders.
 *
 * @public
 */
export interface ReadCorpus {
  readonly traces: readonly Trace[];
  /** Paths of files that are not traces, or no longer apply. */
  readonly unusable: readonly string[];
}

/**
 * Reads every trace of the folders. A folder that does not exist has none.
 *
 * @throws SpecError where a folder cannot be read.
 * @public
 */
export function readCorpus(folders: readonly string[]): ReadCorpus {
  const traces: Trace[] = [];
  const unusable: string[] = [];
  for (const path of folders.flatMap(tracesIn))
    try {
      traces.push(readTrace(path));
    } catch (error) {
      if (!(error instanceof OutdatedTraceError) && !isSpecError(error)) throw error;
      unusable.push(path);
    }
  return { traces, unusable };
}

/**
 * Replays every trace of the folders on a target. A folder that does not exist has none.
 *
 * @throws SpecError where a folder cannot be read.
 * @public
 */
export function replayCorpus(target: Target, folders: readonly string[]): readonly CorpusFile[] {
  return folders.flatMap(tracesIn).map((path) => replayedOrListed(target, path));
}
