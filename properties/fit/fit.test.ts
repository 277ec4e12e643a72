import { describe, expect, it } from 'vitest';
import { BATCHES } from '../../assurance/calls/batches.ts';
import { REFERENCES } from '../../assurance/calls/references.ts';
import { KINDS } from '../../assurance/mutants/kinds/index.ts';
import { kindTarget } from '../../assurance/mutants/kinds/kind.ts';
import { createPmm } from '../../impl/index.ts';
import { execute, factoryTarget, type Target, wrapPmm } from '../../runner/index.ts';
import { MUTANTS, targetOf } from '../../runner/mutants/index.ts';
import {
  config,
  decodeProfile,
  HIGHER_HALF_48,
  memoryMap,
  type Operation,
  ownerAfterInit,
  PAGE_BYTES,
  type PmmFactory,
  POLICIES,
  Profile,
  type Program,
  type Reference,
  type SomePmm,
  type SomePmmFactory,
  type Trace,
  WorldRefused,
} from '../../spec/index.ts';
import { runCampaign } from '../random/index.ts';
import { free, freeRegion, page, retain, run } from './candidate.ts';
import { explain, fitProfile, hintOn } from './index.ts';

/** Returns the first counterexample of a target. */
async function firstTrace(target: Target): Promise<Trace> {
  const options = { worlds: [], generated: true, operations: 60, seed: 22, stopFirst: true };
  const { findings } = await runCampaign({ ...options, target, programs: 2000 });
  const [found] = findings;
  if (found === undefined) throw new Error(`${target.name} breaks no clause`);
  return found.trace;
}

async function firstHint(target: Target): Promise<string | null> {
  return hintOn(target, await firstTrace(target));
}

/** The claim that a hint names, of a correct manager that does not make it. */
const NAMED: Readonly<Record<string, RegExp>> = {
  unalignedFree: /^if free.*\(\) takes only page-aligned addresses, claim "unalignedFree": "misuse"$/,
  runArguments: /^if its runs have no (upper limit \(maxAddr\)|alignment), claim "runArguments": \["\w+"\]$/,
  limits: /^if limits of its runs \(maxAddr\) are powers of two, .*, claim "limits": "powers-of-two"$/,
  neverBelow: /^if it never hands out memory below 0x4000, claim "neverBelow": "0x4000"$/,
  bitmapZoneEnd: /^if its bitmap zone always ends at 0x8000, claim "bitmapZoneEnd": "0x8000"$/,
  alignments: /^if alignments of its runs are powers of two, claim "alignments": "powers-of-two"$/,
  largestAlignment: /^if its largest alignment is 0x200000, claim "largestAlignment": "0x200000"$/,
  largestRun: /^if its largest contiguous allocation is 8, and batches may be larger, claim "largestRun": 8$/,
  runsWithin:
    /^if (its runs lie in one descriptor of the memory map, .*|no run of it crosses a multiple of 8 page frames, .*), claim "runsWithin": "(descriptors|0x8000)"$/,
  search: /^if a run may be refused although it is free, .* a list per CPU, claim "search": "partial"$/,
  freeRuns: /^if free.*\(\) takes runs back only as they were handed out, claim "freeRuns": "whole"$/,
  uncaught: /^if it does not notice frees of what it never handed out, claim "uncaught": \["foreign"\]$/,
  outOfMemory: /^if it stops or waits where memory is used up, claim "outOfMemory": "undefined"$/,
  holdsBack:
    /^if (it holds back 4 free page frames, as below a watermark|page frames that are freed wait until there are (4|32) of them), claim "holdsBack": ([34]|31)(, "search": "partial")?$/,
  singlePages: /^if single pages come from any of its zones, claim "singlePages": "any-zone"$/,
  bootMemory: /^if boot memory is never handed over, claim "bootMemory": "kept"$/,
  keeps: /^if init keeps the page frames that it names, claim "keeps": "named"$/,
  memoryAtLeast: /^if init cannot manage such memory, let it return false/,
};

describe('the hint on a counterexample of correct code', () => {
  const kinds = KINDS.filter(({ claim }) => Object.keys(claim).some((name) => NAMED[name] !== undefined));
  it.each(kinds.map((kind) => [kind.correct.name, kind] as const))(
    'names the claim that %s needs',
    async (_, { claim, correct, others = {} }) => {
      const [name = ''] = Object.keys(claim);
      expect(await firstHint(kindTarget(correct, others))).toMatch(NAMED[name] ?? /^$/);
    },
  );
});

