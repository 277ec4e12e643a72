/** The report of `frameproof judge`: where a log violates the specification, and what was judged. Pure: from a result to text. */

import type { JudgedLog, LogViolation } from '../counterexamples/log/index.ts';
import { formatResponse, formatViolation } from '../counterexamples/text/index.ts';
import { counted, formatOperation, grouped, shortened, toHex } from '../spec/index.ts';
import { callTable, clauseTable } from './count-table.ts';
import { type CounterexampleJson, counterexampleJson } from './counterexample-json.ts';
import { commandLine, nextLine } from './next-step.ts';

/** A log that was judged, and how the command ended that printed it; null where judging ended first. */
export type JudgedRun = JudgedLog & { readonly command?: string | null };

const SHOWN_CHARACTERS = 400;

function callText({ operation }: LogViolation): string {
  return operation === null ? 'init' : formatOperation(operation, toHex);
}

function answerText({ header }: JudgedLog, { response }: LogViolation): string {
  return formatResponse(header.config, response);
}

/** Returns the command line that shrinks the log on the target it is of, which only the reader knows; null for standard input. */
function shrinkOf(path: string): string | null {
  return path === '-' ? null : commandLine('shrink', path, '--target', 'TARGET');
}

function violationLines(log: JudgedLog, violation: LogViolation, path: string): readonly string[] {
  const { line } = violation;
  const [clause, ...how] = formatViolation(violation);
  return [
    `line      ${path === '-' ? line : `${path}:${line}`}`,
    `call      ${shortened(`${callText(violation)}  -> ${answerText(log, violation)}`, SHOWN_CHARACTERS)}`,
    `violation ${clause}`,
    ...how.map((text) => `          ${text}`),
    '',
  ];
}

/** Returns what arrived of a console's log, where not all of it did. */
function deliveryLines({ delivery }: JudgedLog): readonly string[] {
  if (delivery === null) return [];
  const { boots, lost, lostNumbers, damaged, repeated, outOfOrder, unknown } = delivery;
  return [
    ...(boots > 1 ? [`boots     ${boots}, each judged from its start`] : []),
    ...(lost > 0
      ? [
          `lost      ${counted(lost, 'line')}${lostNumbers.length === 0 ? '' : `, by number: ${lostNumbers.join(' ')}`}`,
        ]
      : []),
    ...(damaged > 0 ? [`damaged   ${counted(damaged, 'line')}`] : []),
    ...(repeated > 0 ? [`repeated  ${counted(repeated, 'line')}`] : []),
    ...(outOfOrder > 0
      ? [`disorder  ${counted(outOfOrder, 'line')} with a lower number than the line before`]
      : []),
    ...(unknown === null
      ? []
      : [
          `unknown   ${counted(unknown.lines, 'line')} of another form, with the right checksum; first ${unknown.first}`,
        ]),
  ];
}

/** Returns what could not be judged of a log that began in the middle or lost lines. */
function undecidedLines({ undecided, operations, held }: JudgedLog): readonly string[] {
  const reasons = Object.entries(undecided);
  if (reasons.length === 0) return [];
  const all = reasons.reduce((sum, [, count]) => sum + count, 0);
  const share = Math.round((100 * (operations - all)) / Math.max(1, operations));
  return [
    `decided   ${grouped(operations - all)} of ${counted(operations, 'operation')} (${share}%)`,
    ...reasons.map(([reason, count]) => `          ${grouped(count)} undecided: ${reason}`),
    `held      ${counted(held, 'page frame')} known to be held in the end`,
  ];
}

const VERDICTS = {
  admitted: 'admitted: the specification admits every answer in',
  violated: 'violated: by the last of',
  cut: 'cut short: the specification admits what was judged,',
  interrupted: 'interrupted: the specification admits every answer so far in',
} as const;

function verdictLine({ verdict, operations, seconds }: JudgedLog): string {
  return `${VERDICTS[verdict]} ${counted(operations, 'operation')} (${seconds.toFixed(1)} s)`;
}

function clauseLine({ clauses }: JudgedLog): string {
  const sides = Object.values(clauses).map((counts) => Object.values(counts));
  const both = sides.filter((counts) => counts.length > 1 && counts.every((count) => count > 0));
  return `clauses   ${counted(sides.length, 'clause')} checked, ${both.length} on both sides (listed by --verbose)`;
}

/** Returns the report on a judged log, without the last line break. */
export function judgeReport(log: JudgedRun, path: string, isVerbose: boolean): string {
  const clauses = isVerbose ? clauseTable(log.clauses) : clauseLine(log);
  const tables = [callTable(log.calls), clauses].flatMap((text) => [text, '']);
  const { violation } = log;
  const lines = violation === null ? [] : violationLines(log, violation, path);
  const next = violation === null ? null : shrinkOf(path);
  const ended = log.command == null ? [] : [`command   ${log.command}`];
  const known = [...ended, ...deliveryLines(log), ...undecidedLines(log)];
  const gap = known.length === 0 ? [] : [''];
  return [
    ...tables,
    ...known,
    ...gap,
    ...lines,
    verdictLine(log),
    ...(next === null ? [] : [nextLine(next)]),
  ].join('\n');
}

function counterexampleOf(log: JudgedLog, violation: LogViolation, path: string): CounterexampleJson {
  const { clause, explanation, pfn, owner, operation } = violation;
  const at = operation === null ? -1 : log.operations - 1;
  return counterexampleJson({
    violation: { clause, explanation, at, pfn, owner },
    from: path,
    call: callText(violation),
    answer: answerText(log, violation),
    operations: log.operations,
    next: shrinkOf(path),
  });
}

/** Returns the result as `--json` prints it. */
export function judgeJson(log: JudgedRun, path: string): object {
  const { verdict, operations, seconds, calls, clauses, violation, cut, delivery, undecided, held } = log;
  const { command = null } = log;
  return {
    verdict,
    operations,
    seconds,
    line: violation?.line ?? null,
    cut,
    command,
    calls,
    clauses,
    undecided,
    held,
    delivery,
    counterexample: violation === null ? null : counterexampleOf(log, violation, path),
  };
}
