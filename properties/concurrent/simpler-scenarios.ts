/**
 * Simpler scenarios: each one step simpler than a scenario. Long programs lose halves, quarters and so on; any program one call at a
 * time; then come smaller arguments and fewer page frames. A change is made when it is asked for: a long scenario has thousands.
 */
import {
  addressesOf,
  config,
  describedCall,
  isAllocation,
  mapAddresses,
  memoryMap,
  namesResult,
  type Operation,
  PAGE_BYTES,
  type Program,
  type Reference,
  ramPages,
  U64_MAX,
} from '../../spec/index.ts';
import type { ConcurrentScenario } from './scenario.ts';

/** Shares of the memory that are left where everything is allocated at once. */
const LEFT = [1 / 16, 1 / 2, 0];

/** A change of a scenario. */
export type Change = () => ConcurrentScenario;

/** More calls than this before the callers begin are summed up. */
const FEW = 4;
/** Programs of more calls, batches of more pages and memory of more page frames than these are halved first. */
const [LONG, LARGE, WIDE] = [16, 8n, 16];

/** Part of a program: `count` calls from one on. */
interface Part {
  readonly at: number;
  readonly count: number;
}

/** Returns the parts that a program can lose: halves, quarters and so on, where it is long, and then each call. */
function partsOf({ length }: Program): readonly Part[] {
  const parts: Part[] = [];
  const longest = length > LONG ? Math.ceil(length / 2) : 1;
  for (let count = longest; count >= 1; count = count === 1 ? 0 : Math.ceil(count / 2))
    for (let at = 0; at < length; at += count) parts.push({ at, count });
  return parts;
}

/** Returns a program with other references, without the operations one of whose references is gone. */
function renamed(program: Program, moved: (reference: Reference) => Reference | null): Program {
  return program.flatMap((operation) => mapAddresses(operation, moved) ?? []);
}

/** Returns a program without the operations that name one of `count` results from the first on, later results renumbered. */
function withoutResults(program: Program, first: number, count: number): Program {
  if (count === 0) return program;
  return renamed(program, (reference) => {
    if (!namesResult(reference) || reference.result < first) return reference;
    return reference.result < first + count ? null : { ...reference, result: reference.result - count };
  });
}

function resultsOf(program: Program): number {
  return program.filter(({ call }) => isAllocation(call)).length;
}

/** Returns a program without a part of it; `results` allocations come before the program. */
function withoutPart(program: Program, { at, count }: Part, results: number): Program {
  const [kept, lost] = [program.slice(0, at), program.slice(at, at + count)];
  const later = program.slice(at + count);
  return [...kept, ...withoutResults(later, results + resultsOf(kept), resultsOf(lost))];
}

/** Returns the scenario without a part of the calls made before the callers begin. */
function withoutBefore(scenario: ConcurrentScenario, part: Part): ConcurrentScenario {
  const { before, callers } = scenario;
  const { at, count } = part;
  const first = resultsOf(before.slice(0, at));
  const lost = resultsOf(before.slice(at, at + count));
  return {
    ...scenario,
    before: withoutPart(before, part, 0),
    callers: callers.map((program) => withoutResults(program, first, lost)),
  };
}

/**
 * Returns a scenario without frees before the callers begin, all that is allocated there as one batch and one run, which leave `share` of
 * each zone at least: calls that failed count too.
 */
function inOneBatch(scenario: ConcurrentScenario, share: number): ConcurrentScenario {
  const { map, config, before, callers } = scenario;
  const bitmapFrames = Math.min(ramPages(map), Number(config.bitmapMaxAddr / PAGE_BYTES));
  const places: { readonly result: number; readonly page: number }[] = [];
  const made: Operation<Reference>[] = [];
  const allocations = before.filter(({ call }) => isAllocation(call));
  for (const isRun of [false, true]) {
    const frames = isRun ? bitmapFrames : ramPages(map) - bitmapFrames;
    let pages = 0;
    for (const [at, operation] of allocations.entries()) {
      if ((describedCall(operation.call).effect === 'run') !== isRun) continue;
      places[at] = { result: made.length, page: pages };
      pages += 'count' in operation ? Number(operation.count) : 1;
    }
    const count = BigInt(Math.min(pages, Math.floor(frames * (1 - share))));
    const run = { call: 'allocBitmap', count, maxAddr: U64_MAX, alignment: PAGE_BYTES } as const;
    if (pages > 0) made.push(isRun ? run : { call: 'allocPages', count });
  }
  const moved = (reference: Reference): Reference => {
    if (!namesResult(reference)) return reference;
    const place = places[reference.result];
    const result = reference.result - places.length + made.length;
    return place === undefined
      ? { ...reference, result }
      : { ...reference, result: place.result, page: place.page + reference.page };
  };
  return { ...scenario, before: made, callers: callers.map((program) => renamed(program, moved)) };
}

