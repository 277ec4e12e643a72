/** Granted page frames: what an allocation handed out, and what a call that frees takes back, in the form that the clauses examine. */
import { describedCall, isFree, namesRegion } from '../calls.ts';
import { pfnAt } from '../config.ts';
import { type Asked, isU64 } from '../expectation.ts';
import type { Operation } from '../operation.ts';
import type { Owner } from '../owner.ts';
import type { Ownership } from '../ownership.ts';
import type { Response } from '../response.ts';
import {
  endOf,
  type PageCount,
  PFN_LIMIT,
  type Pfn,
  pageCount,
  pagesBetween,
  pfn,
  type Region,
} from '../units.ts';
import type { Blame, Granted, Step } from './clause.ts';

/** Returns an explanation with the page frame to blame and its owner, if there is one. */
export function blame(explanation: string, pfn: Pfn | null = null, owner: Owner | null = null): Blame {
  return { explanation, pfn, owner };
}

const ONE = pageCount(1);

/** Returns how many page frames one address stands for: a run for a contiguous allocation, else one. */
function countOf(operation: Operation, base: Pfn): PageCount {
  if (describedCall(operation.call).effect !== 'run') return ONE;
  if (!('count' in operation) || !isU64(operation.count)) return ONE;
  const room = pagesBetween(base, pfn(PFN_LIMIT));
  return operation.count > BigInt(room) ? room : pageCount(Number(operation.count));
}

/** Returns the page frames as runs: a run continues while each page frame touches the run so far. */
export function runsOf(pfns: readonly (Pfn | null)[]): readonly Region[] {
  const runs: Region[] = [];
  let base = pfn(0);
  let end = base;
  for (let i = 0; i < pfns.length; i += 1) {
    const frame = pfns[i];
    if (frame == null) continue;
    if (frame === base - 1 && end > base) base = frame;
    else {
      if (frame !== end && end > base) runs.push({ base, count: pagesBetween(base, end) });
      if (frame !== end || end === base) base = frame;
      end = pfn(frame + 1);
    }
  }
  if (end > base) runs.push({ base, count: pagesBetween(base, end) });
  return runs;
}

/** Returns the page frames that a response hands out, or null where it hands out none. O(addresses). */
export function grantedBy(
  { world: { config } }: { readonly world: Pick<Ownership['world'], 'config'> },
  operation: Operation,
  { outcome }: Pick<Response, 'outcome'>,
): Granted | null {
  const { effect } = describedCall(operation.call);
  if (outcome.kind === 'address' && (effect === 'single' || effect === 'run')) {
    const base = pfnAt(config, outcome.address);
    const runs = base === null ? [] : [{ base, count: countOf(operation, base) }];
    return { addresses: [outcome.address], pfns: [base], runs };
  }
  if (outcome.kind !== 'addresses' || effect !== 'batch') return null;
  const { addresses } = outcome;
  const pfns: (Pfn | null)[] = [];
  for (let i = 0; i < addresses.length; i += 1) pfns.push(pfnAt(config, addresses[i] ?? 0n));
  return { addresses, pfns, runs: runsOf(pfns) };
}

/** Returns the first page frame, in the order of the response, that meets the test. `inRun` is one that does. */
function firstInOrder({ pfns }: Granted, inRun: Pfn, test: (frame: Pfn) => boolean): Pfn {
  return pfns.length === 1 ? inRun : (pfns.find((frame) => frame !== null && test(frame)) ?? inRun);
}

/** Returns the first page frame handed out whose owner before the call meets the test, or null. */
export function firstGrantedOwner({ before, granted }: Step, test: (owner: Owner) => boolean): Pfn | null {
  if (granted === null) return null;
  for (const run of granted.runs) {
    if (run.count === 0) continue;
    const frame = before.firstFailing(run, (owner) => !test(owner));
    if (frame !== null) return firstInOrder(granted, frame, (other) => test(before.ownerOf(other)));
  }
  return null;
}

/** Returns the first page frame handed out that lies outside [base, end), or null. O(runs). */
export function firstGrantedOutside({ granted }: Step, base: Pfn, end: Pfn): Pfn | null {
  if (granted === null) return null;
  const isOutside = (frame: number): boolean => frame < base || frame >= end;
  for (const run of granted.runs) {
    if (run.count === 0) continue;
    if (isOutside(run.base)) return firstInOrder(granted, run.base, isOutside);
    if (endOf(run) > end) return firstInOrder(granted, end, isOutside);
  }
  return null;
}

/** The page frames that a granted call gives back, in order. */
export interface GivenBack {
  /** They become the manager's. */
  readonly freed: readonly Region[];
  /** They lose a reference, and have others. */
  readonly shared: readonly Pfn[];
}

const NONE: readonly Pfn[] = [];

/** Returns the page frames that a granted operation names, as regions. */
export function namedRegions(operation: Operation, { pfns }: Asked): readonly Region[] {
  const isRegion = namesRegion(operation.call) && 'count' in operation;
  const count = isRegion ? pageCount(Number(operation.count)) : ONE;
  const regions: Region[] = [];
  if (count > 0) for (const base of pfns) if (base !== null) regions.push({ base, count });
  return regions;
}

/** Returns what an operation gives back that is granted in a state; nothing where it frees nothing. O(addresses + page frames shared). */
export function givenBack(state: Ownership, operation: Operation, asked: Asked): GivenBack {
  const regions = isFree(operation.call) ? namedRegions(operation, asked) : [];
  if (regions.every((region) => state.firstShared(region) === null)) return { freed: regions, shared: NONE };
  const freed: Region[] = [];
  const shared: Pfn[] = [];
  for (const { base, count } of regions) {
    const end = pfn(base + count);
    for (let from = base; from < end; ) {
      const found = state.firstShared({ base: from, count: pagesBetween(from, end) });
      const to = found ?? end;
      if (to > from) freed.push({ base: from, count: pagesBetween(from, to) });
      if (found !== null) shared.push(found);
      from = pfn(to + 1);
    }
  }
  return { freed, shared };
}
