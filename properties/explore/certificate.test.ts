import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readTrace } from '../../counterexamples/trace/index.ts';
import { execute, factoryTarget, OURS, type Target, wrapPmm } from '../../runner/index.ts';
import { MUTANTS, type Mutant, targetOf } from '../../runner/mutants/index.ts';
import { changed } from '../../runner/testing/changed.ts';
import { config, memoryMap, type Program, type Trace } from '../../spec/index.ts';
import { certify, countedPrograms, shorterPrograms } from './certificate.ts';
import { explore } from './explore.ts';
import { smallWorld } from './world.ts';

function mutantNamed(name: string): Mutant {
  const mutant = MUTANTS.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`no mutant has the name ${name}`);
  return mutant;
}

function savedTrace(name: string): Trace {
  return readTrace(fileURLToPath(new URL(`../../assurance/mutants/traces/${name}.json`, import.meta.url)));
}

/** Returns a mutant that does not offer its state as words. */
function unsaved({ name, create }: Mutant): Target {
  return factoryTarget({
    name,
    policies: OURS.policies,
    create: (map, options) => wrapPmm(create(map, options), {}),
  });
}

/** Returns the same target, which is only asked whole programs. */
function askedWhole(target: Target): Target {
  return new Proxy(target, {
    get(of, key) {
      const value: unknown = Reflect.get(of, key);
      if (key === 'isInteractive') return false;
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
}

describe('a certificate', () => {
  it('counts the programs shorter than a length: all sequences of the operations of the world', () => {
    expect([0, 1, 2, 3, 20].map((length) => shorterPrograms(100, length))).toEqual([
      0n,
      1n,
      101n,
      10_101n,
      (100n ** 20n - 1n) / 99n,
    ]);
  });

  it.each(['stale-page-cache', 'missed-run-across-hint', 'free-list-link-in-used-page'])(
    'says of the simplest program of %s that no shorter one breaks a clause',
    async (name) => {
      const trace = savedTrace(name);
      const certificate = await certify(targetOf(mutantNamed(name)), trace);
      const operations = certificate.kind === 'shortest' ? certificate.operations : 0;
      const { length } = trace.scenario.operations;
      expect(certificate).toEqual({
        kind: 'shortest',
        operations,
        programs: shorterPrograms(operations, length),
      });
    },
  );

  it.each(['last-page-never-given', 'stale-page-cache', 'free-list-link-in-used-page'])(
    'of %s is the same where the target is only asked whole programs',
    async (name) => {
      const [trace, target] = [savedTrace(name), targetOf(mutantNamed(name))];
      const none = { ...trace, scenario: { ...trace.scenario, operations: [] } };
      for (const one of [trace, none])
        expect(await certify(askedWhole(target), one)).toEqual(await certify(target, one));
    },
  );

  it('is refused with the shorter program where there is one', async () => {
    const target = targetOf(mutantNamed('stale-page-cache'));
    const scenario = {
      map: memoryMap([{ type: 'conventional', start: 0n, pages: 3 }]),
      config: config({ bitmapMaxAddr: 0x1000n }),
      policies: OURS.policies,
    };
    const alloc = { call: 'alloc' } as const;
    const operations: Program = [{ call: 'freeAmount' }, alloc, alloc];
    for (const asked of [target, askedWhole(target)])
      expect(await certify(asked, execute(target, { ...scenario, operations }).trace())).toMatchObject({
        kind: 'shorter',
        trace: { scenario: { operations: [alloc, alloc] } },
      });
  });

  it('runs the programs one by one where the target cannot be saved, and is left open where they are too many', async () => {
    const target = unsaved(mutantNamed('stale-page-cache'));
    expect(await certify(target, savedTrace('stale-page-cache'))).toMatchObject({ kind: 'shortest' });
    const hint = unsaved(mutantNamed('missed-run-across-hint'));
    for (const asked of [hint, askedWhole(hint)])
      expect(await certify(asked, savedTrace('missed-run-across-hint'), { ms: 1 })).toEqual({
        kind: 'open',
        why: expect.stringMatching(/^[\d,]+ shorter programs are too many/),
      });
  });

  it('is left open if the world is not small', async () => {
    const certificate = await certify(
      targetOf(mutantNamed('lost-page-per-buffer')),
      savedTrace('lost-page-per-buffer'),
    );
    expect(certificate).toEqual({ kind: 'open', why: expect.stringContaining('too many page frames') });
  });
});

describe('a search of the usual world', () => {
  it.each([
    ['accepted-double-free', 1, 'free.owner'],
    ['stale-page-cache', 2, 'alloc.was-free'],
    ['missed-run-across-hint', 3, 'allocBitmap.complete'],
    ['unmarked-run', 1, 'owner.agrees'],
  ])('finds %s by a program of %i operations', async (name, length, clause) => {
    const { trace, end } = await explore({
      target: targetOf(mutantNamed(name)),
      world: smallWorld({ stack: 3, bitmap: 3 }),
    });
    expect(end).toBe('violated');
    expect(trace?.scenario.operations).toHaveLength(length);
    expect(trace?.violation?.clause).toBe(clause);
  });

  it('tells where a manager leaves a part of its state out of its words', async () => {
    const forgetful = changed('forgetful', (pmm) => {
      let calls = 0;
      return {
        saveState: (into) => pmm.saveState(into),
        loadState: (saved) => pmm.loadState(saved),
        alloc: () => {
          calls += 1;
          return calls % 3 === 0 ? null : pmm.alloc();
        },
      };
    });
    await expect(explore({ target: forgetful, world: smallWorld({ stack: 3, bitmap: 0 }) })).rejects.toThrow(
      'saveState() leaves something out',
    );
  });
});

it('says how many programs are too many in few digits', () => {
  expect(countedPrograms(71_557n)).toBe('71,557 shorter programs');
  expect(countedPrograms(shorterPrograms(124, 21))).toBe('more than 10^41 shorter programs');
});
