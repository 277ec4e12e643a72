/**
 * Certificates: a counterexample is as short as any on its world. Every shorter program on its memory map and configuration is
 * judged: by a search of states if the target can be saved, else one by one, each from init; by whole programs if it takes only those.
 *
 * A *program* here is a sequence of the operations that the world tells apart (see `instances.ts`). Each can be called in every state,
 * so o operations make o^k programs of length k. A search of all states to depth k judges them all: every program is a path
 * through the states, and every path a program.
 */

import type { Target } from '../../runner/index.ts';
import { counted, isOwnClause, isSpecError, type Operation, type Trace } from '../../spec/index.ts';
import { explore, howSaved } from './explore.ts';
import { operationInstances } from './instances.ts';
import { Patience } from './patience.ts';
import { traceOf } from './program.ts';
import { runTree } from './program-tree.ts';
import { runWhole } from './whole-programs.ts';
import { framesOfWorld } from './world.ts';

/**
 * - `shortest`: all shorter programs hold; `programs` is their number, `operations` that of the operations they are made of.
 * - `shorter`: a shorter program breaks a clause.
 * - `open`: undecided, with the reason.
 * @public
 */
export type Certificate =
  | { readonly kind: 'shortest'; readonly programs: bigint; readonly operations: number }
  | { readonly kind: 'shorter'; readonly trace: Trace }
  | { readonly kind: 'open'; readonly why: string };

/** The bound of a certificate's search. */
export interface CertificateOptions {
  /** Most milliseconds. Default: 10,000. */
  readonly ms?: number;
  /** Ends the search early. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the number of operations, or of programs, that were tried. */
  readonly onProgress?: (tried: number) => void;
}

const DEFAULT_MS = 10_000;
/** A world with more page frames that change hands, or more operations, is not searched. */
const MOST_FRAMES = 16;
const MOST_OPERATIONS = 5000;

/** Returns the number of programs shorter than `length` over this many operations, the empty program included. */
export function shorterPrograms(operations: number, length: number): bigint {
  let [sum, power] = [0n, 1n];
  for (let k = 0; k < length; k += 1) {
    sum += power;
    power *= BigInt(operations);
  }
  return sum;
}

/** Nobody reads more digits than these. */
const MOST_DIGITS = 15;

/** Returns a number of shorter programs in words; a large one as a power of ten: 100 operations take 300 digits. */
export function countedPrograms(programs: bigint): string {
  const { length } = String(programs);
  return length > MOST_DIGITS
    ? `more than 10^${length - 1} shorter programs`
    : counted(programs, 'shorter program');
}

/** Returns the operations of the world of a trace, or why the world is not searched. */
function operationsOf(target: Target, { scenario }: Trace): readonly Operation[] | string {
  try {
    const frames = framesOfWorld({ ...scenario, profile: target.profile }).manageable.length;
    if (frames > MOST_FRAMES)
      return `its world has ${frames} page frames that change hands, more than ${MOST_FRAMES}`;
  } catch (error) {
    if (isSpecError(error)) return 'its world has too many page frames that change hands';
    throw error;
  }
  const operations = operationInstances(scenario, { target });
  if (operations.length <= MOST_OPERATIONS) return operations;
  return `its world tells ${operations.length} operations apart, more than ${MOST_OPERATIONS}`;
}

type Limits = CertificateOptions & Required<Pick<CertificateOptions, 'ms'>>;

/** A shorter program that breaks a clause; that all hold; or that time ran out. */
type Shorter = Trace | 'none' | 'out of time';

/** Returns null where the target is saved and loaded wrongly: that is for `explore` to say, and the counterexample stands. */
async function searched(
  target: Target,
  trace: Trace,
  operations: readonly Operation[],
  { ms, signal, onProgress }: Limits,
): Promise<Shorter | null> {
  const { map, config, policies } = trace.scenario;
  const bounds = { depth: trace.scenario.operations.length - 1, seconds: ms / 1000, signal };
  try {
    const found = await explore({
      target,
      world: { map, config },
      policies,
      operations,
      bounds,
      onProgress: ({ transitions }) => onProgress?.(transitions),
    });
    if (found.end === 'violated') return found.trace;
    return found.end === 'closed' || found.end === 'depth' ? 'none' : 'out of time';
  } catch (error) {
    if (isSpecError(error)) return null;
    throw error;
  }
}

/** More programs than that no process runs in a millisecond. */
const MOST_A_MS = 20;

async function ranWhole(
  target: Target,
  { scenario }: Trace,
  operations: readonly Operation[],
  { ms, ...limits }: Limits,
): Promise<Shorter> {
  const { length } = scenario.operations;
  if (shorterPrograms(operations.length, length) > ms * MOST_A_MS) return 'out of time';
  const bounds = { depth: length - 1, deadline: performance.now() + ms, ...limits };
  const end = await runWhole({ target, scenario, operations, ...bounds });
  return end === 'done' ? 'none' : end === 'given up' ? 'out of time' : end;
}

async function ranOneByOne(
  target: Target,
  trace: Trace,
  operations: readonly Operation[],
  { ms, signal, onProgress = () => {} }: Limits,
): Promise<Shorter> {
  const { map, config, policies } = trace.scenario;
  const subject = { target, world: { map, config }, policies };
  const depth = trace.scenario.operations.length - 1;
  const patience = new Patience(target, subject.world);
  const deadline = performance.now() + ms;
  const tree = await runTree({ ...subject, patience, operations, depth, signal, deadline, onProgress });
  if (tree.isStuck) return 'out of time';
  if (tree.program !== null) return traceOf(target, subject.world, policies, tree.program);
  return tree.end === 'done' ? 'none' : 'out of time';
}

/**
 * Decides whether the program of a counterexample is as short as any on its world, within `ms` milliseconds.
 * @public
 */
export async function certify(
  target: Target,
  trace: Trace,
  { ms = DEFAULT_MS, ...options }: CertificateOptions = {},
): Promise<Certificate> {
  const { length } = trace.scenario.operations;
  if (length === 0) return { kind: 'shortest', programs: 0n, operations: 0 };
  if (isOwnClause(trace.violation?.clause))
    return { kind: 'open', why: `${trace.violation.clause} is not a clause of the specification` };
  const operations = operationsOf(target, trace);
  if (typeof operations === 'string') return { kind: 'open', why: operations };
  const limits = { ms, ...options };
  const shorter = target.isInteractive
    ? ((howSaved(target, trace.scenario) === null
        ? null
        : await searched(target, trace, operations, limits)) ??
      (await ranOneByOne(target, trace, operations, limits)))
    : await ranWhole(target, trace, operations, limits);
  const programs = shorterPrograms(operations.length, length);
  if (shorter === 'out of time')
    return {
      kind: 'open',
      why: `${countedPrograms(programs)} are too many for ${(ms / 1000).toFixed(1)} s`,
    };
  return shorter === 'none'
    ? { kind: 'shortest', programs, operations: operations.length }
    : { kind: 'shorter', trace: shorter };
}
