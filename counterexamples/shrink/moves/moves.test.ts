/** Each move on one tiny draft: the drafts that it must list. A draft is written as its map, its limit and its program. */
import { describe, expect, it } from 'vitest';
import { execute, OURS } from '../../../runner/index.ts';
import {
  addressesOf,
  formatProgram,
  HIGHER_HALF_48,
  HIGHER_HALF_57,
  type MemoryType,
  type Operation,
  type Ownership,
  PAGE_BYTES,
  type Program,
  parseReference,
  type Reference,
  U64_MAX,
} from '../../../spec/index.ts';
import { type Draft, ScenarioBuilder } from '../draft.ts';
import type { Counterexample } from '../trials.ts';
import { moveRun, simplifyArguments } from './arguments.ts';
import { freeBootMemory, freeOnlyBootMemory } from './boot-memory.ts';
import { plainBursts, simplifySingles } from './bursts.ts';
import { reorder, simplifyCalls, useAddresses } from './calls.ts';
import { dropPages, lowerCounts } from './counts.ts';
import { deleteOne, deleteStretches, deleteThree, deleteTwo, startLater } from './delete.ts';
import { MOVES, type Move } from './index.ts';
import {
  dropDescriptors,
  joinDescriptors,
  lowerLimit,
  removePageFrames,
  shortenDescriptors,
  simplifyTypes,
  sortDescriptors,
  swapNeighbours,
  useDefaultHigherHalf,
} from './map.ts';
import { dropFrees, mergeOperations } from './merge.ts';
import { shortenBatches, simplifyReferences } from './references.ts';

/** Page frames of a type: type, first page frame, number. */
type Entry = readonly [type: MemoryType, base: number, pages: number];

function draftOf(
  map: readonly Entry[],
  limit: number,
  operations: Program,
  higherHalf = HIGHER_HALF_48,
): Draft {
  const descriptors = map.map(([type, base, pages]) => ({ type, base, pages }));
  return { descriptors, limit, higherHalf, policies: OURS.policies, operations };
}

/** `@3` is the address of page frame 3, anything else is a reference as reports write it. */
function reference(text: string): Reference {
  const [, frame] = /^@(\d+)$/.exec(text) ?? [];
  const found =
    frame === undefined
      ? parseReference(text)
      : { absolute: HIGHER_HALF_48 + BigInt(Number(frame)) * PAGE_BYTES };
  if (found === null) throw new Error(`not a reference: ${text}`);
  return found;
}

const alloc: Operation<Reference> = { call: 'alloc' };
const freeAmount: Operation<Reference> = { call: 'freeAmount' };
const totalAmount: Operation<Reference> = { call: 'totalAmount' };
const allocPages = (count: bigint): Operation<Reference> => ({ call: 'allocPages', count });
const allocBitmap = (count: bigint, maxAddr = U64_MAX, alignment = PAGE_BYTES): Operation<Reference> => ({
  call: 'allocBitmap',
  count,
  maxAddr,
  alignment,
});
const free = (address: string): Operation<Reference> => ({ call: 'free', address: reference(address) });
const freePages = (...addresses: readonly string[]): Operation<Reference> => ({
  call: 'freePages',
  addresses: addresses.map(reference),
});
const freeRegion = (address: string, count: bigint): Operation<Reference> => ({
  call: 'freeRegion',
  address: reference(address),
  count,
});

/** The draft's run on our implementation. Moves do not look at the violation, so none is needed. */
function ran(draft: Draft): Counterexample {
  const states: Ownership[] = [];
  const run = execute(OURS, new ScenarioBuilder().scenarioOf(draft), {
    tally: () => {},
    onStep: ({ before }) => {
      states.push(before);
    },
  });
  expect({ violation: run.violation, dangling: run.dangling }).toEqual({ violation: null, dangling: [] });
  return { draft, run, states };
}

function textOf({ descriptors, limit, higherHalf, operations }: Draft): string {
  const map = descriptors.map(({ type, base, pages }) => `${type} ${base}+${pages}`).join(', ');
  const program = formatProgram(operations)
    .join('; ')
    .replaceAll(/0xffff8[0-9a-f]{11}/g, (hex) => `@${(BigInt(hex) - HIGHER_HALF_48) / PAGE_BYTES}`);
  return `${higherHalf === HIGHER_HALF_48 ? '' : 'higher half moved, '}${map} | ${limit} | ${program}`;
}

