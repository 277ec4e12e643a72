/**
 * Trace files: counterexamples on disk, as JSON. Saving is atomic. A file is named after its content, so the same
 * counterexample is stored once.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { makeFolder, readText, writeFile } from '../../spec/files/index.ts';
import {
  CLAUSE_NAMES,
  decode,
  isOwnClause,
  OutdatedTraceError,
  parseJson,
  Scenario,
  SpecError,
  shortened,
  Trace,
} from '../../spec/index.ts';

const DIGEST_CHARACTERS = 10;

/** Returns the file name of a trace: its clause, and a digest of its scenario. */
export function traceFileName(trace: Trace): string {
  const scenario = JSON.stringify(Scenario.encode(trace.scenario));
  const digest = createHash('sha256').update(scenario).digest('hex').slice(0, DIGEST_CHARACTERS);
  return `${trace.violation?.clause ?? 'holds'}-${digest}.json`;
}

/**
 * Saves a trace in a folder, which is created if necessary, and returns its path. Throws `SpecError` where it cannot be saved.
 *
 * @public
 */
export function saveTrace(folder: string, trace: Trace): string {
  const path = join(folder, traceFileName(trace));
  makeFolder(folder);
  writeTrace(path, trace);
  return path;
}

/**
 * Writes a trace to a file: whole, or not at all.
 *
 * @public
 */
export function writeTrace(path: string, trace: Trace): void {
  writeFile(path, `${JSON.stringify(Trace.encode(trace), null, 1)}\n`);
}

function field(data: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    data,
  );
}

function refuseHistory(data: unknown, source: string): void {
  if (field(data, 'format') !== 'frameproof/concurrent-trace') return;
  throw new SpecError(
    `${source}: expected the trace of one caller, found a history of several: replay runs it again, and --html shows it`,
  );
}

function refuseOutdated(data: unknown, source: string): void {
  if (field(data, 'format') !== 'frameproof/trace') return;
  const version = field(data, 'version');
  if (typeof version === 'number' && version !== 1)
    throw new OutdatedTraceError(`${source}: format version ${version}, and this program reads version 1`);
  const clause = field(data, 'violation', 'clause');
  if (typeof clause === 'string' && !isOwnClause(clause) && !CLAUSE_NAMES.some((name) => name === clause))
    throw new OutdatedTraceError(`${source}: clause ${shortened(clause)} is not of this specification`);
}

/**
 * Returns the trace that `text` holds. `source` names the text in messages.
 *
 * @throws SpecError where the text is not a trace, OutdatedTraceError where it is of another version.
 * @public
 */
export function decodeTrace(text: string, source: string): Trace {
  const data = parseJson(text, source);
  refuseHistory(data, source);
  refuseOutdated(data, source);
  return decode(Trace, data, source);
}

/** Programs with the largest batches make some MiB. */
const TRACE_FILE = { of: 'trace file', mostBytes: 32 * 1024 * 1024 };

/** Returns the text of a trace file. Throws `SpecError` where it cannot be read. */
export function readTraceText(path: string): string {
  return readText(path, TRACE_FILE);
}

/**
 * Reads a trace file. Throws as {@link decodeTrace} does, and `SpecError` where the file cannot be read.
 *
 * @public
 */
export function readTrace(path: string): Trace {
  return decodeTrace(readTraceText(path), path);
}