describe('the hint on an init that is broken', () => {
  it.each<readonly [fault: string, create: PmmFactory]>([
    [
      'changes the memory map',
      (map, options) => {
        Object.assign(map.descriptors, { length: 0 });
        return createPmm(map, options);
      },
    ],
    [
      'tells amounts that are not numbers',
      (map, options) => wrapPmm(createPmm(map, options), { freeAmount: () => 1n as never }),
    ],
  ])('is none where it %s: no other memory would do', async (_, create) => {
    expect(await firstHint(factoryTarget({ name: 'broken', policies: [], create }))).toBeNull();
  });
});

describe('the hint on a misuse that is refused by an error', () => {
  it('names the panic to throw in its place', async () => {
    const create: PmmFactory = (map, options) => {
      const pmm = createPmm(map, options);
      const free = (address: bigint): void => {
        try {
          pmm.free(address);
        } catch {
          throw new RangeError('not allocated');
        }
      };
      return wrapPmm(pmm, { free });
    };
    expect(await firstHint(factoryTarget({ name: 'own error', policies: [], create }))).toMatch(
      /^if this error is how it refuses misuse, throw PmmPanic of frameproof\/spec in its place, or claim /,
    );
  });
});

/** Returns the kind whose correct manager has a name. */
function kindOf(name: string): (typeof KINDS)[number] {
  const kind = KINDS.find(({ correct }) => correct.name === name);
  if (kind === undefined) throw new Error(`no kind is called ${name}`);
  return kind;
}

