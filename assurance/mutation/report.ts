/**
 * The report: what Stryker says of each mutant, read from its JSON file, and what we count it as. A mutant is named by the
 * file, the function and the mutator, so that its name outlives line numbers.
 */
import * as t from 'io-ts';
import { decode, parseForeignJson } from '../../spec/index.ts';

const Position = t.readonly(t.type({ line: t.number, column: t.number }));

const ReportedMutant = t.readonly(
  t.intersection([
    t.type({
      mutatorName: t.string,
      replacement: t.string,
      status: t.string,
      location: t.readonly(t.type({ start: Position, end: Position })),
    }),
    t.partial({ statusReason: t.string }),
  ]),
);
type ReportedMutant = t.TypeOf<typeof ReportedMutant>;

const ReportedFile = t.readonly(t.type({ source: t.string, mutants: t.readonlyArray(ReportedMutant) }));

const Report = t.readonly(t.type({ files: t.record(t.string, ReportedFile) }, 'a mutation report'));

/**
 * - `killed`: an assertion failed.
 * - `threw`: a test failed because something else was thrown in it; no kill.
 * - `timed out`: it ran into a limit of time, or of how often its place is reached.
 * - `survived`: every test passed, or none reached it.
 * - `broken`: no test could be run.
 */
export type Fate = 'killed' | 'threw' | 'timed out' | 'survived' | 'broken';

/** The name of a mutant; several may share it. */
export interface MutantName {
  readonly file: string;
  /** The function, method or constant that it changes. */
  readonly within: string;
  readonly mutator: string;
}

/** A mutant and its fate. */
export interface TriedMutant extends MutantName {
  readonly line: number;
  /** The line, or lines, that it changes; the inside of a block stands as `…`. */
  readonly before: string;
  readonly after: string;
  readonly fate: Fate;
  /** The message of the first failed test, or which limit was reached. */
  readonly said: string;
}

/** The name of the error that a failed test begins its message with; see `testing/setup.ts`. */
const THROWN = /^\[([^\]]*)\]/;
/** Errors of assertions: of a test, and of the allocator itself. */
const ASSERTIONS: readonly (string | undefined)[] = ['AssertionError', 'BrokenAssertion'];

function fateOf({ status, statusReason = '' }: ReportedMutant): Fate {
  switch (status) {
    case 'Killed':
      return ASSERTIONS.includes(THROWN.exec(statusReason)?.[1]) ? 'killed' : 'threw';
    case 'Timeout':
      return 'timed out';
    case 'Survived':
    case 'NoCoverage':
      return 'survived';
    default:
      return 'broken';
  }
}

const DECLARATION = /^(?:export )?(?:async )?(?:function\*?|class|const|let|interface|type) (\w+)/;
const MEMBER = /^ {2}(?:(?:static|async|get|set|readonly|override|private) |\*)*(#?\w+)[(<:=? ]/;

/** Returns the last match of a pattern in lines, and where it is. */
function lastMatch(lines: readonly string[], pattern: RegExp): { name: string; at: number } | null {
  const at = lines.findLastIndex((line) => pattern.test(line));
  return at < 0 ? null : { name: pattern.exec(lines[at] ?? '')?.[1] ?? '', at };
}

/** Returns the name of what a line lies in: a declaration of the file, and a member where that is a class. */
function enclosing(lines: readonly string[], line: number): string {
  const declared = lastMatch(lines.slice(0, line), DECLARATION);
  if (declared === null) return 'the file';
  if (!/\bclass /.test(lines[declared.at] ?? '')) return declared.name;
  const member = lastMatch(lines.slice(declared.at, line), MEMBER);
  return member === null ? declared.name : `${declared.name}.${member.name}`;
}

function collapsed(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Returns text with what lies inside of an outer block of several lines left out. */
function abridged(text: string): string {
  return text.includes('\n') ? text.replace(/\{\s*\n[\s\S]*\n\s*\}/, '{ … }') : text;
}

function changeOf(
  lines: readonly string[],
  mutant: ReportedMutant,
): Pick<TriedMutant, 'line' | 'before' | 'after'> {
  const { start, end } = mutant.location;
  const head = (lines[start.line - 1] ?? '').slice(0, start.column - 1);
  const tail = (lines[end.line - 1] ?? '').slice(end.column - 1);
  const whole = lines.slice(start.line - 1, end.line).join('\n');
  const inside = whole.slice(head.length, whole.length - tail.length);
  return {
    line: start.line,
    before: collapsed(head + abridged(inside) + tail),
    after: collapsed(head + abridged(mutant.replacement) + tail),
  };
}

/** Returns the mutants of a report in the order of files and lines; throws `SpecError` where it is malformed. */
export function readReport(text: string, source: string): readonly TriedMutant[] {
  const { files } = decode(Report, parseForeignJson(text, source), source);
  const tried = Object.entries(files).flatMap(([file, { source: code, mutants }]) => {
    const lines = code.split('\n');
    return mutants
      .filter(({ status }) => status !== 'Ignored')
      .map((mutant) => ({
        file,
        within: enclosing(lines, mutant.location.start.line),
        mutator: mutant.mutatorName,
        ...changeOf(lines, mutant),
        fate: fateOf(mutant),
        said: collapsed(mutant.statusReason ?? ''),
      }));
  });
  return tried.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}