/** Returns the scenario without what is allocated and freed again before the callers begin. */
function onlyHeld(scenario: ConcurrentScenario): ConcurrentScenario {
  const named = new Set(
    scenario.before.flatMap(addressesOf).map((one) => (namesResult(one) ? one.result : -1)),
  );
  const places: (number | null)[] = [];
  let kept = 0;
  for (let result = 0; result < resultsOf(scenario.before); result += 1)
    places.push(named.has(result) ? null : kept++);
  const moved = (reference: Reference): Reference | null => {
    if (!namesResult(reference)) return reference;
    const place = places[reference.result];
    return place === null ? null : { ...reference, result: place ?? reference.result - places.length + kept };
  };
  let result = 0;
  const before = scenario.before.filter(({ call }) => !isAllocation(call) || places[result++] !== null);
  const callers = scenario.callers.map((program) => renamed(program, moved));
  return { ...scenario, before: renamed(before, moved), callers };
}

/** Returns the changes of many calls before the callers begin to few that leave about the same, or less: all that was ever allocated. */
function summaries(scenario: ConcurrentScenario): readonly Change[] {
  const { before } = scenario;
  if (before.length <= FEW) return [];
  const batches = (all: ConcurrentScenario) => LEFT.map((share) => () => inOneBatch(all, share));
  return [...batches(onlyHeld(scenario)), ...batches(scenario), () => onlyHeld(scenario)];
}

/** Returns the scenario in which the first calls of a caller are made before the callers begin. */
function madeBefore(scenario: ConcurrentScenario, k: number, count: number): ConcurrentScenario {
  const { before, callers } = scenario;
  const made = callers[k]?.slice(0, count) ?? [];
  const [shared, more] = [resultsOf(before), resultsOf(made)];
  const moved = (reference: Reference): Reference =>
    namesResult(reference) && reference.result >= shared
      ? { ...reference, result: reference.result + more }
      : reference;
  const left = callers.map((program, j) => (j === k ? program.slice(count) : renamed(program, moved)));
  return { ...scenario, before: [...before, ...made], callers: left };
}

/** Returns the changes by which callers that have many calls make fewer of them at the same time. */
function earlierCalls(scenario: ConcurrentScenario): readonly Change[] {
  const { callers } = scenario;
  if (callers.flat().length <= LONG / 2) return [];
  return callers.flatMap(({ length }, k) => {
    const counts: number[] = [];
    for (let count = length >> 1; count >= 1; count >>= 1) counts.push(count);
    return counts.map((count) => () => madeBefore(scenario, k, count));
  });
}

/** Returns simpler forms of a call. */
function simplerCalls(operation: Operation<Reference>): readonly Operation<Reference>[] {
  switch (operation.call) {
    case 'allocPages':
    case 'allocAt':
    case 'allocWithin': {
      const { count } = operation;
      if (typeof count !== 'bigint' || count <= 1n) return [{ call: 'alloc' }];
      const counts = count > LARGE ? [count / 2n, count - count / 4n, count - 1n] : [count - 1n];
      return [{ call: 'alloc' }, ...counts.map((fewer) => ({ ...operation, count: fewer }))];
    }
    case 'allocBitmap': {
      const { count, alignment } = operation;
      const smaller = typeof count === 'bigint' && count > 1n ? [{ ...operation, count: count - 1n }] : [];
      return alignment === PAGE_BYTES ? smaller : [...smaller, { ...operation, alignment: PAGE_BYTES }];
    }
    case 'freePages':
      return [
        { call: 'freeAmount' },
        ...operation.addresses.map((address) => ({ call: 'free' as const, address })),
      ];
    case 'freeRegion':
      return [{ call: 'freeAmount' }, { call: 'free', address: operation.address }];
    case 'free':
    case 'reservedAmount':
    case 'totalAmount':
      return [{ call: 'freeAmount' }];
    default:
      return [];
  }
}

