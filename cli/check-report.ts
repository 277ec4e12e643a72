/** The report of `frameproof check`: a summary that fits 80 columns, and the verdict. Pure: from a result to text. */
import type { CampaignResult } from '../properties/random/index.ts';
import { counted, grouped, STANDARD_CALLS, type Unchecked } from '../spec/index.ts';
import { wrapped } from './print.ts';

function unreachedLines({ unreached }: CampaignResult): readonly string[] {
  return unreached.length === 0
    ? []
    : [
        'never met in this run; more programs may meet it (--programs):',
        ...unreached.map((name) => `  ${name}`),
        '',
      ];
}

/** Returns how far a run went, and what it met, in a line each. */
function extentLines({
  programs,
  operations,
  seconds,
  situations,
  clauses,
}: CampaignResult): readonly string[] {
  const rate = seconds > 0 ? grouped(Math.round(operations / seconds)) : '-';
  const ran = `${counted(programs, 'program')}, ${counted(operations, 'operation')} judged`;
  const met = Object.values(situations).filter((times) => times > 0).length;
  const both = Object.values(clauses).filter((sides) => Object.values(sides).every((n) => n > 0)).length;
  return [
    `ran     ${ran} in ${seconds.toFixed(1)} s (${rate}/s)`,
    `met     ${counted(met, 'situation')}, ${counted(both, 'clause')} on both sides (listed by --verbose)`,
    '',
  ];
}

const VERDICTS = {
  holds: 'holds: no counterexample',
  unreached: 'not shown: no counterexample, but not everything was met',
  interrupted: 'interrupted: no counterexample so far',
} as const;

/** Returns the verdict in one line; `late` is what the target threw outside its calls. */
export function verdictLine(result: CampaignResult, late: readonly string[] = []): string {
  const { verdict, findings, isCutShort, programs, seed } = result;
  const found =
    findings.length > 0 || late.length === 0
      ? counted(findings.length, 'counterexample')
      : `${counted(late.length, 'error')} outside calls`;
  const text = verdict === 'violated' ? `violated: ${found}` : VERDICTS[verdict];
  return `${text} ${isCutShort ? 'after' : 'in'} ${counted(programs, 'program')}, seed ${seed}`;
}

/** Calls that no program made, and clauses that no answer was held to: what the run says nothing about. */
function idleLines({ calls, clauses, unchecked }: CampaignResult): readonly string[] {
  // Calls that the target has not are listed among what was not checked.
  const lacking = unchecked.flatMap(({ what }) => what.split(', '));
  const neverRan = STANDARD_CALLS.filter((call) => calls[call] === undefined && !lacking.includes(call));
  const neverChecked = Object.entries(clauses).filter(([, sides]) =>
    Object.values(sides).every((n) => n === 0),
  );
  const lines = [
    ...(neverRan.length === 0 ? [] : wrapped(`calls that never ran: ${neverRan.join(', ')}`)),
    ...(neverChecked.length === 0
      ? []
      : wrapped(`clauses never exercised: ${neverChecked.map(([name]) => name).join(', ')}`)),
  ];
  return lines.length === 0 ? [] : [...lines, ''];
}

/** Returns the lines on what was not checked. */
export function uncheckedLines(unchecked: readonly Unchecked[]): readonly string[] {
  const lines = unchecked.flatMap(({ what, why }) => wrapped(`${what}: ${why}`, '  '));
  return lines.length === 0 ? [] : ['not checked on this target:', ...lines, ''];
}

/** Clauses and calls that were not checked because the target does not claim them, and the memory that a process took. */
function targetLines({ unchecked, peakKib, bytesACall }: CampaignResult): readonly string[] {
  const listed = uncheckedLines(unchecked);
  if (peakKib === 0) return listed;
  const { sent = 0, received = 0 } = bytesACall ?? {};
  const line = `serial  ${sent.toFixed(1)} bytes a call to the kernel, ${received.toFixed(1)} from it`;
  const memory = `memory  the target's process took at most ${(peakKib / 1024).toFixed(1)} MiB`;
  return [...listed, ...(bytesACall === null ? [] : [line]), memory, ''];
}

/** Returns the lines before the verdict: how far the run went, and what was not checked or not met. */
export function checkReport(result: CampaignResult): readonly string[] {
  return [...extentLines(result), ...idleLines(result), ...targetLines(result), ...unreachedLines(result)];
}

/** Returns the counts and the verdict as `--json` prints them. */
export function checkJson(result: CampaignResult): object {
  const { findings: _, seconds, operations, ...rest } = result;
  return { ...rest, operations, seconds, operationsPerSecond: Math.round(operations / seconds) };
}