/** A move, the draft that it is tried on, and drafts that it lists. */
type Row = readonly [move: Move, draft: Draft, listed: readonly string[]];

const ONE = [['conventional', 0, 1]] as const;
const TWO = [['conventional', 0, 2]] as const;
const FOUR = [['conventional', 0, 4]] as const;

/** References to the pages of result a in [from, to). */
function pagesOfA(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, i) => (from + i === 0 ? 'a' : `a[${from + i}]`));
}

/** With LIFO, `alloc` hands out page frame 1 of {@link TWO} first, then page frame 0. */
const ROWS: readonly Row[] = [
  [
    startLater,
    draftOf(TWO, 0, [alloc, alloc, free('b')]),
    [
      'loaderData 0+2 | 0 | free(@0)',
      'loaderData 0+1, conventional 1+1 | 0 | a = alloc(); free(@0)',
      'loaderData 0+1, conventional 1+1 | 0 | a = allocPages(count 1); free(@0)',
    ],
  ],
  [
    startLater,
    draftOf([['loaderData', 0, 9]], 1, [freeRegion('@3', 5n), allocPages(4n), freeRegion('@4', 2n)]),
    [
      'loaderData 0+3, reserved 3+1, loaderData 4+2, conventional 6+1, loaderData 7+2 | 1 | a = allocPages(count 1); freeRegion(@4, count 2)',
    ],
  ],
  [
    deleteStretches,
    draftOf(TWO, 0, [alloc, freeAmount, totalAmount, alloc]),
    ['conventional 0+2 | 0 | a = alloc(); b = alloc()'],
  ],
  [
    deleteOne,
    draftOf(TWO, 0, [alloc, alloc, free('b')]),
    [
      'conventional 0+2 | 0 | a = alloc(); b = alloc()',
      'conventional 0+2 | 0 | a = alloc()',
      'conventional 0+2 | 0 | a = alloc(); free(@0)',
      'loaderData 0+1, conventional 1+1 | 0 | a = alloc(); free(@0)',
      'conventional 0+2 | 0 | a = alloc(); free(a)',
    ],
  ],
  [
    freeBootMemory,
    draftOf(ONE, 0, [alloc, free('a'), freeAmount]),
    ['conventional 0+1, loaderData 1+1 | 0 | free(@1); freeAmount()'],
  ],
  [
    freeBootMemory,
    draftOf(ONE, 1, [allocBitmap(1n), free('a'), freeAmount]),
    ['conventional 0+1, loaderData 1+1 | 2 | free(@1); freeAmount()'],
  ],
  [
    dropDescriptors,
    draftOf(
      [
        ['conventional', 0, 1],
        ['reserved', 1, 1],
        ['conventional', 2, 1],
      ],
      0,
      [alloc],
    ),
    [
      'conventional 0+1, conventional 2+1 | 0 | a = alloc()',
      'conventional 0+1, conventional 1+1 | 0 | a = alloc()',
      'conventional 2+1 | 0 | a = alloc()',
    ],
  ],
  [
    mergeOperations,
    draftOf(TWO, 0, [alloc, alloc, freePages('a', 'b')]),
    ['conventional 0+2 | 0 | a = allocPages(count 2); freePages(a, a[1])'],
  ],
  [
    mergeOperations,
    draftOf(TWO, 0, [alloc, free('a'), alloc, freeAmount]),
    ['conventional 0+4 | 0 | a = allocPages(count 2); freeAmount()'],
  ],
  [
    mergeOperations,
    draftOf(TWO, 0, [alloc, alloc, free('a'), free('b')]),
    [
      'conventional 0+2 | 0 | a = alloc(); b = alloc(); freePages(a, b)',
      'conventional 0+2 | 0 | a = alloc(); b = alloc(); freeRegion(b, count 2)',
    ],
  ],
  [
    simplifyCalls,
    draftOf(FOUR, 0, [alloc, free('a'), alloc, free('b')]),
    ['conventional 0+4 | 0 | a = alloc(); b = alloc(); c = alloc(); free(c)'],
  ],
  [
    simplifyCalls,
    draftOf(FOUR, 4, [allocBitmap(2n), freeRegion('a', 2n)]),
    [
      'conventional 0+4 | 4 | a = alloc(); freeRegion(a, count 2)',
      'conventional 0+4 | 4 | a = allocPages(count 2); freeRegion(a, count 2)',
      'conventional 0+4 | 0 | a = alloc(); freeRegion(@0, count 2)',
      'conventional 0+4 | 4 | a = allocBitmap(count 2, maxAddr 0xffffffffffffffff, alignment 4096); free(a[1])',
      'conventional 0+4 | 4 | a = allocBitmap(count 2, maxAddr 0xffffffffffffffff, alignment 4096); freePages(a, a[1])',
    ],
  ],
  [
    useDefaultHigherHalf,
    draftOf(
      [['loaderData', 0, 1]],
      0,
      [{ call: 'free', address: { absolute: HIGHER_HALF_57 } }],
      HIGHER_HALF_57,
    ),
    ['loaderData 0+1 | 0 | free(@0)', 'loaderData 0+1 | 0 | free(0xff00000000000000)'],
  ],
  [
    simplifyTypes,
    draftOf(
      [
        ['loaderCode', 0, 1],
        ['acpiNvs', 1, 1],
      ],
      0,
      [alloc],
    ),
    [
      'conventional 0+2 | 0 | a = alloc()',
      'conventional 0+1, acpiNvs 1+1 | 0 | a = alloc()',
      'loaderCode 0+1, loaderData 1+1 | 0 | a = alloc()',
    ],
  ],
  [
    shortenBatches,
    draftOf(TWO, 0, [alloc, alloc, freePages('a', 'b')]),
    [
      'conventional 0+2 | 0 | a = alloc(); b = alloc(); freePages(b)',
      'conventional 0+2 | 0 | a = alloc(); b = alloc(); freePages(b, a)',
      'conventional 0+2 | 0 | a = alloc(); b = alloc(); freePages()',
    ],
  ],
  [
    removePageFrames,
    draftOf(
      [
        ['conventional', 0, 3],
        ['loaderData', 3, 1],
      ],
      0,
      [free('@3')],
    ),
    ['conventional 0+1, loaderData 1+1 | 0 | free(@1)', 'conventional 0+0, loaderData 0+1 | 0 | free(@0)'],
  ],
  [
    removePageFrames,
    draftOf(FOUR, 2, [allocBitmap(1n, 2n * PAGE_BYTES)]),
    [
      'conventional 0+3 | 1 | a = allocBitmap(count 1, maxAddr 0x1000, alignment 4096)',
      'conventional 0+3 | 2 | a = allocBitmap(count 1, maxAddr 0x2000, alignment 4096)',
    ],
  ],
  [
    moveRun,
    draftOf([['conventional', 0, 9]], 9, [allocBitmap(3n, 9n * PAGE_BYTES, 5n * PAGE_BYTES)]),
    ['conventional 0+9 | 9 | a = allocBitmap(count 2, maxAddr 0x4000, alignment 8192)'],
  ],
  [
    lowerCounts,
    draftOf([['conventional', 0, 7]], 0, [allocPages(4n), allocPages(3n), free('a[3]')]),
    [
      'conventional 0+7 | 0 | a = allocPages(count 2); b = allocPages(count 1); free(a[3])',
      'conventional 0+7 | 0 | a = allocPages(count 2); b = allocPages(count 1); free(a[1])',
      'conventional 2+5 | 0 | a = allocPages(count 2); b = allocPages(count 1); free(a[1])',
      'conventional 0+5 | 0 | a = allocPages(count 2); b = allocPages(count 1); free(a[1])',
      'conventional 0+5 | 0 | a = allocPages(count 4); b = allocPages(count 1); free(a[3])',
    ],
  ],
  [
    lowerCounts,
    draftOf([['conventional', 0, 4096]], 0, [allocPages(4096n)]),
    [
      'conventional 0+3584 | 0 | a = allocPages(count 3584)',
      'conventional 0+4032 | 0 | a = allocPages(count 4032)',
    ],
  ],
  [
    lowerCounts,
    draftOf([['loaderData', 8, 12]], 0, [freeRegion('@8', 12n)]),
    ['loaderData 14+6 | 0 | freeRegion(@8, count 6)', 'loaderData 14+6 | 0 | freeRegion(@14, count 6)'],
  ],
  [
    simplifyArguments,
    draftOf([['conventional', 0, 9]], 0, [allocPages(9n)]),
    ['conventional 0+9 | 0 | a = allocPages(count 1)', 'conventional 0+9 | 0 | a = allocPages(count 8)'],
  ],
  [
    simplifyArguments,
    draftOf(FOUR, 4, [allocBitmap(2n, 3n * PAGE_BYTES, 2n * PAGE_BYTES)]),
    [
      'conventional 0+4 | 4 | a = allocBitmap(count 1, maxAddr 0xffffffffffffffff, alignment 4096)',
      'conventional 0+4 | 4 | a = allocBitmap(count 2, maxAddr 0xffffffffffffffff, alignment 4096)',
      'conventional 0+4 | 4 | a = allocBitmap(count 1, maxAddr 0x3000, alignment 8192)',
      'conventional 0+4 | 4 | a = allocBitmap(count 2, maxAddr 0x2000, alignment 8192)',
      'conventional 0+4 | 4 | a = allocBitmap(count 2, maxAddr 0x3000, alignment 4096)',
    ],
  ],
  [
    simplifyReferences,
    draftOf(TWO, 0, [alloc, free('@1')]),
    ['conventional 0+2 | 0 | a = alloc(); free(a)', 'conventional 0+2 | 0 | a = alloc(); free(@0)'],
  ],
  [
    simplifyReferences,
    draftOf(TWO, 0, [allocPages(2n), free('a[1]')]),
    ['conventional 0+2 | 0 | a = allocPages(count 2); free(a)'],
  ],
  [
    dropFrees,
    draftOf(TWO, 0, [allocPages(2n), freePages('a', 'a[1]'), alloc, free('b'), alloc, free('c')]),
    ['conventional 0+6 | 0 | a = allocPages(count 2); b = alloc(); c = alloc(); free(c)'],
  ],
  [
    freeOnlyBootMemory,
    draftOf(FOUR, 0, [allocPages(3n), free('a[2]'), free('a'), alloc]),
    ['conventional 0+4, loaderData 4+2 | 0 | free(@4); free(@5); a = alloc()'],
  ],
  [
    plainBursts,
    draftOf(FOUR, 0, [allocPages(3n), freePages('a', 'a[2]', 'a[1]'), allocPages(2n)]),
    ['conventional 0+4 | 0 | a = allocPages(count 1); freePages(a); b = allocPages(count 1)'],
  ],
  [
    simplifySingles,
    draftOf([['conventional', 0, 20]], 12, [
      ...Array.from({ length: 8 }, () => alloc),
      allocBitmap(8n, 0xc000n),
    ]),
    [
      'count 1, maxAddr 0xffffffffffffffff',
      'count 8, maxAddr 0xffffffffffffffff',
      'count 4, maxAddr 0xc000',
    ].map(
      (last) =>
        `conventional 0+20 | 12 | ${[...'abcdefgh'].map((name) => `${name} = alloc(); `).join('')}i = allocBitmap(${last}, alignment 4096)`,
    ),
  ],
  [
    simplifyReferences,
    draftOf([['conventional', 0, 9000]], 9000, [allocBitmap(9000n), free('@8000'), free('a[6000]')]),
    ['free(a[8000]); free(a[6000])', 'free(@8000); free(a[3000])', 'free(@8000); free(a[4500])'].map(
      (frees) =>
        `conventional 0+9000 | 9000 | a = allocBitmap(count 9000, maxAddr 0xffffffffffffffff, alignment 4096); ${frees}`,
    ),
  ],
  [
    dropPages,
    draftOf(FOUR, 0, [allocPages(3n), freePages('a', 'a[2]')]),
    ['conventional 0+4 | 0 | a = allocPages(count 2); freePages(a, a[1])'],
  ],
  [
    dropPages,
    draftOf(FOUR, 4, [allocBitmap(3n), freeRegion('a', 3n)]),
    [
      'conventional 0+4 | 4 | a = allocBitmap(count 2, maxAddr 0xffffffffffffffff, alignment 4096); freeRegion(a, count 2)',
      'conventional 0+4 | 4 | a = allocBitmap(count 2, maxAddr 0xffffffffffffffff, alignment 4096); freeRegion(a, count 3)',
    ],
  ],
  [
    lowerLimit,
    draftOf([['conventional', 0, 20]], 15, [alloc]),
    [
      'conventional 0+20 | 0 | a = alloc()',
      'conventional 0+20 | 7 | a = alloc()',
      'conventional 0+20 | 14 | a = alloc()',
    ],
  ],
  [
    lowerLimit,
    draftOf([['conventional', 0, 4096]], 1024, [alloc]),
    ['conventional 0+4096 | 768 | a = alloc()', 'conventional 0+4096 | 960 | a = alloc()'],
  ],
  [
    joinDescriptors,
    draftOf(
      [
        ['loaderData', 0, 1],
        ['reserved', 2, 1],
      ],
      0,
      [totalAmount],
    ),
    ['conventional 0+3', 'loaderData 0+3', 'reserved 0+3'].map((map) => `${map} | 0 | totalAmount()`),
  ],
  [
    shortenDescriptors,
    draftOf(FOUR, 0, [alloc]),
    ['conventional 0+3', 'conventional 1+3', 'conventional 2+2'].map((map) => `${map} | 0 | a = alloc()`),
  ],
  [
    sortDescriptors,
    draftOf(
      [
        ['conventional', 2, 1],
        ['loaderData', 1, 1],
        ['conventional', 0, 1],
      ],
      0,
      [alloc],
    ),
    [
      'conventional 0+1, loaderData 1+1, conventional 2+1 | 0 | a = alloc()',
      'loaderData 1+1, conventional 2+1, conventional 0+1 | 0 | a = alloc()',
    ],
  ],
  [
    swapNeighbours,
    draftOf(
      [
        ['loaderData', 0, 1],
        ['conventional', 2, 2],
      ],
      0,
      [free('@0')],
    ),
    ['loaderData 3+1, conventional 0+2 | 0 | free(@3)', 'conventional 0+2, loaderData 3+1 | 0 | free(@3)'],
  ],
  [
    deleteTwo,
    draftOf(TWO, 0, [alloc, freeAmount, free('a'), totalAmount]),
    [
      'conventional 0+2 | 0 | freeAmount(); totalAmount()',
      'conventional 0+2 | 0 | a = alloc(); freeAmount()',
    ],
  ],
  [
    deleteThree,
    draftOf(TWO, 0, [alloc, freeAmount, free('a'), totalAmount]),
    ['conventional 0+2 | 0 | totalAmount()', 'conventional 0+2 | 0 | freeAmount()'],
  ],
  [
    useAddresses,
    draftOf(TWO, 0, [alloc, alloc, freePages('a', 'b')]),
    ['conventional 0+2 | 0 | a = alloc(); b = alloc(); freePages(@1, @0)'],
  ],
  [
    reorder,
    draftOf(TWO, 0, [freeAmount, alloc, free('a')]),
    [
      'conventional 0+2 | 0 | a = alloc(); freeAmount(); free(a)',
      'conventional 0+2 | 0 | a = alloc(); free(a); freeAmount()',
    ],
  ],
  [
    deleteStretches,
    draftOf(TWO, 0, [alloc, alloc, freeAmount, free('b')]),
    ['conventional 0+2 | 0 | a = alloc()', 'conventional 0+2 | 0 | a = alloc(); free(@0)'],
  ],
  [
    freeBootMemory,
    draftOf(TWO, 0, [alloc, alloc, free('a'), free('b'), freeAmount]),
    [
      'conventional 0+2, loaderData 2+2 | 0 | free(@2); free(@3); freeAmount()',
      'conventional 0+2, loaderData 2+1 | 0 | a = alloc(); free(@2); free(a); freeAmount()',
    ],
  ],
  [
    freeBootMemory,
    draftOf(TWO, 0, [alloc, free('a'), alloc, free('b'), freeAmount]),
    [
      'conventional 0+2, loaderData 2+2 | 0 | free(@2); a = alloc(); free(@3); freeAmount()',
      'conventional 0+2, loaderData 2+1 | 0 | free(@2); a = alloc(); free(a); freeAmount()',
    ],
  ],
  [
    dropDescriptors,
    draftOf(
      [0, 1, 2, 3, 4, 5].map((base) => ['mmio', 2 * base, 1]),
      0,
      [alloc],
    ),
    ['mmio 6+1, mmio 8+1, mmio 10+1 | 0 | a = alloc()'],
  ],
  [
    simplifyCalls,
    draftOf(FOUR, 4, [allocBitmap(2n), free('a[1]')]),
    [
      'conventional 0+4 | 4 | a = alloc(); free(a)',
      'conventional 0+4 | 4 | a = alloc(); free(@1)',
      'conventional 0+4 | 0 | a = alloc(); free(a)',
    ],
  ],
  [
    simplifyTypes,
    draftOf(
      [
        ['acpiNvs', 0, 1],
        ['reserved', 1, 1],
        ['acpiNvs', 2, 1],
      ],
      0,
      [alloc],
    ),
    [
      'loaderData 0+1, reserved 1+1, loaderData 2+1 | 0 | a = alloc()',
      'loaderData 0+1, reserved 1+1, acpiNvs 2+1 | 0 | a = alloc()',
    ],
  ],
  [
    shortenBatches,
    draftOf([['conventional', 0, 13]], 0, [allocPages(13n), freePages(...pagesOfA(0, 13))]),
    [`conventional 0+13 | 0 | a = allocPages(count 13); freePages(${pagesOfA(6, 13).join(', ')})`],
  ],
  [
    removePageFrames,
    draftOf(FOUR, 4, [allocBitmap(1n, 3n * PAGE_BYTES)]),
    [
      'conventional 0+2 | 2 | a = allocBitmap(count 1, maxAddr 0x1000, alignment 4096)',
      'conventional 0+2 | 2 | a = allocBitmap(count 1, maxAddr 0x2000, alignment 4096)',
    ],
  ],
  [
    lowerCounts,
    draftOf(
      [
        ['loaderData', 0, 4],
        ['conventional', 4, 2],
      ],
      0,
      [allocPages(2n), free('@2')],
    ),
    [
      'loaderData 0+3, conventional 3+2 | 0 | a = allocPages(count 1); free(@1)',
      'loaderData 0+3, conventional 3+2 | 0 | a = allocPages(count 1); free(@2)',
    ],
  ],
  [
    simplifyReferences,
    draftOf(FOUR, 0, [alloc, alloc, free('b+0x1')]),
    ['free(a)', 'free(a+0x1)', 'free(b)'].map(
      (last) => `conventional 0+4 | 0 | a = alloc(); b = alloc(); ${last}`,
    ),
  ],
  [
    simplifyReferences,
    draftOf(FOUR, 0, [allocPages(4n), free('a[3]'), free('@1')]),
    [
      'conventional 0+4 | 0 | a = allocPages(count 4); free(a[2]); free(@1)',
      'conventional 0+4 | 0 | a = allocPages(count 4); free(a[3]); free(a[2])',
    ],
  ],
  [
    simplifyReferences,
    draftOf(TWO, 0, [allocPages(2n), free('a[1]+0x1000')]),
    ['conventional 0+2 | 0 | a = allocPages(count 2); free(a[1])'],
  ],
  [
    simplifyReferences,
    draftOf([['loaderData', 5, 3]], 0, [free('@7')]),
    ['free(@5)', 'free(@6)'].map((last) => `loaderData 5+3 | 0 | ${last}`),
  ],
  [
    simplifyReferences,
    draftOf(ONE, 0, [free('0x5005')]),
    ['free(0x5000)', 'free(0x5001)', 'free(0x0)'].map((last) => `conventional 0+1 | 0 | ${last}`),
  ],
  [
    joinDescriptors,
    draftOf(
      [
        ['loaderData', 2, 1],
        ['mmio', 5, 1],
        ['reserved', 0, 1],
      ],
      0,
      [totalAmount],
    ),
    ['mmio 5+1, conventional 0+3 | 0 | totalAmount()', 'conventional 0+3, mmio 5+1 | 0 | totalAmount()'],
  ],
  [
    reorder,
    draftOf([['loaderData', 0, 3]], 0, [free('@2'), free('@1'), free('@0')]),
    ['loaderData 0+3 | 0 | free(@0); free(@1); free(@2)'],
  ],
  [
    dropDescriptors,
    draftOf(
      [0, 1, 2, 3, 4, 5].map((base) => [base % 2 === 0 ? 'loaderData' : 'conventional', base, 1]),
      0,
      [free('@0'), free('@2'), free('@4')],
    ),
    ['loaderData 0+1, loaderData 2+1, loaderData 4+1 | 0 | free(@0); free(@2); free(@4)'],
  ],
  [
    removePageFrames,
    draftOf(
      [['loaderData', 0, 20]],
      0,
      [1, 3, 5, 7, 9, 11, 13, 15, 17].map((frame) => free(`@${frame}`)),
    ),
    [`loaderData 0+9 | 0 | ${[0, 1, 2, 3, 4, 5, 6, 7, 8].map((frame) => `free(@${frame})`).join('; ')}`],
  ],
  [
    sortDescriptors,
    draftOf(
      [
        ['conventional', 2, 1],
        ['loaderData', 0, 1],
        ['acpiNvs', 1, 1],
      ],
      0,
      [alloc],
    ),
    ['loaderData 0+1, acpiNvs 1+1, conventional 2+1 | 0 | a = alloc()'],
  ],
];

