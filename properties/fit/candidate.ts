/**
 * A candidate: a claim that might be why an allocator broke a clause. Each has a condition, which its author can confirm, and probes:
 * programs that an allocator of this kind answers wrongly while it does not claim so, on a world with room for everything. A defect seldom
 * breaks all of them.
 */
import type { Moment } from '../../counterexamples/trace/index.ts';
import type { World } from '../../runner/index.ts';
import {
  type BreakableClause,
  beyond,
  config,
  memoryMap,
  type Operation,
  PAGE_BYTES,
  type Profile,
  type Program,
  type Reference,
  U64_MAX,
} from '../../spec/index.ts';

/** A claim that might explain a violation. */
export interface Candidate {
  /** As JSON, to be put in place of the present ones. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** What is true of an allocator that needs them, to be read after "if". */
  readonly condition: string;
  /** A question that its author must answer before the claim is believed, where it may as well be a defect. */
  readonly question?: string;
  /** Whether a defect looks the same: a hint may name it, and no fit takes it up. */
  readonly isHintOnly?: true;
  readonly probes: readonly Program[];
  /** Programs that it answers rightly nevertheless. Default: none. */
  readonly controls?: readonly Program[];
  /** The worlds of probes and of controls, where one with room for everything does not tell. */
  readonly worlds?: { readonly probed: World; readonly controlled: World };
}

/** The answer that broke a clause, and what the allocator claimed. */
export interface Broken {
  readonly clause: BreakableClause;
  /** The frees before it: one that goes wrong in silence shows later. */
  readonly earlier: readonly Moment[];
  readonly moment: Moment;
  readonly profile: Profile;
}

/** Page frames that no memory has. */
export const COUNTS = [2n ** 40n, 2n ** 41n];

export function run(
  count: bigint,
  alignment: bigint = PAGE_BYTES,
  maxAddr: bigint = U64_MAX,
): Operation<Reference> {
  return { call: 'allocBitmap', count, maxAddr, alignment };
}

/** Names a page frame of the k-th result, or a byte of it. */
export function page(frame: number, offset = 0n, result = 0): Reference {
  return { result, page: frame, offset };
}

export function free(reference: Reference): Operation<Reference> {
  return { call: 'free', address: reference };
}

export function retain(reference: Reference): Operation<Reference> {
  return { call: 'retain', address: reference };
}

export function release(reference: Reference): Operation<Reference> {
  return { call: 'release', address: reference };
}

export function freeRegion(reference: Reference, count: bigint): Operation<Reference> {
  return { call: 'freeRegion', address: reference, count };
}

/** A run that starts at or above an address, or crosses no multiple of a number of bytes. */
export function bounded(
  count: bigint,
  bounds: { minAddr?: bigint; boundary?: bigint },
): Operation<Reference> {
  const anywhere = { minAddr: 0n, maxAddr: U64_MAX, alignment: PAGE_BYTES, boundary: 0n };
  return { call: 'allocWithin', count, ...anywhere, ...bounds };
}

/** Returns the programs whose calls a profile has, with the call for runs that it has. */
function possible(profile: Profile, ...programs: readonly Program[]): readonly Program[] {
  const { calls } = profile;
  const isOther = !calls.includes('allocBitmap') && calls.includes('allocWithin');
  const told = (operation: Operation<Reference>): Operation<Reference> =>
    isOther && operation.call === 'allocBitmap'
      ? { ...operation, call: 'allocWithin', minAddr: 0n, boundary: 0n }
      : operation;
  return programs
    .map((program) => program.map(told))
    .filter((program) => program.every((operation) => beyond(profile, operation) === null));
}

/** An operation that allocates one page frame. */
export function single({ calls }: Profile): Operation<Reference> {
  if (calls.includes('alloc')) return { call: 'alloc' };
  return calls.includes('allocPages') ? { call: 'allocPages', count: 1n } : run(1n);
}

/** Page frames of each zone of a world that is soon used up. */
const FEW = 16;

export function fewPages({ memoryAtLeast }: Profile): { readonly world: World; readonly pages: number } {
  const pages = 2 * FEW + memoryAtLeast;
  return { world: freeWorld(1n, BigInt(1 + pages), BigInt(1 + FEW)), pages };
}

/** Returns a candidate whose probes and controls go on until memory is used up, on a world of few page frames. */
export function lasting(profile: Profile, candidate: Candidate): Candidate {
  const { world, pages } = fewPages(profile);
  const rest = Array<Operation<Reference>>(pages).fill(single(profile));
  const lengthened = (program: Program): Program => [...program, ...rest];
  return {
    ...candidate,
    probes: candidate.probes.map(lengthened),
    controls: (candidate.controls ?? []).map(lengthened),
    worlds: { probed: world, controlled: world },
  };
}

export const SINGLES = ['alloc', 'allocPages'];

/** More pages than either zone of the roomy world has. */
export const MANY = 5000;

export function isPowerOfTwo(n: bigint): boolean {
  return n > 0n && (n & (n - 1n)) === 0n;
}

/** Returns the powers of two from `least` on that are below `n`. */
export function powersBelow(n: bigint, least: bigint): readonly bigint[] {
  const powers: bigint[] = [];
  for (let power = least; power < n; power *= 2n) powers.push(power);
  return powers;
}

/** Returns a world of free page frames [base, end), of which the ones below `limit` are the bitmap zone. */
export function freeWorld(base: bigint, end: bigint, limit: bigint): World {
  const start = base * PAGE_BYTES;
  return {
    map: memoryMap([{ type: 'conventional', start, pages: Number(end - base) }]),
    config: config({ bitmapMaxAddr: limit * PAGE_BYTES }),
  };
}

/** Returns the candidate with the programs whose calls a profile has; nothing where none of its probes can be made. */
export function asPossible(profile: Profile, candidate: Candidate): readonly Candidate[] {
  const { controls = [] } = candidate;
  const probes = possible(profile, ...candidate.probes);
  if (probes.length === 0 && candidate.probes.length > 0) return [];
  return [{ ...candidate, probes, controls: possible(profile, ...controls) }];
}
