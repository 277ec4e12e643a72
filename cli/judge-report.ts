/** What `frameproof judge` prints: where a log breaks the specification, and what was judged. Pure: from a result to text. */

import type { JudgedLog, LogViolation } from '../counterexamples/log/index.ts';
import { formatResponse } from '../counterexamples/trace/index.ts';
import { CLAUSES, formatOperation, toHex } from '../spec/index.ts';
import { callTable, clauseTable, grouped } from './count-table.ts';

const SHOWN_CHARACTERS = 400;

function shortened(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function callText({ header }: JudgedLog, { operation, response }: LogViolation): string {
  const call = operation === null ? 'init' : formatOperation(operation, toHex);
  return shortened(`${call}  -> ${formatResponse(header.config, response)}`);
}

function violationLines(log: JudgedLog, violation: LogViolation, path: string): readonly string[] {
  const { line, clause, explanation, pfn, owner } = violation;
  const sentence = CLAUSES.find(({ name }) => name === clause)?.sentence ?? '';
  const frame = pfn === null ? [] : [`          page frame ${pfn}, owner ${owner ?? 'unknown'}`];
  return [
    `line      ${path}:${line}`,
    `call      ${callText(log, violation)}`,
    `broken    ${clause}: ${sentence}`,
    `          ${explanation}`,
    ...frame,
    '',
  ];
}

const VERDICTS = {
  admitted: 'admitted: the specification admits every answer in',
  broken: 'broken: the last of',
  cut: 'cut short: the specification admits what is whole,',
} as const;

/** Returns the verdict in one line. */
function judgeVerdictLine({ verdict, operations, seconds }: JudgedLog): string {
  return `${VERDICTS[verdict]} ${grouped(operations)} operations (${seconds.toFixed(1)} s)`;
}

/** Returns the report on a judged log, without the last line break. */
export function judgeReport(log: JudgedLog, path: string): string {
  const tables = [callTable(log.calls), clauseTable(log.clauses)].flatMap((text) => [text, '']);
  const violation = log.violation === null ? [] : violationLines(log, log.violation, path);
  return [...tables, ...violation, judgeVerdictLine(log)].join('\n');
}

/** Returns the result as `--json` prints it. */
export function judgeJson({
  verdict,
  operations,
  seconds,
  calls,
  clauses,
  violation,
  cut,
}: JudgedLog): object {
  const { response: _, operation, ...found } = violation ?? { response: null, operation: null };
  const broken =
    violation === null ? {} : { violation: { ...found, call: operation === null ? 'init' : operation.call } };
  return { verdict, operations, seconds, ...broken, ...(cut === null ? {} : { cut }), calls, clauses };
}
