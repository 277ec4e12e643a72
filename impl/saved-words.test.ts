import { describe, expect, it } from 'vitest';
import { operationInstances, smallWorld } from '../properties/explore/index.ts';
import { isPmmPanic, isQuery, type Operation, type Pmm } from '../spec/index.ts';
import { createPmm, type PageFrameManager } from './index.ts';

const WORLD = smallWorld({ stack: 3, bitmap: 4 });
const OPERATIONS = operationInstances(WORLD);

function created(): PageFrameManager {
  const memory = { read: () => 0n, write: () => {} };
  return createPmm(WORLD.map, { config: WORLD.config, warn: () => {}, memory });
}

/** Makes a call, and returns what it answered as text. */
function answerOf(pmm: Pmm, operation: Operation): string {
  try {
    switch (operation.call) {
      case 'alloc':
        return String(pmm.alloc());
      case 'allocBitmap':
        return String(pmm.allocBitmap(operation.count, operation.maxAddr, operation.alignment));
      case 'allocPages': {
        const entries = new BigUint64Array(16);
        return `${pmm.allocPages(entries, operation.count)} ${entries.join()}`;
      }
      case 'free':
        return String(pmm.free(operation.address));
      case 'freePages':
        return String(pmm.freePages(BigUint64Array.from(operation.addresses), operation.addresses.length));
      case 'freeRegion':
        return String(pmm.freeRegion(operation.address, operation.count));
      default:
        if (!isQuery(operation.call)) throw new Error(`it has no ${operation.call}`);
        return String(pmm[operation.call]());
    }
  } catch (error) {
    if (!isPmmPanic(error)) throw error;
    return `${error.message} ${error.pfn} ${error.owner}`;
  }
}

function saved(pmm: PageFrameManager): Int32Array {
  const words = new Int32Array(64);
  return words.slice(0, pmm.saveState(words));
}

/** Operations drawn with a generator that is always the same (xorshift). */
function* drawn(seed: number, count: number): Generator<Operation> {
  let x = seed;
  for (let i = 0; i < count; i += 1) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    const operation = OPERATIONS[(x >>> 0) % OPERATIONS.length];
    if (operation !== undefined) yield operation;
  }
}

describe('saved words', () => {
  it('are those that were loaded', () => {
    const [pmm, other] = [created(), created()];
    for (const operation of drawn(1, 2000)) {
      answerOf(pmm, operation);
      const words = saved(pmm);
      other.loadState(words);
      expect(saved(other)).toEqual(words);
    }
  });

  it('tell apart whatever answers differently: a manager that loaded them answers every later call like the one that wrote them', () => {
    const pmm = created();
    for (const operation of drawn(7, 150)) {
      answerOf(pmm, operation);
      const loaded = created();
      loaded.loadState(saved(pmm));
      // The one has used its sections in the order of its calls, the other none.
      for (const later of drawn(11, 60)) {
        expect(answerOf(loaded, later)).toBe(answerOf(pmm, later));
        expect(saved(loaded)).toEqual(saved(pmm));
      }
    }
  });

  it('say how many they are where they do not fit', () => {
    const pmm = created();
    const words = saved(pmm);
    expect(pmm.saveState(new Int32Array(words.length - 1))).toBe(words.length);
  });
});
