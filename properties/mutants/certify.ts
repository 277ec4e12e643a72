/**
 * Certificates of mutants: whether a reduced program is as short as any on its own small world, and what a search of all states
 * finds in the usual one. A mutant that a world of that size cannot express is named with the reason.
 */
import Table from 'cli-table3';
import { formatProgram, type Trace } from '../../spec/index.ts';
import { type Certificate, certify } from '../explore/certificate.ts';
import { type Exploration, explore } from '../explore/explore.ts';
import { smallWorld } from '../explore/world.ts';
import { type Mutant, targetOf } from './mutant.ts';

/** The usual world that mutants are searched in. */
const SIZE = { stack: 4, bitmap: 5 } as const;
/** Milliseconds for a certificate, and for a search. */
const MS = 60_000;

/** What is shown of a mutant and its simplest program. */
export interface CertifiedMutant {
  readonly mutant: Mutant;
  readonly trace: Trace;
  readonly certificate: Certificate;
  readonly searched: Exploration;
}

/** Certifies the simplest program of a mutant, and searches the usual world. */
export async function certifyMutant(mutant: Mutant, trace: Trace): Promise<CertifiedMutant> {
  const target = targetOf(mutant);
  const certificate = await certify(target, trace, { ms: MS });
  const world = smallWorld(SIZE);
  const searched = await explore({ target, world, bounds: { seconds: MS / 1000 } });
  return { mutant, trace, certificate, searched };
}

/** Returns what a certificate says, in a few words. */
export function certificateWord(certificate: Certificate): string {
  if (certificate.kind === 'open') return `no: ${certificate.why}`;
  if (certificate.kind === 'shorter')
    return `no: ${certificate.trace.scenario.operations.length} operations do`;
  return `shortest, ${certificate.programs.toLocaleString('en-US')} shorter hold`;
}

function programOf({ scenario }: Trace): string {
  return scenario.operations.length === 0 ? '(init)' : formatProgram(scenario.operations).join('\n');
}

function found({ trace, end }: Exploration): string {
  if (trace !== null) return `${trace.scenario.operations.length}`;
  return end === 'closed' ? 'holds' : `not within ${MS / 1000} s`;
}

/** Returns the table of certificates. */
export function certificateTable(results: readonly CertifiedMutant[]): string {
  const { stack, bitmap } = SIZE;
  const head = ['mutant', 'simplest program', 'length', 'certified', `--stack ${stack}\n--bitmap ${bitmap}`];
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  table.push(
    ...results.map((result) => [
      result.mutant.name,
      programOf(result.trace),
      `${result.trace.scenario.operations.length}`,
      certificateWord(result.certificate),
      found(result.searched),
    ]),
  );
  return table.toString();
}

/** Returns what must not be: a simplest program that is not the shortest, or not as long as is known. */
export function uncertified(results: readonly CertifiedMutant[]): readonly string[] {
  return results.flatMap(({ mutant, trace, certificate }) => {
    const { length } = trace.scenario.operations;
    const wrong =
      length === mutant.shortest
        ? []
        : [`${mutant.name}: ${length} operations, ${mutant.shortest} are known to do`];
    return certificate.kind === 'shorter'
      ? [...wrong, `${mutant.name}: ${certificateWord(certificate)}`]
      : wrong;
  });
}

/** Returns a line over all: how many are certified, and why the others are not. */
export function certifiedLine(results: readonly CertifiedMutant[]): string {
  const certified = results.filter(({ certificate }) => certificate.kind === 'shortest').length;
  const alike = results.filter(
    ({ searched, mutant }) => searched.trace?.scenario.operations.length === mutant.shortest,
  );
  const world = `--stack ${SIZE.stack} --bitmap ${SIZE.bitmap}`;
  return `${certified} of ${results.length} certified as shortest on their own worlds; ${alike.length} are found in ${world} by as short a program`;
}
