/** Simpler arguments of allocations and regions: counts, limits and alignments, one at a time or all three of a run together. */
import {
  type Argument,
  type Operation,
  type OperationOf,
  PAGE_BYTES,
  type Reference,
  U64_MAX,
} from '../../../spec/index.ts';
import type { Draft } from '../draft.ts';
import { pointsOf } from '../layout.ts';
import { withSimpler } from '../rewrite.ts';
import type { Counterexample } from '../trials.ts';

const SMALL_NUMBERS = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n] as const;
/** Where arithmetic wraps. */
const LARGE_NUMBERS = [
  1n << 31n,
  1n << 32n,
  (1n << 32n) + 1n,
  1n << 52n,
  1n << 53n,
  1n << 63n,
  U64_MAX,
] as const;
/** Not unsigned 64-bit integers. */
const BAD_NUMBERS = [-1n, U64_MAX + 1n, 1.5] as const;

/** Numbers below `value`: halves of the distance to it, down to one `unit`. A bound is met in O(log²) tries wherever it lies. */
export function lowered(value: Argument, unit: bigint): readonly bigint[] {
  if (typeof value !== 'bigint' || value <= 0n) return [];
  const lower = [value - (value % unit)];
  for (let less = value / 2n; less > unit; less /= 2n) lower.push(value - less - ((value - less) % unit));
  return [...lower, value - unit];
}

/** The page frames that descriptors cover below the limit, from the limit up, and in all; and one more than each. */
function coveredPages(draft: Draft): readonly bigint[] {
  const parts = draft.descriptors.map((d) => ({
    below: Math.min(d.pages, Math.max(0, draft.limit - d.base)),
    all: d.pages,
  }));
  const below = BigInt(parts.reduce((n, part) => n + part.below, 0));
  const all = BigInt(parts.reduce((n, part) => n + part.all, 0));
  return [below, below + 1n, all - below, all - below + 1n, all, all + 1n];
}

function counts(draft: Draft, value: Argument): readonly Argument[] {
  const near = [...coveredPages(draft), ...lowered(value, 1n)];
  return [1n, ...SMALL_NUMBERS, ...near, ...LARGE_NUMBERS, ...BAD_NUMBERS];
}

function limits(draft: Draft, value: Argument): readonly Argument[] {
  const frames = [...SMALL_NUMBERS, ...pointsOf(draft).map((frame) => BigInt(frame))];
  const near = frames.map((frame) => frame * PAGE_BYTES);
  return [
    U64_MAX,
    ...near,
    ...lowered(value, PAGE_BYTES),
    1n,
    PAGE_BYTES - 1n,
    ...near.flatMap((bytes) => [bytes - 1n, bytes + 1n, bytes + PAGE_BYTES - 1n]),
    ...BAD_NUMBERS,
  ];
}

function alignments(value: Argument): readonly Argument[] {
  const multiples = SMALL_NUMBERS.map((n) => n * PAGE_BYTES);
  const odd = [1n, PAGE_BYTES - 1n, PAGE_BYTES + 1n];
  return [PAGE_BYTES, ...multiples, ...lowered(value, PAGE_BYTES), ...odd, ...LARGE_NUMBERS, ...BAD_NUMBERS];
}

function* withSimplerBounds(
  draft: Draft,
  operation: OperationOf<'allocWithin'>,
): Generator<Operation<Reference>> {
  yield { ...operation, minAddr: 0n, boundary: 0n };
  for (const minAddr of [0n, ...limits(draft, operation.minAddr)]) yield { ...operation, minAddr };
  for (const boundary of [0n, ...alignments(operation.boundary)]) yield { ...operation, boundary };
}

function* withSimplerArgument(
  draft: Draft,
  operation: Operation<Reference>,
): Generator<Operation<Reference>> {
  if ('count' in operation && operation.call !== 'allocBitmap')
    for (const count of counts(draft, operation.count)) yield { ...operation, count };
  if (!('maxAddr' in operation)) return;
  if (operation.call === 'allocWithin') yield* withSimplerBounds(draft, operation);
  yield { ...operation, count: 1n, maxAddr: U64_MAX, alignment: PAGE_BYTES };
  yield { ...operation, maxAddr: U64_MAX, alignment: PAGE_BYTES };
  for (const count of counts(draft, operation.count)) yield { ...operation, count };
  for (const maxAddr of limits(draft, operation.maxAddr)) yield { ...operation, maxAddr };
  for (const alignment of alignments(operation.alignment)) yield { ...operation, alignment };
}

/** Gives one argument of one operation a simpler value. */
export function* simplifyArguments({ draft }: Counterexample): Generator<Draft> {
  for (let at = draft.operations.length - 1; at >= 0; at -= 1) {
    const operation = draft.operations[at];
    if (operation === undefined) continue;
    yield* withSimpler(draft, at, withSimplerArgument(draft, operation));
  }
}

/** A contiguous allocation with small values for all three arguments. */
const SMALL_RUNS = [1n, 2n, 3n].flatMap((count) =>
  [U64_MAX, ...SMALL_NUMBERS.map((n) => n * PAGE_BYTES)].flatMap((maxAddr) =>
    [1n, 2n, 3n].map((pages) => ({ count, maxAddr, alignment: pages * PAGE_BYTES })),
  ),
);

/** Gives all three arguments of one contiguous allocation small values: the run moves as a whole. */
export function* moveRun({ draft }: Counterexample): Generator<Draft> {
  for (const [at, operation] of draft.operations.entries())
    if ('maxAddr' in operation)
      yield* withSimpler(
        draft,
        at,
        SMALL_RUNS.map((run) => ({ ...operation, ...run })),
      );
}
