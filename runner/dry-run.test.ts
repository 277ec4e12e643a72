import { describe, expect, it } from 'vitest';
import { anyProgram, type DrawnProgram } from '../properties/random/commands.ts';
import { runProperty } from '../properties/random/fast-check.ts';
import { dryRunOf, type WorldProgram } from '../properties/random/relay/dry-run-programs.ts';
import {
  beyond,
  config,
  formatProgram,
  memoryMap,
  type Operation,
  type Policy,
  type Profile,
  parseReference,
  type Reference,
  WHOLE,
} from '../spec/index.ts';
import { DryRun, undefinedIn } from './dry-run.ts';
import type { Execution } from './execution.ts';
import { execute } from './limited-execution.ts';
import { OURS } from './ours.ts';
import type { Target } from './target.ts';

/** Draws programs for a target before they run on it. */
function dryRunPrograms(target: Target): readonly WorldProgram[] {
  const list: WorldProgram[] = [];
  const note = (drawn: DrawnProgram): boolean => list.push(dryRunOf(target, drawn)) > 0;
  runProperty(anyProgram(100, undefined, target.profile), note, { runs: 200, seed: 1, shrink: false });
  return list;
}

/** Draws programs for a profile in a dry run, and runs them on our implementation, which hands out other page frames. */
function ran(claims: Partial<Profile>): readonly Execution[] {
  const target = OURS.withClaims({ policies: [], profile: { ...WHOLE, ...claims } });
  return dryRunPrograms(target).map(({ world, program }) =>
    execute(target, { ...world, policies: [], operations: program }),
  );
}

function times(runs: readonly Execution[], test: (run: Execution, at: number) => boolean): number {
  return runs.reduce((sum, run) => sum + run.operations.filter((_, at) => test(run, at)).length, 0);
}

describe('a program drawn in a dry run', () => {
  it('means something on a manager that hands out other page frames', () => {
    const runs = ran({});
    expect(runs.filter(({ violation }) => violation !== null)).toEqual([]);
    // A few name what was refused here and granted there; most do what they did in the dry run.
    const performed = runs.reduce((sum, run) => sum + run.performed, 0);
    expect(performed).toBeGreaterThan(5000);
    // A burst counts as its program does: its calls are one operation, repeated.
    const shares = runs.map((run) => run.dangling.length / Math.max(1, run.performed));
    expect(shares.reduce((sum, share) => sum + share, 0) / runs.length).toBeLessThan(1 / 50);
  });

  it('holds no misuse where that is undefined, wherever the page frames lie', () => {
    const runs = ran({ misuse: 'undefined' });
    expect(runs.flatMap(({ dangling }) => dangling.filter((one) => one.beyond !== null))).toEqual([]);
    for (const call of ['free', 'freePages', 'freeRegion'])
      expect(
        times(
          runs,
          (run, at) => run.operations[at]?.call === call && run.responses[at + 1]?.outcome.kind === 'done',
        ),
      ).toBeGreaterThan(100);
  });

  it('asks for runs that a partial search may miss, where misuse is undefined too', () => {
    const runs = ran({ misuse: 'undefined', search: 'partial' });
    expect(runs.filter(({ violation }) => violation !== null)).toEqual([]);
    const granted = times(
      runs,
      (run, at) =>
        run.operations[at]?.call === 'allocBitmap' && run.responses[at + 1]?.outcome.kind === 'address',
    );
    expect(granted).toBeGreaterThan(100);
  });

  it('makes only calls of the profile, with numbers of the profile', () => {
    const profile: Profile = {
      ...WHOLE,
      calls: ['allocBitmap', 'free', 'freeAmount'],
      contiguous: 'powers-of-two',
    };
    const target = OURS.withClaims({ policies: [], profile });
    const programs = dryRunPrograms(target).flatMap(({ program }) => program);
    expect(programs.filter((operation) => beyond(profile, operation) !== null)).toEqual([]);
    expect(new Set(programs.map(({ call }) => call))).toEqual(new Set(profile.calls));
  });
});

/** Page frames 0 to 3 are the bitmap zone, 4 to 7 the stack zone; page frame 8 is boot memory. */
const WORLD = {
  map: memoryMap([
    { type: 'conventional', start: 0n, pages: 8 },
    { type: 'loaderData', start: 0x8000n, pages: 1 },
  ]),
  config: config({ bitmapMaxAddr: 0x4000n, higherHalf: 0xffff_8000_0000_0000n }),
};

function at(text: string): Reference {
  const reference = parseReference(text);
  if (reference === null) throw new Error(`${text} is not a reference`);
  return reference;
}

const UNDEFINED: Profile = { ...WHOLE, misuse: 'undefined' };

function free(name: string): Operation<Reference> {
  return { call: 'free', address: at(name) };
}

