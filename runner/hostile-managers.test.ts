/**
 * Managers that try to decide what is said of them: each is correct but for one trick. Each gets a verdict that names the trick, by
 * every judge, and none makes anything throw.
 */
import { describe, expect, it } from 'vitest';
import { createPmm } from '../impl/index.ts';
import { config, memoryMap, type Pmm, type PmmFactory, type Program } from '../spec/index.ts';
import { factoryTarget } from './factory-target.ts';
import { execute } from './limited-execution.ts';

const trap = (): never => {
  throw new Error('trap');
};
const TRAPS = new Proxy(Object, {
  get: trap,
  has: trap,
  ownKeys: trap,
  getPrototypeOf: trap,
  getOwnPropertyDescriptor: trap,
});
const TOUCHY = { toString: trap, valueOf: trap, toJSON: trap, [Symbol.toPrimitive]: trap };

/** Returns a factory of our managers with some properties replaced, methods and accessors. */
function tricky(trick: (pmm: Pmm) => PropertyDescriptorMap): PmmFactory {
  return (map, options) => {
    const pmm = createPmm(map, options);
    const calls: Record<string, unknown> = {
      alloc: () => pmm.alloc(),
      allocPages: pmm.allocPages.bind(pmm),
      allocBitmap: pmm.allocBitmap.bind(pmm),
      free: pmm.free.bind(pmm),
      freePages: pmm.freePages.bind(pmm),
      freeRegion: pmm.freeRegion.bind(pmm),
      totalAmount: () => pmm.totalAmount(),
      freeAmount: () => pmm.freeAmount(),
      reservedAmount: () => pmm.reservedAmount(),
    };
    const errno = {
      get: () => pmm.errno,
      set: (value: Pmm['errno']) => {
        pmm.errno = value;
      },
      configurable: true,
    };
    return Object.defineProperties(calls, { errno, ...trick(pmm) }) as unknown as Pmm;
  };
}

const method = (value: unknown): PropertyDescriptorMap[string] => ({
  value,
  configurable: true,
  writable: true,
});
const alloc = (value: unknown): PropertyDescriptorMap => ({ alloc: method(value) });
/** A free that throws what is made of the panic of ours. */
const panicking = (change: (panic: Error) => unknown) => (pmm: Pmm) => ({
  free: method((address: bigint) => {
    try {
      pmm.free(address);
    } catch (error) {
      throw error instanceof Error ? change(error) : error;
    }
  }),
});
const changed = (key: string, descriptor: PropertyDescriptor) =>
  panicking((panic) => Object.defineProperty(panic, key, { configurable: true, ...descriptor }));

type Trick = readonly [claim: string, create: PmmFactory, says: RegExp];

const ANSWERS: readonly Trick[] = [
  [
    'returns a thenable',
    tricky(() => alloc(() => Object.fromEntries([['then', trap]]))),
    /it returned an object/,
  ],
  ['returns a promise', tricky((pmm) => alloc(async () => pmm.alloc())), /it returned a Promise/],
  [
    'returns an object with valueOf',
    tricky((pmm) => alloc(() => ({ valueOf: () => pmm.alloc() }))),
    /it returned an object/,
  ],
  ['returns an object that cannot be looked at', tricky(() => alloc(() => TOUCHY)), /it returned an object/],
  ['returns a proxy', tricky(() => alloc(() => TRAPS)), /it returned a function/],
  [
    'returns a symbol',
    tricky(() => alloc(() => Symbol('no address'))),
    /it returned symbol Symbol\(no address\)/,
  ],
  ['has a getter for a call', tricky(() => ({ alloc: { get: trap } })), /it threw Error: trap/],
  [
    'throws a proxy',
    tricky(() =>
      alloc(() => {
        throw TRAPS;
      }),
    ),
    /it threw something that throws when it is looked at/,
  ],
  [
    'throws nothing',
    tricky(() =>
      alloc(() => {
        throw undefined;
      }),
    ),
    /it threw undefined/,
  ],
  [
    'throws the name of an error of ours',
    tricky(() =>
      alloc(() => {
        throw Object.assign(new Error('mine'), { name: 'SpecError' });
      }),
    ),
    /it threw SpecError: mine/,
  ],
  [
    'recurses for ever',
    tricky(() =>
      alloc(function again(): unknown {
        return again();
      }),
    ),
    /it threw RangeError/,
  ],
];

