/** The report on proofs: a row for each function, then what was refuted, and with which input. */
import Table from 'cli-table3';
import type { Proof } from './prove.ts';
import { type FunctionSource, SourceError } from './source.ts';

/** Returns how a proof was found. */
function methodOf({ runs, queries, claim }: Proof): string {
  const listed = runs === 0 ? [] : [`exhaustion of ${runs} inputs`];
  const solved = queries === 0 ? [] : [queries === 1 ? 'Z3' : `Z3, ${queries} cases`];
  const within = claim.statement.within === undefined ? [] : [`within ${claim.statement.within}`];
  return [...listed, ...solved, ...within].join('; ');
}

/** Returns the text of a statement, its condition first, on one line. */
function statementText({ claim: { given, holds } }: Proof): string {
  const text = ({ file, body }: FunctionSource): string => {
    if (Array.isArray(body)) throw new SourceError(`${file.name}: expected a statement of one expression`);
    return file.textOf(body as Parameters<typeof file.textOf>[0]);
  };
  return given === null ? text(holds) : `where ${text(given)}: ${text(holds)}`;
}

/** Returns the table of all proofs. */
export function proofTable(proofs: readonly Proof[]): string {
  const table = new Table({
    head: ['function', 'statement', 'method', 'CPU s', 'verdict'],
    colWidths: [null, 58, 22, null, null],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const proof of proofs) {
    const { claim, cpuMs, verdict } = proof;
    table.push([
      claim.function.name,
      statementText(proof),
      methodOf(proof),
      (cpuMs / 1000).toFixed(1),
      verdict.kind,
    ]);
  }
  return table.toString();
}

/** Returns a line on a function that is not proved. */
export function lineOn({ claim, verdict }: Proof): string {
  const name = `${claim.function.file.name}: ${claim.function.name}`;
  if (verdict.kind === 'proved') return `${name} is proved`;
  if (verdict.kind === 'undecided') return `${name} is undecided: ${verdict.text}`;
  return `${name} is refuted: for ${verdict.input} it answers ${verdict.answer}, as a run of it confirms`;
}
