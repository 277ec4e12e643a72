import { describe, expect, it } from 'vitest';
import { createPmm } from '../impl/index.ts';
import {
  config,
  memoryMap,
  type Operation,
  parseReference,
  type Reference,
  type Scenario,
  WHOLE,
} from '../spec/index.ts';
import { factoryTarget } from './factory-target.ts';
import { execute } from './limited-execution.ts';
import { OURS } from './ours.ts';
import { changed } from './testing/changed.ts';

/** Page frames 0 to 3 are the bitmap zone, 4 to 7 the stack zone; page frames 8 and 9 are held for boot code. */
const world = {
  map: memoryMap([
    { type: 'conventional', start: 0n, pages: 8 },
    { type: 'loaderData', start: 0x8000n, pages: 2 },
  ]),
  config: config({ bitmapMaxAddr: 0x4000n }),
};

function at(text: string): Reference {
  const reference = parseReference(text);
  if (reference === null) throw new Error(`${text} is not a reference`);
  return reference;
}

function scenario(...operations: readonly Operation<Reference>[]): Scenario {
  return { ...world, policies: ['lifo', 'first-fit'], operations };
}

describe('an execution', () => {
  it('resolves references to what the target handed out', () => {
    const run = execute(
      OURS,
      scenario(
        { call: 'allocPages', count: 2n },
        { call: 'allocBitmap', count: 2n, maxAddr: 0x4000n, alignment: 4096n },
        { call: 'free', address: at('a[1]') },
        { call: 'free', address: at('b[1]+0x10') },
        { call: 'freeRegion', address: at('0xffff800000008000'), count: 2n },
      ),
    );
    expect(run.violation).toBeNull();
    expect(run.responses.map(({ outcome }) => outcome.kind)).toEqual([
      'done',
      'addresses',
      'address',
      'done',
      'done',
      'done',
    ]);
    expect(run.responses.at(-1)?.amounts).toEqual({ total: 10, free: 8, reserved: 2 });
  });

  it('passes over what refers to a result that is not there, and says so', () => {
    const run = execute(OURS, scenario({ call: 'alloc' }, { call: 'free', address: at('a[1]') }));
    expect(run.violation).toBeNull();
    expect(run.dangling).toEqual([{ at: 1, reference: 'a[1]', beyond: null }]);
  });

  it('stops at the first clause that is broken, and names the page frame', () => {
    const target = changed('fixed', () => ({ alloc: () => 0xffff_8000_0000_2000n }));
    const run = execute(target, scenario({ call: 'freeAmount' }, { call: 'alloc' }, { call: 'alloc' }));
    expect(run.violation).toMatchObject({ clause: 'alloc.zone', at: 1, pfn: 2, owner: 'pmm' });
    expect(run.operations).toHaveLength(2);
  });

  it('finds a page frame lost without a trace when it sweeps', () => {
    const target = changed('lossy', (pmm) => ({
      inspect: () => [...(pmm.inspect?.() ?? [])].map((run) => ({ ...run, condition: 'held' as const })),
    }));
    expect(execute(target, scenario()).violation).toMatchObject({ clause: 'owner.agrees', at: -1, pfn: 0 });
  });

  it('takes an error other than a panic as an answer, not as a crash', () => {
    const target = changed('throwing', () => ({
      free: () => {
        throw new TypeError('cannot read properties of undefined');
      },
    }));
    const run = execute(target, scenario({ call: 'alloc' }, { call: 'free', address: at('a') }));
    expect(run.violation).toMatchObject({ clause: 'free.owner', at: 1 });
    expect(run.violation?.explanation).toContain('it threw TypeError');
  });

  it('sees a write into a page frame that a caller owns', () => {
    const scribbler = changed('scribbler', (pmm, { memory }) => ({
      alloc: () => {
        memory.write(0x7000n, 1n);
        return pmm.alloc();
      },
    }));
    const run = execute(scribbler, scenario({ call: 'alloc' }, { call: 'alloc' }));
    expect(run.violation).toMatchObject({ clause: 'contents.preserved', at: 1, pfn: 7, owner: 'caller' });
  });
});

describe('a large batch', () => {
  it('has an array for all of it where single pages come from anywhere', () => {
    const target = factoryTarget({
      name: 'one zone',
      policies: [],
      profile: { ...WHOLE, zones: 1, singlePages: 'anywhere' },
      create: createPmm,
    });
    const pages = 5000;
    const { violation, responses } = execute(target, {
      map: memoryMap([{ type: 'conventional', start: 0n, pages }]),
      config: config({ bitmapMaxAddr: 0n }),
      policies: [],
      operations: [{ call: 'allocPages', count: BigInt(pages) }],
    }).trace();
    expect(violation).toBeUndefined();
    expect(responses[1]?.outcome.kind).toBe('addresses');
  });
});

it('a wrapped manager is let go together with its wrapper, so that memory does not wait for the garbage collector', () => {
  let disposed = 0;
  const target = changed('wrapped', (pmm) => {
    Object.assign(pmm, {
      dispose: () => {
        disposed += 1;
      },
    });
    return {};
  });
  execute(target, scenario());
  expect(disposed).toBe(1);
});

it('a program has as many sweeps for each doubling of its length', () => {
  let sweeps = 0;
  const target = changed('swept', (pmm) => ({
    inspect: () => {
      sweeps += 1;
      return pmm.inspect?.() ?? [];
    },
  }));
  const sweepsOf = (operations: number): number => {
    sweeps = 0;
    execute(target, scenario(...Array<Operation<Reference>>(operations).fill({ call: 'freeAmount' })));
    return sweeps;
  };
  // After init, every 16 operations, and at the end.
  expect([32, 256, 512, 1024, 4096].map(sweepsOf)).toEqual([4, 18, 34, 50, 82]);
});