const OBSERVATIONS: readonly Trick[] = [
  [
    'refuses to have errno set',
    tricky(() => ({ errno: { get: () => null, set: trap } })),
    /setting errno, it threw Error: trap/,
  ],
  [
    'is frozen',
    (map, options) => Object.freeze(tricky(() => ({ errno: method(null) }))(map, options)),
    /setting errno, it threw TypeError: .*errno/,
  ],
  [
    'throws where errno is read',
    tricky(() => ({ errno: { get: trap, set: () => {} } })),
    /reading errno and the amounts, it threw Error: trap/,
  ],
  [
    'has an object for errno',
    tricky(() => ({ errno: { get: () => TOUCHY, set: () => {} } })),
    /errno is an object/,
  ],
  [
    'has an object for an amount',
    tricky(() => ({ freeAmount: method(() => TOUCHY) })),
    /the amounts are number \d+, an object, number \d+/,
  ],
  [
    'throws where an amount is read',
    tricky(() => ({ freeAmount: { get: trap } })),
    /reading errno and the amounts, it threw Error: trap/,
  ],
  [
    'warns with an object',
    (map, { warn, ...options }) =>
      createPmm(map, { ...options, warn: () => warn(TOUCHY as unknown as string) }),
    /the warning .*"an object"/,
  ],
  [
    'throws where it is inspected',
    tricky(() => ({ inspect: { get: trap } })),
    /inspect\(\) threw Error: trap/,
  ],
  [
    'inspects to no list',
    tricky(() => ({ inspect: method(() => TOUCHY) })),
    /inspect\(\) threw TypeError: .*not iterable/,
  ],
  [
    'inspects to junk',
    tricky(() => ({ inspect: method(() => [7, TRAPS]) })),
    /inspect\(\) threw TypeError: number 7 is not \{ base, count, condition \}/,
  ],
  ['inspects to a proxy', tricky(() => ({ inspect: method(() => [TRAPS]) })), /inspect\(\) threw/],
];

const PANICS: readonly Trick[] = [
  [
    'with a message that throws',
    changed('message', { get: trap }),
    /a panic, and looking at that, it threw Error: trap/,
  ],
  ['with a message that is an object', changed('message', { value: TOUCHY }), /a panic without a message/],
  ['with a call that throws', changed('call', { get: trap }), /it threw/],
  ['with a page frame that is an integer of any size', changed('pfn', { value: 3n }), /it threw PmmPanic: /],
  ['with an owner that there is not', changed('owner', { value: 'nobody' }), /an owner that there is/],
  ['behind a proxy', panicking((panic) => new Proxy(panic, { get: trap })), /it threw something that throws/],
].map(([claim, trick, says]) => [claim, tricky(trick as Parameters<typeof tricky>[0]), says] as Trick);

const MAPS: readonly Trick[] = [
  [
    'drops a descriptor of the map',
    (map, options) => createPmm(Object.assign(map, { descriptors: [] }), options),
    /read only property 'descriptors'.*; what a manager is handed is read-only/,
  ],
  [
    'empties the map',
    (map, options) => {
      (map.descriptors as unknown[]).length = 0;
      return createPmm(map, options);
    },
    /read only property 'length'.*read-only/,
  ],
  [
    'changes a descriptor',
    (map, options) => {
      Object.assign(map.descriptors[0] ?? {}, { pages: 0 });
      return createPmm(map, options);
    },
    /read only property 'pages'.*read-only/,
  ],
  [
    'moves the bitmap zone',
    (map, options) => {
      Object.assign(options.config, { bitmapMaxAddr: 0n });
      return createPmm(map, options);
    },
    /read only property 'bitmapMaxAddr'.*read-only/,
  ],
  [
    'replaces memory',
    (map, options) => {
      Object.assign(options.memory, { write: () => {} });
      return createPmm(map, options);
    },
    /read only property 'write'.*read-only/,
  ],
  [
    'writes where it may not',
    (map, options) => {
      options.memory.write(0n, 1n);
      return createPmm(map, options);
    },
    /page frame 0/,
  ],
  ['builds nothing', () => null as unknown as Pmm, /expected a manager, found null/],
];

const HELD = { absolute: 0xffff_8000_0000_0000n };
const PROGRAM: Program = [
  { call: 'free', address: HELD },
  { call: 'alloc' },
  { call: 'allocPages', count: 99n },
  { call: 'freeAmount' },
];
const SCENARIO = {
  map: memoryMap([{ type: 'conventional', start: 0x1000n, pages: 4 }]),
  config: config({ bitmapMaxAddr: 0x2000n }),
  policies: [],
  operations: PROGRAM,
};

describe.each([
  ['an answer', ANSWERS],
  ['what is observed', OBSERVATIONS],
  ['a panic', PANICS],
  ['what it is handed', MAPS],
])('%s of a manager that', (_, tricks) => {
  it.each(tricks)('%s is named', (__, create, says) => {
    const { violation } = execute(factoryTarget({ name: 'tricky', policies: [], create }), SCENARIO);
    expect(violation?.explanation).toMatch(says);
  });
});