describe('the moves of the shrinker', () => {
  it.each(ROWS.map(([move, draft, listed]) => [move.name, textOf(draft), move, draft, listed] as const))(
    '%s from %s',
    (_, __, move, draft, listed) => {
      expect([...move(ran(draft))].map(textOf)).toEqual(expect.arrayContaining([...listed]));
    },
  );

  it('are all shown here', () => {
    const shown = new Set(ROWS.map(([move]) => move));
    expect(MOVES.filter((move) => !shown.has(move)).map(({ name }) => name)).toEqual([]);
  });

  it('reorder never puts an operation before a result that it names', () => {
    const drafts = [...reorder(ran(draftOf(TWO, 0, [alloc, free('a'), alloc])))].map(textOf);
    expect(drafts).not.toContainEqual(expect.stringMatching(/\| free\(a\)/));
  });

  it('useDefaultHigherHalf lists nothing where the higher half is the default', () => {
    expect([...useDefaultHigherHalf(ran(draftOf(ONE, 0, [alloc])))]).toEqual([]);
  });

  it('shortenBatches lists each address of a short batch, and of a long one a few stretches of each size', () => {
    const drafts = (pages: number): readonly Draft[] => [
      ...shortenBatches(
        ran(
          draftOf([['conventional', 0, pages]], 0, [
            allocPages(BigInt(pages)),
            freePages(...pagesOfA(0, pages)),
          ]),
        ),
      ),
    ];
    const without = (drawn: readonly Draft[], less: number, pages: number): number =>
      drawn.filter(({ operations: [, last] }) => addressesOf(last ?? alloc).length === pages - less).length;
    expect(without(drafts(30), 1, 30)).toBe(30);
    const long = drafts(2000);
    expect([without(long, 1000, 2000), without(long, 1, 2000)]).toEqual([2, 32]);
    expect(long.length).toBeLessThan(200);
  });

  it('removePageFrames lists the memory without any page frame that a long batch does not name', () => {
    const named = Array.from({ length: 100 }, (_, k) => `@${3 + k + (k < 50 ? 0 : 7)}`);
    const [first] = removePageFrames(ran(draftOf([['loaderData', 0, 200]], 4, [freePages(...named)])));
    const plain = Array.from({ length: 100 }, (_, k) => `@${k}`);
    expect(first).toEqual(draftOf([['loaderData', 0, 100]], 1, [freePages(...plain)]));
  });

  it('lowerLimit lists limits a few page frames lower', () => {
    const limits = [...lowerLimit(ran(draftOf([['conventional', 0, 2000]], 1000, [alloc])))].map(
      ({ limit }) => limit,
    );
    expect(limits).toEqual(expect.arrayContaining([500, 969, 985, 993, 997, 999]));
  });
});