/** Returns the program that is left of some operations. */
function programOf(operations: readonly Operation<Reference>[], profile: Profile): readonly string[] {
  const dryRun = new DryRun(WORLD, { policies: [], profile });
  for (const operation of operations) dryRun.perform(operation);
  return formatProgram(dryRun.operations);
}

describe('a dry run', () => {
  const frames = (policies: readonly Policy[]): readonly (bigint | null)[] => {
    const dryRun = new DryRun(WORLD, { policies, profile: WHOLE });
    dryRun.perform({ call: 'allocPages', count: 2n });
    dryRun.perform({ call: 'allocBitmap', count: 1n, maxAddr: 0x4000n, alignment: 0x2000n });
    return ['a', 'a[1]', 'b', 'a[2]'].map((name) => {
      const address = dryRun.results.addressOf(at(name));
      return address === null ? null : (address - WORLD.config.higherHalf) / 4096n;
    });
  };

  it('hands out the lowest page frames, or the top of the free stack where that is promised', () => {
    expect(frames([])).toEqual([4n, 5n, 0n, null]);
    expect(frames(['lifo'])).toEqual([7n, 6n, 0n, null]);
  });

  it('refuses what is not there, and goes on', () => {
    const dryRun = new DryRun(WORLD, { policies: [], profile: WHOLE });
    expect(dryRun.perform({ call: 'allocPages', count: 5n })).toBe(true);
    expect(dryRun.perform({ call: 'alloc' })).toBe(true);
    expect([dryRun.results.pagesOf(0), dryRun.results.pagesOf(1)]).toEqual([0, 1]);
    expect(dryRun.state.freeIn('stack')).toBe(3);
  });

  it('leaves out what the target cannot be asked', () => {
    const asked: readonly Operation<Reference>[] = [
      { call: 'allocPages', count: -1n },
      { call: 'allocPages', count: 0.5 },
      { call: 'free', address: { absolute: 2n ** 64n } },
      free('c'),
      { call: 'totalAmount' },
    ];
    expect(programOf(asked, { ...WHOLE, calls: ['allocPages', 'free'] })).toEqual([]);
    expect(programOf(asked.slice(-1), WHOLE)).toHaveLength(1);
  });

  it('leaves out misuse only where it is undefined, and whatever would be misuse on another manager', () => {
    const batch: Operation<Reference> = { call: 'allocPages', count: 2n };
    const region = (name: string, count: bigint): Operation<Reference> => ({
      call: 'freeRegion',
      address: at(name),
      count,
    });
    const twice = [{ call: 'alloc' } as const, free('a'), free('a')];
    expect(programOf(twice, WHOLE)).toHaveLength(3);
    expect(programOf(twice, UNDEFINED)).toEqual(['a = alloc()', 'free(a)']);
    // The pages of a batch are consecutive here; elsewhere they may not be.
    expect(programOf([batch, region('a', 2n), region('a', 1n)], UNDEFINED)).toHaveLength(2);
    const bootPage = formatProgram([free('0xffff800000008000')]);
    expect(programOf([free('0xffff800000008000')], UNDEFINED)).toEqual(bootPage);
    expect(programOf([free('0xffff800000001000')], UNDEFINED)).toEqual([]);
  });

  it('keeps misuse that is caught wherever the page frames lie, where other misuse is not', () => {
    const foreign: Profile = { ...WHOLE, uncaught: ['foreign'] };
    const twice = [{ call: 'alloc' } as const, free('a'), free('a')];
    expect(programOf(twice, foreign)).toHaveLength(3);
    expect(programOf([free('0x1000')], foreign)).toEqual(['free(0x1000)']);
    // Memory may be removed before it is freed again: then the page frame is foreign.
    const removed: Profile = { ...foreign, calls: [...foreign.calls, 'removeRegion'] };
    const gone: Operation<Reference> = { call: 'removeRegion', address: at('0xffff800000000000'), count: 1n };
    expect(programOf([...twice.slice(0, 2), gone, free('a')], removed)).toHaveLength(3);
  });

  it('adds memory at an address of no page frame, where only memory that is there is added unnoticed', () => {
    const unnoticed: Profile = { ...WHOLE, calls: [...WHOLE.calls, 'addRegion'], uncaught: ['present'] };
    const add = (address: string): Operation<Reference> => ({
      call: 'addRegion',
      address: at(address),
      count: 1n,
    });
    expect(programOf([add('0x1000'), add('0xffff800000001000')], unnoticed)).toEqual([
      'addRegion(0x1000, count 1)',
    ]);
  });

  it('gives the reason for each operation of a program that it would leave out', () => {
    const program = [{ call: 'alloc' } as const, free('a'), free('a')];
    const [first, second, third] = undefinedIn(WORLD, program, { policies: [], profile: UNDEFINED });
    expect([first, second]).toEqual([null, null]);
    expect(third).toContain('misuse');
  });
});
