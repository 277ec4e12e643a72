/** Misuse: the panics of all calls, in one wording. Each is thrown before anything has changed. */
import { type Call, type Owner, PmmPanic } from '../spec/index.ts';

/** Throws the panic for an argument that is no valid number or address. */
export function panicOnArgument(call: Call, what: string): never {
  throw new PmmPanic(`${call}: ${what}`, { call, pfn: null, owner: null });
}

/** Throws the panic for a page frame that a caller may not free. */
export function panicOnOwner(call: Call, frame: number, owner: Owner): never {
  const why = owner === 'pmm' ? 'it is free already' : `its owner is ${owner}`;
  throw new PmmPanic(`${call}: page frame ${frame} may not be freed, ${why}`, { call, pfn: frame, owner });
}

/** Throws the panic for a page frame that one batch names twice. Whether boot code or a caller holds it is not kept. */
export function panicOnDuplicate(call: Call, frame: number): never {
  throw new PmmPanic(`${call}: page frame ${frame} is named twice`, { call, pfn: frame, owner: null });
}

/** Throws the panic for an array that is shorter than the count. */
export function panicOnLength(call: Call, count: number | bigint, length: number): never {
  panicOnArgument(call, `count ${count} is more than the ${length} entries of the array`);
}
