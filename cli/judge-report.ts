/** The report of `frameproof judge`: where a log violates the specification, and what was judged. Pure: from a result to text. */

import type { JudgedLog, LogViolation } from '../counterexamples/log/index.ts';
import { formatResponse } from '../counterexamples/text/index.ts';
import { CLAUSES, counted, formatOperation, toHex } from '../spec/index.ts';
import { callTable, clauseTable } from './count-table.ts';
import { type CounterexampleJson, counterexampleJson } from './counterexample-json.ts';
import { commandLine, nextLine } from './next-step.ts';

const SHOWN_CHARACTERS = 400;

function shortened(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

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
  const { line, clause, explanation, pfn, owner } = violation;
  const sentence = CLAUSES.find(({ name }) => name === clause)?.sentence ?? '';
  const frame = pfn === null ? [] : [`          page frame ${pfn}, owner ${owner ?? 'unknown'}`];
  return [
    `line      ${path}:${line}`,
    `call      ${shortened(`${callText(violation)}  -> ${answerText(log, violation)}`)}`,
    `violation ${clause}: ${sentence}`,
    `          ${explanation}`,
    ...frame,
    '',
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

/** Returns the report on a judged log, without the last line break. */
export function judgeReport(log: JudgedLog, path: string): string {
  const tables = [callTable(log.calls), clauseTable(log.clauses)].flatMap((text) => [text, '']);
  const { violation } = log;
  const lines = violation === null ? [] : violationLines(log, violation, path);
  const next = violation === null ? null : shrinkOf(path);
  return [...tables, ...lines, verdictLine(log), ...(next === null ? [] : [nextLine(next)])].join('\n');
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
export function judgeJson(log: JudgedLog, path: string): object {
  const { verdict, operations, seconds, calls, clauses, violation, cut } = log;
  return {
    verdict,
    operations,
    seconds,
    line: violation?.line ?? null,
    cut,
    calls,
    clauses,
    counterexample: violation === null ? null : counterexampleOf(log, violation, path),
  };
}
