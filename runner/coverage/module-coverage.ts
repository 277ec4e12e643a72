/**
 * Coverage of modules, by V8's own counters: exact, by blocks. They are of the whole process; the user's modules are picked out.
 *
 * Source: https://v8.dev/blog/javascript-code-coverage.
 */
import { Session } from 'node:inspector';
import { findSourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isUsersFile } from '../thrown.ts';
import type { SourceCoverage } from './source-coverage.ts';

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** A function, or the module itself, with its blocks: those that were entered as often as the block around them are left out. */
interface Counted {
  readonly functionName: string;
  readonly ranges: readonly Range[];
}

interface Script {
  readonly scriptId: string;
  readonly url: string;
  readonly functions: readonly Counted[];
}

/** A character that is code. */
const CODE = /[\w$'"`]/;

/** Returns a text with its comments blanked. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (comment) => comment.replaceAll(/[^\n]/g, ' '));
}

/** Returns for each character how often it was entered, by the innermost range. */
function countsOf(length: number, functions: readonly Counted[]): Float64Array {
  const counts = new Float64Array(length);
  const ranges = functions.flatMap((one) => one.ranges);
  const size = ({ startOffset, endOffset }: Range): number => endOffset - startOffset;
  for (const { startOffset, endOffset, count } of ranges.toSorted((a, b) => size(b) - size(a)))
    counts.fill(count, startOffset, endOffset);
  return counts;
}

/** Returns the line of each character, in the source of a module that was rewritten. */
function linesOf(url: string, text: string): (offset: number) => number {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const map = findSourceMap(url);
  return (offset) => {
    const row = starts.findLastIndex((start) => start <= offset);
    const entry = map?.findEntry(row, offset - (starts[row] ?? 0));
    return entry !== undefined && 'originalLine' in entry ? entry.originalLine + 1 : row + 1;
  };
}

function coverageOf({ url, functions }: Script, source: string): SourceCoverage {
  const text = withoutComments(source);
  const counts = countsOf(text.length, functions);
  const lineAt = linesOf(url, text);
  const lines = new Map<number, number>();
  let start = 0;
  for (const row of text.split('\n')) {
    const places = [...row].flatMap((character, i) => (CODE.test(character) ? [start + i] : []));
    const [first] = places;
    if (first !== undefined) {
      const line = lineAt(first);
      const count = Math.max(...places.map((place) => counts[place] ?? 0));
      lines.set(line, Math.max(lines.get(line) ?? 0, count));
    }
    start += row.length + 1;
  }
  const isCode = ({ startOffset, endOffset }: Range): boolean =>
    CODE.test(text.slice(startOffset, endOffset));
  const lineOf = ({ startOffset }: Range): number =>
    lineAt(startOffset + Math.max(0, text.slice(startOffset).search(/\S/)));
  return {
    file: fileURLToPath(url.replace(/\?.*$/, '')),
    lines,
    branches: functions.flatMap(({ ranges }) =>
      ranges
        .slice(1)
        .filter(isCode)
        .map((range) => ({ line: lineOf(range), count: range.count })),
    ),
    functions: functions.flatMap(({ functionName: name, ranges: [whole] }) =>
      whole === undefined || name === '' || !isCode(whole)
        ? []
        : [{ name, line: lineOf(whole), count: whole.count }],
    ),
  };
}

/** V8's counters, at work. */
export class ModuleCoverage {
  readonly #session = new Session();
  readonly #sources = new Map<string, string>();

  /** Starts to count. Modules must be imported afterwards. */
  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Returns the coverage of the user's modules since the last call. */
  take(): readonly SourceCoverage[] {
    let scripts: readonly Script[] = [];
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error !== null) throw error;
      scripts = taken.result;
    });
    const users = scripts.filter(
      ({ url }) => url.startsWith('file:') && isUsersFile(fileURLToPath(url.replace(/\?.*$/, ''))),
    );
    return users.map((script) => coverageOf(script, this.#sourceOf(script)));
  }

  close(): void {
    this.#session.disconnect();
  }

  #sourceOf({ scriptId }: Script): string {
    const known = this.#sources.get(scriptId);
    if (known !== undefined) return known;
    let source = '';
    this.#session.post('Debugger.enable');
    this.#session.post('Debugger.getScriptSource', { scriptId }, (error, found) => {
      if (error !== null) throw error;
      source = found.scriptSource;
    });
    this.#session.post('Debugger.disable');
    this.#sources.set(scriptId, source);
    return source;
  }
}
