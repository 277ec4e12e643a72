/**
 * Simple bursts: long programs that repeat plain calls in one plain world. A defect that depends on how much is held or how often
 * something was done mostly shows in one of them, whatever program it was found by.
 *
 *   alloc() ×(n + 1), free(…) ×n, alloc()      alloc() ×n, free(every second)      (alloc(), free(…)) ×n
 *   the same of runs of 1 page frame           allocPages(1) ×n                    allocBitmap(0) ×n
 *
 * The world has n free page frames on either side of the limit, so that the last allocation is refused.
 */
import {
  type Call,
  HIGHER_HALF_48,
  isAllocation,
  type Operation,
  PAGE_BYTES,
  type Program,
  type Reference,
  U64_MAX,
} from '../../spec/index.ts';
import type { Draft } from './draft.ts';
import { range } from './rewrite.ts';

type Step = Operation<Reference>;

const run = (count: bigint): Step => ({
  call: 'allocBitmap',
  count,
  maxAddr: U64_MAX,
  alignment: PAGE_BYTES,
});

/** A call that hands out one page frame, and the call that frees a result of it. */
interface Kind {
  readonly take: Step;
  readonly free: (result: number) => Step;
}

const pageOf = (result: number): Reference => ({ result, page: 0, offset: 0n });

const KINDS: readonly Kind[] = [
  { take: { call: 'alloc' }, free: (result) => ({ call: 'free', address: pageOf(result) }) },
  { take: run(1n), free: (result) => ({ call: 'freeRegion', address: pageOf(result), count: 1n }) },
];

const repeated = (step: Step, times: number): Program => range(0, times).map(() => step);

/** Programs of one kind: memory filled and drained, fragmented, churned. */
function programsOf({ take, free }: Kind, times: number): readonly Program[] {
  const results = range(0, times);
  const second = results.filter((result) => result % 2 === 1);
  return [
    [...repeated(take, times + 1), ...results.map(free), take],
    [...repeated(take, times), ...second.map(free)],
    results.flatMap((result) => [take, free(result)]),
  ];
}

function programs(times: number): readonly Program[] {
  return [
    ...KINDS.flatMap((kind) => programsOf(kind, times)),
    repeated({ call: 'allocPages', count: 1n }, times),
    repeated(run(0n), times),
  ];
}

const FACTOR = 4;

/** How often calls are repeated. */
export interface Times {
  readonly from: number;
  readonly most: number;
}

/** Lists the drafts of simple bursts of the calls that a target has, short ones first. */
export function* simpleBursts(
  { policies }: Pick<Draft, 'policies'>,
  calls: readonly Call[],
  { from, most }: Times,
): Generator<Draft> {
  for (let times = from; times < most * FACTOR; times *= FACTOR) {
    const n = Math.min(times, most);
    const world = { descriptors: [{ type: 'conventional', base: 0, pages: 2 * n } as const], limit: n };
    for (const program of programs(n)) {
      const operations = program.filter(({ call }) => calls.includes(call));
      if (operations.some(({ call }) => isAllocation(call)))
        yield { ...world, higherHalf: HIGHER_HALF_48, policies, operations };
    }
  }
}