describe('the hint on zones that serve for each other', () => {
  it.each([
    [
      'zones-for-each-other',
      /^if a request for zone dma is served by normal where it has no run, claim "zones": \[\{"name":"dma","below":"0x4000","fallback":\["normal"\]\},/,
    ],
    ['zones-apart', /^if no zone serves for another, claim "fallback": "none"$/],
    [
      'lowest-zone-next',
      /^if a request for zone high is served by low, then by middle where it has no run, /,
    ],
  ])('names who serves: %s', async (name, hint) => {
    const { correct, others = {} } = kindOf(name);
    expect(await firstHint(kindTarget(correct, others))).toMatch(hint);
  });

  it('is not sure where a device may be given what it cannot reach', async () => {
    const { correct, others = {} } = kindOf('zones-for-each-other');
    const target = kindTarget(correct, others);
    const trace = await firstTrace(target);
    expect(explain(target, trace)).not.toBeNull();
    expect(explain(target, trace, { isSure: true })).toBeNull();
  });
});

describe('a defect', () => {
  it.each([
    'missed-run-at-limit',
    'frame-taken-by-refusal',
    'inclusive-max-address',
    'region-of-one-frame',
    'ownerless-panic',
    'nameless-warning',
    'reserved-frames-free',
  ])('is not explained away: %s', async (name) => {
    const mutant = MUTANTS.find((each) => each.name === name);
    if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
    expect(await firstHint(targetOf(mutant))).toBeNull();
  });
});

/** Returns what builds a manager from the addresses of the pages that are free at first, ascending, and that of page 0. */
function listOf(make: (free: bigint[], start: bigint) => Omit<SomePmm, 'errno'>): SomePmmFactory {
  return (map, { config: { higherHalf } }) => {
    const pages = map.descriptors.flatMap(({ type, start, pages: count }) =>
      ownerAfterInit(type) === 'pmm'
        ? Array.from({ length: count }, (_, k) => higherHalf + start + BigInt(k) * PAGE_BYTES)
        : [],
    );
    return {
      errno: null,
      ...make(
        pages.sort((a, b) => Number(a - b)),
        higherHalf,
      ),
    };
  };
}

/** The claims of a list of pages. */
const LIST = { zones: 1, misuse: 'undefined', failures: [], memoryBelow: '0x400000' };

function listTarget(make: Parameters<typeof listOf>[0], claims: object): Target {
  const profile = decodeProfile({ ...LIST, ...claims }, 'claims');
  return factoryTarget({ name: 'list', policies: [], profile, create: listOf(make) });
}

/** Keeps the addresses of free pages but page 0 as they are freed: one inside a page is handed out as it is. */
const addresses = (pages: bigint[], start: bigint): Omit<SomePmm, 'errno'> => {
  const free = pages.filter((address) => address !== start);
  return { alloc: () => free.pop() ?? null, free: (address) => void free.push(address) };
};

/** Leaves the last four pages, and frees four at once, the highest page first. */
const withWatermark = (free: bigint[]): Omit<SomePmm, 'errno'> => {
  const waiting: bigint[] = [];
  return {
    alloc: () => (free.length > 4 ? (free.pop() ?? null) : null),
    free: (address) => {
      waiting.push(address - (address % PAGE_BYTES));
      if (waiting.length === 4) free.push(...waiting.splice(0));
    },
  };
};

/** Tells in the array how far a batch came that it refuses, and warns of nothing. */
const leavingEntries = (free: bigint[]): Omit<SomePmm, 'errno'> => ({
  allocPages: (entries, count) => {
    const granted = count <= free.length;
    for (let i = 0; i < Math.min(Number(count), free.length + 1); i += 1) entries[i] = free.at(-1 - i) ?? 0n;
    if (granted) free.length -= Number(count);
    return granted;
  },
  free: (address) => void free.push(address - (address % PAGE_BYTES)),
});

/** A run that may lie in page frames [base, to), aligned to its size and freed only whole where it is a block. */
interface Wanted {
  readonly base: number;
  readonly to: number;
  readonly isBlock?: boolean;
}

/** Returns what builds a manager that hands out the lowest run which is wanted, in the first of these that has one. */
function runsOf(
  wantedOf: (count: number, maxFrame: number, alignment: number) => readonly Wanted[],
): Parameters<typeof listOf>[0] {
  return (pages, start) => {
    const frameOf = (address: bigint): number => Number((address - start) / PAGE_BYTES);
    const isFree = new Uint8Array(pages.length === 0 ? 0 : frameOf(pages.at(-1) ?? 0n) + 1);
    for (const address of pages) isFree[frameOf(address)] = 1;
    const blocks = new Map<number, number>();
    const take = (count: number, { base, to, isBlock = false }: Wanted): bigint | null => {
      const step = isBlock ? count : 1;
      for (
        let frame = Math.ceil(base / step) * step;
        frame + count <= Math.min(to, isFree.length);
        frame += step
      ) {
        if (isFree.subarray(frame, frame + count).includes(0)) continue;
        isFree.fill(0, frame, frame + count);
        if (isBlock) blocks.set(frame, count);
        return start + BigInt(frame) * PAGE_BYTES;
      }
      return null;
    };
    const freeRegion = (address: bigint, count: number | bigint): void => {
      const frame = frameOf(address);
      if (blocks.size > 0 && blocks.get(frame) !== Number(count)) return;
      blocks.delete(frame);
      isFree.fill(1, frame, frame + Number(count));
    };
    return {
      allocBitmap: (count, maxAddr, alignment) => {
        const [end, pages] = [maxAddr, alignment].map((bytes) => Number(BigInt(bytes) / PAGE_BYTES));
        const wanted = count > 0 && count <= 1024 ? wantedOf(Number(count), end ?? 0, pages ?? 0) : [];
        return wanted.reduce<bigint | null>((found, each) => found ?? take(Number(count), each), null);
      },
      free: (address) => freeRegion(address, 1),
      freeRegion,
      freeAmount: () => isFree.reduce((sum, each) => sum + each, 0),
    };
  };
}

/** Hands out the lowest block of as many page frames that begins at a multiple of them. */
const blocks = runsOf((count) =>
  Array.from({ length: 8192 / count }, (_, i) => ({ base: i * count, to: (i + 1) * count })),
);

/** Has a place for each page that is free at first: what else is freed is lost. */
const placesFor = (free: bigint[]): Omit<SomePmm, 'errno'> => {
  const places = free.length;
  return {
    alloc: () => free.pop() ?? null,
    free: (address) => void (free.length < places && free.push(address - (address % PAGE_BYTES))),
  };
};

/** Returns the trace of a program on 4 MiB of free memory but page 0. */
function traceOf(target: Target, operations: Program): Trace {
  const map = memoryMap([{ type: 'conventional', start: PAGE_BYTES, pages: 1023 }]);
  return execute(target, { map, config: config(), policies: [], operations }).trace();
}

/** Returns the claims that explain what is wrong with a program. */
function claimsFor(target: Target, operations: Program): object | null {
  return explain(target, traceOf(target, operations))?.candidate.claims ?? null;
}

describe('the hint on an allocation that takes a guard page, too', () => {
  it('says that no claim describes it, and what the target may do', () => {
    const guarded: Parameters<typeof listOf>[0] = (pages, start) => {
      const inner = runsOf(() => [{ base: 0, to: 1024 }])(pages, start);
      const allocBitmap: SomePmm['allocBitmap'] = (count, ...others) =>
        count > 0 ? (inner.allocBitmap?.(Number(count) + 1, ...others) ?? null) : null;
      return { ...inner, allocBitmap };
    };
    const calls = ['allocBitmap', 'freeRegion', 'freeAmount'];
    const target = listTarget(guarded, { calls, runArguments: [] });
    expect(hintOn(target, traceOf(target, [run(2n)]))).toMatch(
      /^if it takes more page frames than are asked for, as a guard page, no claim says so: let the target ask for as many fewer/,
    );
  });
});

describe('the hint on what no claim describes', () => {
  const calls = ['allocBitmap', 'freeRegion', 'freeAmount'];

  it('says where a pool whose blocks are aligned to its own beginning should begin', () => {
    const blocks = listTarget(
      ([first = 0n]) => ({ allocBitmap: (count) => (count > 8 ? null : first), freeAmount: () => 1023 }),
      { calls, runArguments: [], contiguous: 'powers-of-two' },
    );
    expect(hintOn(blocks, traceOf(blocks, [run(2n)]))).toMatch(
      /^if it aligns blocks to where its pool begins, no claim says so: let the target begin the pool at a multiple/,
    );
  });

  it('says who answers a call of no page frames', () => {
    const eager = listTarget((_, start) => ({ allocBitmap: () => start, freeAmount: () => 1023 }), {
      calls,
      runArguments: [],
    });
    expect(hintOn(eager, traceOf(eager, [run(0n)]))).toMatch(
      /^if no caller asks for no page frames, let the target/,
    );
  });

  it('is silent where that count stands for a large order', () => {
    const claims = { calls, contiguous: 'orders' };
    const eager = listTarget((_, start) => ({ allocBitmap: () => start, freeAmount: () => 1023 }), claims);
    expect(hintOn(eager, traceOf(eager, [run(0n)]))).toBeNull();
  });
});

describe('the hint on an alignment of less than a page frame', () => {
  it('is to pass a page frame in its place, where it is refused', () => {
    const from = runsOf((_, __, alignment) => (alignment === 0 ? [] : [{ base: 0, to: 1024 }]));
    const claims = { calls: ['allocBitmap', 'freeRegion'], runArguments: ['alignment'] };
    const target = listTarget(from, claims);
    expect(hintOn(target, traceOf(target, [run(1n, 8n)]))).toBe(
      'if it takes no alignment of less than a page frame, let the target pass 4096 in its place',
    );
  });
});

describe('the hint on a total of other page frames', () => {
  it('is to leave the call out', () => {
    const target = listTarget(
      (free) => ({ alloc: () => free.pop() ?? null, totalAmount: () => free.length - 1 }),
      { calls: ['alloc', 'totalAmount'] },
    );
    expect(hintOn(target, traceOf(target, []))).toMatch(
      /^if it counts other page frames, .*, leave totalAmount out/,
    );
  });
});

describe('a defect of an argument', () => {
  it('is not explained away: a single page frame is not aligned', () => {
    const target = listTarget(
      runsOf((count, _, alignment) =>
        count === 1
          ? [{ base: 0, to: 8192 }]
          : Array.from({ length: 8192 / alignment }, (_, i) => ({
              base: i * alignment,
              to: i * alignment + count,
            })),
      ),
      { calls: ['allocBitmap', 'freeRegion', 'freeAmount'], runArguments: ['alignment'] },
    );
    expect(claimsFor(target, [run(1n), run(1n, 4n * PAGE_BYTES)])).toBeNull();
  });
});

describe('an allocator that hands out an eighth of memory', () => {
  it('does not hold the rest back, as below a watermark', () => {
    const eighth: Parameters<typeof listOf>[0] = (pages) => {
      const free = pages.slice(0, pages.length / 8);
      return { alloc: () => free.pop() ?? null };
    };
    const map = memoryMap([{ type: 'conventional', start: PAGE_BYTES, pages: 32 }]);
    const operations: Program = Array(5).fill({ call: 'alloc' });
    const target = listTarget(eighth, { calls: ['alloc'] });
    const trace = execute(target, { map, config: config(), policies: [], operations }).trace();
    expect(explain(target, trace)).toBeNull();
  });
});

describe('an allocator that finds no memory', () => {
  const claimsWhere = (end: () => never): object | null => {
    const target = listTarget((free) => ({ alloc: () => free.pop() ?? end() }), { calls: ['alloc'] });
    return claimsFor(target, Array(1024).fill({ call: 'alloc' }));
  };

  it('may stop', () => {
    const stop = (): never => {
      throw new Error('out of memory');
    };
    expect(claimsWhere(stop)).toEqual({ outOfMemory: 'undefined' });
  });

  it('must not call itself for ever', () => {
    const again = (): never => again();
    expect(claimsWhere(again)).toBeNull();
  });
});

describe('the claim that explains a program', () => {
  it('is that blocks which are asked for by order are freed whole', () => {
    const calls = ['allocBitmap', 'free', 'freeRegion', 'freeAmount'];
    const target = listTarget(
      runsOf(() => [{ base: 0, to: 1024, isBlock: true }]),
      { calls, contiguous: 'orders' },
    );
    expect(claimsFor(target, [run(8n), freeRegion(page(4), 4n)])).toEqual({ freeRuns: 'whole' });
  });

  it('is the largest run, where it is larger than there is room for in most worlds', () => {
    const target = factoryTarget({
      name: 'runs of 8192',
      policies: [],
      create: (map, options) => {
        const pmm = createPmm(map, options);
        return wrapPmm(pmm, {
          allocBitmap: (count, ...others) => pmm.allocBitmap(count > 8192n ? 2n ** 50n : count, ...others),
        });
      },
    });
    const map = memoryMap([{ type: 'conventional', start: 0n, pages: 2 ** 17 }]);
    const world = { map, config: config({ bitmapMaxAddr: 2n ** 28n }) };
    const trace = execute(target, { ...world, policies: [], operations: [run(16384n)] }).trace();
    expect(explain(target, trace)?.candidate.claims).toEqual({ largestRun: 8192 });
  });

  it('is that blocks are freed whole, where a free is lost that does not begin where one does', () => {
    const losing: Parameters<typeof listOf>[0] = (pages, start) => {
      const inner = blocks(pages, start);
      const heads = new Set<bigint>();
      const freeRegion: SomePmm['freeRegion'] = (address, count) =>
        heads.has(BigInt(address)) ? inner.freeRegion?.(address, count) : undefined;
      return {
        ...inner,
        allocBitmap: (...args) => {
          const found = inner.allocBitmap?.(...args) ?? null;
          if (found !== null) heads.add(found);
          return found;
        },
        free: (address) => freeRegion(address, 1),
        freeRegion,
      };
    };
    const calls = ['allocBitmap', 'free', 'freeRegion', 'freeAmount'];
    const target = listTarget(losing, { calls, contiguous: 'orders' });
    expect(claimsFor(target, [run(4n), freeRegion(page(2), 2n)])).toEqual({ freeRuns: 'whole' });
  });

  it('is that blocks of 2ⁿ page frames are freed whole, where the count of a free is rounded up to one', () => {
    const rounding: Parameters<typeof listOf>[0] = (pages, start) => {
      const inner = blocks(pages, start);
      const freeRegion: SomePmm['freeRegion'] = (address, count) =>
        inner.freeRegion?.(address, count > 0 ? 2 ** Math.ceil(Math.log2(Number(count))) : 1);
      return { ...inner, freeRegion };
    };
    const calls = ['allocBitmap', 'free', 'freeRegion', 'freeAmount'];
    const target = listTarget(rounding, { calls, contiguous: 'powers-of-two', runArguments: [] });
    expect(claimsFor(target, [run(8n), freeRegion(page(0), 3n)])).toEqual({ freeRuns: 'whole' });
  });

  it.each([
    ['freeAmount', []],
    ['free', Array<Operation<Reference>>(256).fill({ call: 'alloc' })],
  ] as const)('is that memory above some address is not managed, with %s', (call, operations) => {
    const below: Parameters<typeof listOf>[0] = (pages, start) => {
      const free = pages.filter((address) => address - start < 2n ** 20n);
      return {
        alloc: () => free.pop() ?? null,
        free: (address) => void free.push(address),
        freeAmount: () => free.length,
      };
    };
    const target = listTarget(below, { calls: ['alloc', call] });
    expect(claimsFor(target, operations)).toEqual({ memoryBelow: '0x100000' });
    const { candidate } = explain(target, traceOf(target, operations)) ?? {};
    expect(candidate?.question).toBe('is it on purpose that this memory stays unused?');
  });

  it('is that boot memory is kept, where that below free memory is refused and that above is taken', () => {
    const from: Parameters<typeof listOf>[0] = (free) => {
      const [first = 0n] = free;
      return {
        alloc: () => free.pop() ?? null,
        free: (address) => {
          if (address < first) throw new Error('not mine');
          free.push(address - (address % PAGE_BYTES));
        },
      };
    };
    const map = memoryMap([
      { type: 'loaderData', start: 0n, pages: 1 },
      { type: 'conventional', start: PAGE_BYTES, pages: 8 },
    ]);
    const target = listTarget(from, { calls: ['alloc', 'free'] });
    const boot: Program = [free({ absolute: HIGHER_HALF_48 })];
    const trace = execute(target, { map, config: config(), policies: [], operations: boot }).trace();
    expect(explain(target, trace)?.candidate.claims).toEqual({ bootMemory: 'kept' });
  });

  it('comes with a question about the misuse that was tried', () => {
    const trusting: Parameters<typeof listOf>[0] = (free) => ({
      alloc: () => free.pop() ?? null,
      free: (address) => {
        if (free.includes(address)) throw new Error('freed twice');
        free.push(address);
      },
    });
    const target = listTarget(trusting, { calls: ['alloc', 'free'], misuse: 'panics' });
    const trace = traceOf(target, [free({ absolute: HIGHER_HALF_48 })]);
    expect(explain(target, trace)?.candidate).toMatchObject({
      claims: { misuse: 'undefined' },
      question: 'is it on purpose that it does not notice frees of what it never handed out?',
    });
  });

  it('is that runs have no alignment, where the first ones are aligned by chance', () => {
    // Each block of 4096 page frames from the first one on is handed out from its end: the first run lies at page frame 4096.
    const target = listTarget(
      runsOf((count) =>
        Array.from({ length: 4097 - count }, (_, i) => ({ base: 4097 - count - i, to: 4097 - i })),
      ),
      { calls: ['allocBitmap', 'freeRegion', 'freeAmount'], runArguments: ['alignment'] },
    );
    const trace = traceOf(target, [run(1n), run(1n, 3n * PAGE_BYTES)]);
    expect(explain(target, trace)?.candidate).toMatchObject({
      claims: { runArguments: [] },
      question: 'does its call take no alignment?',
    });
  });

  it('is that runs have no alignment, where there are only runs of one page frame', () => {
    const single = runsOf((count) => (count === 1 ? [{ base: 0, to: 8192 }] : []));
    const calls = ['allocBitmap', 'freeRegion', 'freeAmount'];
    const target = listTarget(single, { calls, runArguments: ['alignment'], largestRequest: 1 });
    expect(claimsFor(target, [run(1n, 32n * PAGE_BYTES)])).toEqual({ runArguments: [] });
  });

  it('is not that a zone for blocks ends where memory begins that is handed out', () => {
    const above: Parameters<typeof listOf>[0] = (pages, start) => {
      const inner = runsOf(() => [{ base: 4, to: 8192, isBlock: true }])(pages, start);
      return { ...inner, alloc: () => inner.allocBitmap?.(1, 2n ** 40n, 4096) ?? null };
    };
    const calls = ['alloc', 'allocBitmap', 'freeRegion'];
    const target = listTarget(above, { calls, contiguous: 'orders', zones: 2 });
    expect(claimsFor(target, [{ call: 'alloc' }])).toEqual({ singlePages: 'anywhere' });
  });

  it('is a further zone, and that runs have no alignment though a zone begins at a multiple of much', () => {
    const ends = [32, 128];
    const zones = [128, 32, 0].map((base, i) => ({ base, to: [1024, 128, 32][i] ?? 0 }));
    const claims = {
      calls: ['allocBitmap', 'freeRegion', 'freeAmount'],
      zones: [{ name: 'dma', below: '0x80000' }, { name: 'normal' }],
    };
    const target = listTarget(
      runsOf((_, end) => zones.filter(({ base }) => !ends.includes(end) || base < end)),
      claims,
    );
    expect(claimsFor(target, [run(100n, PAGE_BYTES, 0x8_0000n)])).toEqual({
      zones: [{ name: 'below-0x20000', below: '0x20000' }, ...claims.zones],
    });
    expect(claimsFor(target, [run(1n), run(1n, 2n ** 16n)])).toEqual({ runArguments: ['maxAddr'] });
  });

  it('is that a free takes one of several references', () => {
    const [, taking] = REFERENCES;
    if (taking === undefined) throw new Error('no free takes a reference');
    const profile = decodeProfile({ ...taking.claims, freesShared: 'never' }, 'claims');
    const target = factoryTarget({ name: 'references', policies: [], profile, create: taking.correct });
    const operations: Program = [{ call: 'alloc' }, retain(page(0)), free(page(0))];
    expect(claimsFor(target, operations)).toEqual({ freesShared: 'one-reference' });
  });

  it('is that batches are granted in part, where one says in TypeScript how many page frames it got', () => {
    const [partial] = BATCHES;
    const [, half] = partial?.broken ?? [];
    if (partial === undefined || half === undefined) throw new Error('no batch is granted in part');
    const profile = decodeProfile(partial.without, 'claims');
    const given = { name: 'partial', policies: [], profile };
    const operations: Program = [{ call: 'allocPages', count: 1n }];
    expect(claimsFor(factoryTarget({ ...given, create: partial.correct }), operations)).toEqual({
      batches: 'partial',
    });
    expect(claimsFor(factoryTarget({ ...given, create: half.create }), operations)).toBeNull();
  });

  it('is the number of references at which one more is refused', () => {
    const [bound] = REFERENCES;
    if (bound === undefined) throw new Error('no number of references is bound');
    const profile = decodeProfile({ ...bound.claims, mostReferences: null }, 'claims');
    const create: SomePmmFactory = (map, options) => {
      const pages = bound.correct(map, options);
      const counts = new Map<bigint, number>();
      const retain = (address: bigint): boolean => {
        counts.set(address, (counts.get(address) ?? 1) + 1);
        return (counts.get(address) ?? 0) <= 6;
      };
      return { errno: null, alloc: () => pages.alloc?.() ?? null, retain };
    };
    const target = factoryTarget({ name: 'six', policies: [], profile, create });
    const operations: Program = [{ call: 'alloc' }, ...Array(6).fill(retain(page(0)))];
    expect(claimsFor(target, operations)).toEqual({ mostReferences: 6 });
  });
});

describe('a manager without errno', () => {
  const whole: SomePmmFactory = (map, options) => {
    const { errno: _, ...calls } = wrapPmm(createPmm(map, options), {});
    return calls;
  };
  const held = (failures: readonly string[]): Target => {
    const profile = decodeProfile({ failures }, 'claims');
    return factoryTarget({ name: 'without errno', policies: [], profile, create: whole });
  };

  it('is told to claim that its failures set none', () => {
    expect(claimsFor(held(['errno', 'warning']), [])).toEqual({ failures: ['warning'] });
  });

  it('holds with that claim', async () => {
    const options = { worlds: [], generated: true, operations: 60, seed: 1, programs: 40 };
    for (const reference of [false, true]) {
      const { findings } = await runCampaign({ ...options, target: held(['warning']), reference });
      expect(findings).toEqual([]);
    }
  });
});

describe('a fit', () => {
  it('finds the claims where a free goes wrong in silence, and where no amount tells what is left unused', async () => {
    const target = listTarget(addresses, { calls: ['alloc', 'free'], memoryBelow: '0x4000000' });
    const fit = await fitProfile(target, { seed: 1, programs: 10 });
    expect(fit.unexplained).toBeNull();
    expect(fit.profile).toMatchObject({
      unalignedFree: 'misuse',
      misuse: 'undefined',
      neverBelow: PAGE_BYTES,
    });
  });

  it.each([
    [
      'frees that wait below a watermark',
      withWatermark,
      { calls: ['alloc', 'free'] },
      { calls: ['alloc', 'free'], holdsBack: 7 },
    ],
    [
      'a batch that leaves its mark, where failures report nothing either',
      leavingEntries,
      { calls: ['allocPages', 'free'] },
      { restOfBatch: 'unspecified', failures: [] },
    ],
  ] as const)('finds %s', async (_, make, claims, found) => {
    const { profile, unexplained } = await fitProfile(listTarget(make, claims), { seed: 1, programs: 40 });
    expect(unexplained).toBeNull();
    const all = Profile.encode(profile) as Record<string, unknown>;
    expect(all).toMatchObject(found);
    expect(all).not.toHaveProperty('bitmapZoneEnd');
  });

  it('ends where boot memory is lost, with a hint that it may be kept, and starts from that', async () => {
    const claims = { calls: ['alloc', 'free'] };
    const options = { seed: 1, programs: 40 };
    const target = listTarget(placesFor, claims);
    const { profile, unexplained } = await fitProfile(target, options);
    if (unexplained === null) throw new Error('boot memory is lost');
    expect(hintOn(target.withClaims({ profile }), unexplained)).toBe(
      'if boot memory is never handed over, claim "bootMemory": "kept"',
    );
    const kept = await fitProfile(listTarget(placesFor, { ...claims, bootMemory: 'kept' }), options);
    expect(kept.unexplained).toBeNull();
    expect(kept.profile.bootMemory).toBe('kept');
  });

  it('finds the claim, the answer that led to it, and the policies that hold too', async () => {
    const kind = KINDS.find(({ claim }) => 'freeRuns' in claim);
    if (kind === undefined) throw new Error('no kind is freed whole');
    const { profile, takenUp, unexplained } = await fitProfile(kindTarget(kind.correct, kind.others ?? {}), {
      seed: 1,
      programs: 60,
    });
    expect(unexplained).toBeNull();
    expect(Profile.encode(profile)).toEqual({ ...kind.others, ...kind.claim, policies: [...POLICIES] });
    expect(takenUp.map(({ trace }) => trace.violation?.clause)).toEqual(['free.owner']);
  });

  it('finds that boot memory is kept, and asks whether that is on purpose', async () => {
    const { claim, correct } = kindOf('boot-memory-kept');
    const { profile, takenUp } = await fitProfile(kindTarget(correct, {}), { seed: 1, programs: 40 });
    expect(Profile.encode(profile)).toMatchObject(claim);
    expect(takenUp[0]?.candidate.question).toMatch(/on purpose/);
  });

  it('keeps what was claimed because of a hint', async () => {
    const { claim, correct, others = {} } = kindOf('runs-in-one-group');
    const target = kindTarget(correct, { ...others, ...claim });
    const { profile, unexplained } = await fitProfile(target, { seed: 1, programs: 40 });
    expect(unexplained).toBeNull();
    expect(Profile.encode(profile)).toMatchObject(claim);
  });

  it.each([
    ['watermark-of-four', { holdsBack: 4 }, 'is it on purpose that the last ones are not handed out?', null],
    ['frees-four-by-four', { holdsBack: 3, search: 'partial' }, undefined, null],
    [
      'single-pages-from-any-zone',
      { singlePages: 'any-zone' },
      'is it on purpose that they take memory of lower zones while there is other?',
      'failure.warns',
    ],
  ] as const)('finds what %s needs, as exact as it is', async (name, claim, question, left) => {
    const { correct, others = {} } = kindOf(name);
    const options = { seed: 1, programs: 40 };
    const { profile, takenUp, unexplained } = await fitProfile(kindTarget(correct, others), options);
    expect(Profile.encode(profile)).toMatchObject(claim);
    expect(takenUp.map(({ candidate }) => candidate.question)).toContain(question);
    expect(unexplained?.violation?.clause ?? null).toBe(left);
  });

  it('takes no page frame that is never handed out for one which is held back', async () => {
    const mutant = MUTANTS.find((each) => each.name === 'last-page-never-given');
    if (mutant === undefined) throw new Error('there is no such mutant');
    const { unexplained } = await fitProfile(targetOf(mutant), { seed: 1, programs: 40 });
    expect(unexplained?.violation?.clause).toMatch(/\.complete$/);
  });

  it('finds the order in which all zones below serve for one', async () => {
    const { claim, correct, others = {} } = kindOf('lowest-zone-next');
    const { profile } = await fitProfile(kindTarget(correct, others), { seed: 1, programs: 40 });
    expect(Profile.encode(profile)).toMatchObject({ ...claim, policies: ['first-fit'] });
  });

  it('tries claims in a world of one descriptor where init takes no other', async () => {
    const { correct, others = {}, claim } = kindOf('page-aligned-frees');
    const create: PmmFactory = (map, options) => {
      if (map.descriptors.filter(({ pages }) => pages > 0).length > 1)
        throw new WorldRefused('one range only');
      return correct.create(map, options);
    };
    const { profile } = await fitProfile(kindTarget({ ...correct, create }, others), {
      seed: 1,
      programs: 40,
    });
    expect(Profile.encode(profile)).toMatchObject(claim);
  });

  it('ends at what no claim explains', async () => {
    const kind = KINDS.find(({ claim }) => 'freeRuns' in claim);
    const [, broken] = kind?.broken ?? [];
    if (kind === undefined || broken === undefined) throw new Error('no kind is freed whole');
    const { unexplained } = await fitProfile(kindTarget(broken, kind.others ?? {}), {
      seed: 1,
      programs: 40,
    });
    expect(unexplained?.violation?.clause).toBe('freeRegion.owner');
  });

  it('needs a world that the target takes', async () => {
    const refusing = factoryTarget({
      name: 'refusing',
      policies: [],
      create: () => {
        throw new WorldRefused('no memory is good enough');
      },
    });
    await expect(fitProfile(refusing, { seed: 1, programs: 40 })).rejects.toThrow(
      /^expected a target that takes some world: its init refused each of 40/,
    );
  });
});