/** Returns the changes of a program in which one call has a simpler form. */
function simplerPrograms(program: Program): readonly (() => Program)[] {
  return program.flatMap((operation, at) =>
    simplerCalls(operation).map((simpler) => () => program.with(at, simpler)),
  );
}

/** Returns the scenarios with some page frames fewer in a descriptor, the limit in place or lower by as many. */
function mapChanges(scenario: ConcurrentScenario, fewer: number): readonly ConcurrentScenario[] {
  const { map, config: usual } = scenario;
  const bytes = BigInt(fewer) * PAGE_BYTES;
  const { bitmapMaxAddr } = usual;
  const lower = bitmapMaxAddr >= bytes ? [config({ ...usual, bitmapMaxAddr: bitmapMaxAddr - bytes })] : [];
  return map.descriptors.flatMap((descriptor, at) => {
    if (descriptor.pages < fewer) return [];
    // Those behind it move up, so that none is left apart.
    const moved = map.descriptors.map((each, k) => ({
      ...each,
      pages: k === at ? each.pages - fewer : each.pages,
      start: each.start > descriptor.start ? each.start - bytes : each.start,
    }));
    const left = moved.filter(({ pages }) => pages > 0);
    if (left.length === 0) return [];
    const smaller = memoryMap(left, map.name);
    return [usual, ...lower].map((one) => ({ ...scenario, map: smaller, config: one }));
  });
}

/** Returns the scenarios with half of the memory less, a quarter and so on, where it has many page frames. */
function memoryParts(scenario: ConcurrentScenario): readonly ConcurrentScenario[] {
  const pages = ramPages(scenario.map);
  const steps: number[] = [];
  for (let fewer = pages >> 1; pages > WIDE && fewer > 1; fewer >>= 1) steps.push(fewer);
  return steps.flatMap((fewer) => mapChanges(scenario, fewer));
}

/** Returns the changes of a scenario that make it one step simpler. */
export function simpler(scenario: ConcurrentScenario): readonly Change[] {
  const { before, callers, after = [] } = scenario;
  const results = resultsOf(before);
  const parts = partsOf(before);
  const isLarge = ({ count }: Part): boolean => count > LONG / 2;
  const isSmall = (part: Part): boolean => !isLarge(part);
  const withoutEarlier = (part: Part) => (): ConcurrentScenario => withoutBefore(scenario, part);
  const withoutLater = (program: Program, k: number) => (part: Part) => (): ConcurrentScenario => ({
    ...scenario,
    callers: callers.with(k, withoutPart(program, part, results)),
  });
  return [
    ...summaries(scenario),
    ...earlierCalls(scenario),
    ...parts.filter(isLarge).map(withoutEarlier),
    ...callers.map((_, k) => () => ({ ...scenario, callers: callers.toSpliced(k, 1) })),
    ...callers.flatMap((program, k) => partsOf(program).filter(isLarge).map(withoutLater(program, k))),
    ...(after.length > 1 ? [() => ({ ...scenario, after: [] })] : []),
    ...memoryParts(scenario).map((smaller) => () => smaller),
    ...callers.flatMap((program, k) => partsOf(program).filter(isSmall).map(withoutLater(program, k))),
    ...parts.filter(isSmall).map(withoutEarlier),
    ...after.map((_, at) => () => ({ ...scenario, after: after.toSpliced(at, 1) })),
    ...callers.flatMap((program, k) =>
      simplerPrograms(program).map((changed) => () => ({ ...scenario, callers: callers.with(k, changed()) })),
    ),
    ...simplerPrograms(before).map((changed) => () => ({ ...scenario, before: changed() })),
    ...mapChanges(scenario, 1).map((smaller) => () => smaller),
  ];
}
