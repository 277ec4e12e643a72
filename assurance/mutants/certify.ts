/**
 * Certificates of mutants: is a shrunk program as short as any on its own small world, and what does a search of all states find there and
 * in the usual world? A mutant that a world of that size cannot express is listed with the reason, or its search closes.
 */
import Table from 'cli-table3';
import {
  type Certificate,
  certify,
  type Exploration,
  explore,
  smallWorld,
} from '../../properties/explore/index.ts';
import { type Mutant, targetOf } from '../../runner/mutants/index.ts';
import { formatProgram, grouped, type Trace } from '../../spec/index.ts';

/** The usual world that mutants are searched in. */
const SIZE = { stack: 4, bitmap: 5 } as const;
/** Milliseconds for a certificate, and for a search. */
const MS = 120_000;

/** The certificate of a mutant's simplest program, and the searches. */
export interface CertifiedMutant {
  readonly mutant: Mutant;
  readonly trace: Trace;
  readonly certificate: Certificate;
  /** The search of the world of its program; null if that is too large. */
  readonly own: Exploration | null;
  /** The search of the usual world. */
  readonly searched: Exploration;
}

/** Certifies the simplest program of a mutant, and searches its own world and the usual one. */
export async function certifyMutant(mutant: Mutant, trace: Trace): Promise<CertifiedMutant> {
  const target = targetOf(mutant);
  const certificate = await certify(target, trace, { ms: MS });
  const bounds = { seconds: MS / 1000 };
  const { map, config, policies } = trace.scenario;
  const own =
    certificate.kind === 'open' ? null : await explore({ target, world: { map, config }, policies, bounds });
  const searched = await explore({ target, world: smallWorld(SIZE), bounds });
  return { mutant, trace, certificate, own, searched };
}

/** Returns a certificate in a few words. */
function certificateWord(certificate: Certificate): string {
  if (certificate.kind === 'open') return `no: ${certificate.why}`;
  if (certificate.kind === 'shorter')
    return `no: ${certificate.trace.scenario.operations.length} operations do`;
  return `shortest, ${grouped(certificate.programs)} shorter hold`;
}

function programOf({ scenario }: Trace): string {
  return scenario.operations.length === 0 ? '(init)' : formatProgram(scenario.operations).join('\n');
}

/** Returns the length of the program that a search found; null if it found none. */
function foundLength(search: Exploration | null): number | null {
  return search?.trace?.scenario.operations.length ?? null;
}

function found(search: Exploration | null): string {
  if (search === null) return 'too large';
  const length = foundLength(search);
  if (length !== null) return `${length}`;
  return search.end === 'closed' ? 'holds' : `not within ${MS / 1000} s`;
}

/** Returns the table of certificates. */
export function certificateTable(results: readonly CertifiedMutant[]): string {
  const { stack, bitmap } = SIZE;
  const head = [
    'mutant',
    'simplest program',
    'length',
    'certified',
    'found in\nits world',
    `found in\n--stack ${stack}\n--bitmap ${bitmap}`,
  ];
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  table.push(
    ...results.map((result) => [
      result.mutant.name,
      programOf(result.trace),
      `${result.trace.scenario.operations.length}`,
      certificateWord(result.certificate),
      found(result.own),
      found(result.searched),
    ]),
  );
  return table.toString();
}

/**
 * Returns the shortcomings: a simplest program that is not the shortest or not of the known length, and a search of its world that
 * finds none as short.
 */
export function uncertified(results: readonly CertifiedMutant[]): readonly string[] {
  return results.flatMap(({ mutant, trace, certificate, own }) => {
    const { length } = trace.scenario.operations;
    return [
      ...(length === mutant.shortest ? [] : [`${length} operations, ${mutant.shortest} are known to do`]),
      ...(certificate.kind === 'shorter' ? [certificateWord(certificate)] : []),
      ...(own === null || foundLength(own) === length ? [] : [`the search of its world: ${found(own)}`]),
    ].map((wrong) => `${mutant.name}: ${wrong}`);
  });
}

/** Returns the totals: how many mutants are certified, and how many a search finds with as short a program. */
export function certifiedLine(results: readonly CertifiedMutant[]): string {
  const count = (isSo: (result: CertifiedMutant) => boolean): number => results.filter(isSo).length;
  const certified = count(({ certificate }) => certificate.kind === 'shortest');
  const own = count(({ own, mutant }) => foundLength(own) === mutant.shortest);
  const alike = count(({ searched, mutant }) => foundLength(searched) === mutant.shortest);
  const longer = count(({ searched, mutant }) => (foundLength(searched) ?? 0) > mutant.shortest);
  const held = count(({ searched }) => searched.end === 'closed');
  const world = `--stack ${SIZE.stack} --bitmap ${SIZE.bitmap}`;
  return [
    `${certified} of ${results.length} certified as shortest on their own worlds, ${own} found there by a search, as short`,
    `${world}: ${alike} found by as short a program, ${longer} by a longer one, ${held} cannot be told from the original there`,
  ].join('\n');
}
