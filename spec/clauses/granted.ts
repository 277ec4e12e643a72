/** What an allocation handed out, as the clauses look at it. */
import { frameAt } from '../config.ts';
import { isU64 } from '../expectation.ts';
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
import type { Breach, Granted, Step } from './clause.ts';

/** Returns a breach, with the page frame and its owner where one is to blame. */
export function breach(explanation: string, frame: Pfn | null = null, owner: Owner | null = null): Breach {
  return { explanation, frame, owner };
}

const ONE = pageCount(1);

function regionAt(state: Ownership, address: bigint, count: PageCount): Region | null {
  const base = frameAt(state.world.config, address);
  if (base === null) return null;
  const room = pagesBetween(base, pfn(PFN_LIMIT));
  return { base, count: count > room ? room : count };
}

function countOf(operation: Operation): PageCount {
  if (operation.call !== 'allocBitmap' || !isU64(operation.count)) return ONE;
  return operation.count > BigInt(PFN_LIMIT) ? pageCount(PFN_LIMIT) : pageCount(Number(operation.count));
}

/** Returns what a response hands out, or null where it hands out nothing. O(addresses). */
export function grantedBy(before: Ownership, operation: Operation, { outcome }: Response): Granted | null {
  if (outcome.kind !== 'address' && outcome.kind !== 'addresses') return null;
  const addresses = outcome.kind === 'address' ? [outcome.address] : outcome.addresses;
  const count = countOf(operation);
  return { addresses, regions: addresses.map((address) => regionAt(before, address, count)) };
}

/** Returns the first page frame handed out whose owner, before the call, is one to object to; null where there is none. */
export function firstGrantedOwner({ before, granted }: Step, test: (owner: Owner) => boolean): Pfn | null {
  for (const region of granted?.regions ?? []) {
    const frame = region === null ? null : before.firstFailing(region, (owner) => !test(owner));
    if (frame !== null) return frame;
  }
  return null;
}

/** Returns the first page frame handed out that lies outside [base, end), or null. O(regions). */
export function firstGrantedOutside({ granted }: Step, base: Pfn, end: Pfn): Pfn | null {
  for (const region of granted?.regions ?? []) {
    if (region === null || region.count === 0) continue;
    if (region.base < base || region.base >= end) return region.base;
    if (endOf(region) > end) return end;
  }
  return null;
}
