/**
 * The corpus: folders of traces that broke a clause once. They are run again before anything new is tried, on whatever
 * target is being checked. No file of the folder is passed over in silence: it holds, it breaks a clause, or it is listed
 * with the reason why it cannot be used.
 */
import { fileURLToPath } from 'node:url';
import { execute, profileOf, type Target, worldBeyond } from '../../runner/index.ts';
import { isSpecError, OutdatedTraceError, type Trace } from '../../spec/index.ts';
import { jsonFilesIn } from '../trace/json-folder.ts';
import { scenarioFor } from '../trace/scenario-for.ts';
import { readTrace } from '../trace/trace-file.ts';

/**
 * - `holds`: the target breaks no clause.
 * - `violated`: it violates one, the one that is recorded or another.
 * - `beyond`: it asks for what the target does not claim to do.
 * - `outdated`: the file was sound once and no longer applies.
 * - `unusable`: the file is no trace.
 */
export type CorpusVerdict = 'holds' | 'violated' | 'beyond' | 'outdated' | 'unusable';

/** One file of a corpus, and what came of it. */
export interface CorpusFile {
  readonly path: string;
  readonly verdict: CorpusVerdict;
  /** What happened on the target, where the trace could be run. */
  readonly trace: Trace | null;
  /** Why it cannot be used, where it cannot. */
  readonly reason: string | null;
}

/** The folder of this package's own corpus, from counterexamples/corpus/ or from dist/counterexamples/corpus/. */
const FOLDERS = ['../../corpus', '../../../corpus'];

/** Returns the traces of a folder; none where there is no such folder. */
function tracesIn(folder: string): readonly string[] {
  return jsonFilesIn(folder, 'traces') ?? [];
}

/** The corpus that comes with this package. */
export const OWN_CORPUS: string =
  FOLDERS.map((folder) => fileURLToPath(new URL(folder, import.meta.url))).find(
    (folder) => tracesIn(folder).length > 0,
  ) ?? '';

function replayed(target: Target, path: string): CorpusFile {
  const scenario = scenarioFor(target, readTrace(path));
  const tooLarge = worldBeyond(profileOf(target), scenario);
  if (tooLarge !== null) return { path, verdict: 'beyond', trace: null, reason: tooLarge };
  const run = execute(target, scenario);
  const [first] = run.dangling;
  if (run.violation !== null) return { path, verdict: 'violated', trace: run.trace(), reason: null };
  if (first === undefined) return { path, verdict: 'holds', trace: run.trace(), reason: null };
  const past = run.dangling.find(({ beyond }) => beyond !== null);
  if (past !== undefined)
    return {
      path,
      verdict: 'beyond',
      trace: run.trace(),
      reason: `operation ${past.at + 1}: ${past.beyond}`,
    };
  const reason = `operation ${first.at + 1} refers to ${first.reference}, which this target did not hand out`;
  return { path, verdict: 'outdated', trace: run.trace(), reason };
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

/** The traces of some folders. */
interface ReadCorpus {
  readonly traces: readonly Trace[];
  /** Files that hold no trace, or one that no longer applies. */
  readonly unusable: readonly string[];
}

/** Reads every trace of the folders. A folder that is not there has none. Throws `SpecError` where one cannot be read. */
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

/** Runs every trace of the folders on a target. A folder that is not there has none. Throws `SpecError` where one cannot be read. */
export function replayCorpus(target: Target, folders: readonly string[]): readonly CorpusFile[] {
  return folders.flatMap(tracesIn).map((path) => replayedOrListed(target, path));
}
