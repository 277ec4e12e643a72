import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { OWN_CORPUS } from '../counterexamples/corpus/index.ts';
import { readTrace } from '../counterexamples/trace/index.ts';
import { createPmm } from '../impl/index.ts';
import { wrapPmm } from '../runner/index.ts';
import { REMEMBERING_MODULE } from '../runner/testing/remembering-module.ts';
import { config, type MemoryMap, memoryMap, type PmmFactory, POLICIES } from '../spec/index.ts';
import { type CheckPmmOptions, checkPmm, type PmmSource, suiteOf } from './check-pmm.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-suite-'));
afterAll(() => rmSync(folder, { recursive: true }));
const example = (name: string): string => fileURLToPath(new URL(`../examples/${name}.ts`, import.meta.url));

/** Returns the message with which a check fails; empty where it holds. */
async function failure(source: PmmSource, options: CheckPmmOptions): Promise<string> {
  try {
    await checkPmm('a manager', source, { programs: 20, ...options });
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** It has one zone: without its profile, every page that it hands out from the bitmap zone is wrong. */
const oneZone: PmmFactory = (map, { config: { higherHalf }, ...options }) => {
  const pmm = createPmm(map, { ...options, config: config({ higherHalf, bitmapMaxAddr: 2n ** 52n }) });
  return wrapPmm(pmm, { alloc: () => pmm.allocBitmap(1, 2n ** 64n - 1n, 1) });
};
const CLAIMS = {
  zones: 1,
  failures: ['errno'],
  calls: ['alloc', 'allocBitmap', 'free', 'freePages', 'freeRegion', 'freeAmount'],
};
const refusesLast: PmmFactory = (map, options) => {
  const pmm = createPmm(map, options);
  return wrapPmm(pmm, { alloc: () => (pmm.freeAmount() === 1 ? null : pmm.alloc()) });
};

/** Ours, which changes something before each allocation. */
const changing =
  (change: (map: MemoryMap) => void): PmmFactory =>
  (map, options) => {
    const pmm = createPmm(map, options);
    const alloc = (): bigint | null => {
      change(map);
      return pmm.alloc();
    };
    return wrapPmm(pmm, { alloc });
  };
const define = (object: object, key: PropertyKey, value: unknown): void => {
  Object.defineProperty(object, key, { value, configurable: true, writable: true });
};
const endless = (): never => {
  for (;;);
};

describe('a factory of the user is named where it', () => {
  const { push } = Array.prototype;

  it.each<readonly [does: string, said: string, change: (map: MemoryMap) => void]>([
    [
      'changes Array',
      'it changed Array.prototype.push, which',
      () => define(Array.prototype, 'push', Math.abs),
    ],
    ['changes Math', 'it changed Math.floor, which', () => define(Math, 'floor', () => 3)],
    ['changes BigInt', 'it changed BigInt, which', () => define(globalThis, 'BigInt', () => 0n)],
    ['changes Map', 'it changed Map.prototype.get, which', () => define(Map.prototype, 'get', Math.abs)],
    [
      'adds to all objects',
      'it changed Object.prototype.owner, which',
      () => define(Object.prototype, 'owner', 1),
    ],
    [
      'drops a descriptor',
      'it threw TypeError: .* read-only',
      ({ descriptors }) => define(descriptors, 'length', 0),
    ],
  ])('%s, and the change is undone', async (_, said, change) => {
    const saveTo = join(folder, 'changing');
    const message = await failure(changing(change), { saveTo });
    expect([Array.prototype.push, Math.floor(1.5), Reflect.get({}, 'owner')]).toEqual([push, 1, undefined]);
    rmSync(saveTo, { recursive: true, force: true });
    expect(message).toMatch(/^violation alloc\.complete: /m);
    expect(message).toMatch(new RegExp(`^ {10}operation \\d+: .*${said}`, 'm'));
  });

  it('never returns', async () => {
    const message = await failure(changing(endless), { programMs: 10, saveTo: join(folder, 'endless') });
    expect(message).toMatch(/ still running after [\d.]+ m?s: if it is slow, pass --program-time/);
  });

  it('is not blamed for what a test replaced before it', async () => {
    const { floor } = Math;
    define(Math, 'floor', (x: number) => floor(x));
    const mocked = Math.floor;
    expect(await failure(createPmm, { policies: POLICIES, programs: 1 })).toBe('');
    expect(Math.floor).toBe(mocked);
    define(Math, 'floor', floor);
  });
});

describe('the suite in a test of the user', () => {
  it('shows a program that fails by itself, where a shorter one needs a variable of the module as others left it', async () => {
    const module = join(folder, 'remembers.mjs');
    const saveTo = join(folder, 'remembered');
    writeFileSync(module, REMEMBERING_MODULE);
    const message = await failure(module, { saveTo });
    expect(message).toMatch(/^ +3 {2}free\(a\) +-> done {2}<-- here$/m);
    expect(message).toMatch(/^flaky +simpler programs did not fail again$/m);
  });

  it('has a part for the corpus, for generated maps and for each given map', () => {
    const world = { name: 'four pages', map: memoryMap([]), config: config() };
    expect(suiteOf('mine', createPmm, { worlds: [world], seed: 7 }).map(({ title }) => title)).toEqual([
      'satisfies every clause on the corpus',
      'satisfies every clause in 1000 programs on generated maps (seed 7)',
      'satisfies every clause on four pages (seed 7)',
    ]);
  });

  it('holds a manager to its profile', async () => {
    const saveTo = join(folder, 'profile');
    expect(await failure(oneZone, { profile: CLAIMS, saveTo })).toBe('');
    const unclaimed = await failure(oneZone, { saveTo });
    expect(unclaimed).toMatch(/^violation alloc\.(zone|complete): /m);
    expect(unclaimed).toMatch(/^hint {6}if .*, claim "zones": 1/m);
    expect(await failure(oneZone, { profile: { zone: 1 }, saveTo })).toMatch(
      /^a manager: profile: zone: unknown key, expected one of calls, /,
    );
    const high = { map: memoryMap([{ type: 'conventional', start: 2n ** 20n, pages: 1 }]), config: config() };
    const worlds = [{ name: 'high memory', ...high }];
    expect(await failure(oneZone, { profile: { ...CLAIMS, memoryBelow: '0x100000' }, worlds })).toMatch(
      /^high memory: expected a memory map that its profile allows: the memory map ends at 0x101000, /,
    );
  });

  it('replays the corpus of this package and that of the user, and lists what cannot be used', async () => {
    const saveTo = join(folder, 'corpus');
    cpSync(join(OWN_CORPUS, 'double-free.json'), join(saveTo, 'mine.json'));
    expect(await failure(createPmm, { policies: POLICIES, saveTo })).toBe('');
    writeFileSync(join(saveTo, 'cut.json'), '{');
    expect(await failure(createPmm, { policies: POLICIES, saveTo })).toMatch(
      /^traces of the corpus that cannot be used: .*\n\S+\/cut\.json: expected JSON: [^\n]+$/,
    );
    rmSync(join(saveTo, 'cut.json'));
    const [corpus] = suiteOf('a manager', refusesLast, { saveTo });
    await expect(corpus?.run()).rejects.toThrow(/^of {8}\S+\.json$/m);
  });

  it('saves a counterexample that names the module, where it is given one, and says how to replay it', async () => {
    const saveTo = join(folder, 'saved');
    const path = relative('', example('broken-one-zone'));
    for (const source of [path, pathToFileURL(path)]) {
      const message = await failure(source, { saveTo });
      const [, file = ''] = /^saved {5}(\S+)\nnext: npx frameproof replay \1$/m.exec(message) ?? [];
      const { target, profile, violation } = readTrace(file);
      expect([target, profile?.zones, violation?.clause]).toEqual([path, 1, 'alloc.complete']);
    }
    expect(await failure(refusesLast, { saveTo })).toMatch(
      /^next: npx frameproof replay \S+ --target MODULE$/m,
    );
    expect(await failure(example('one-zone'), { saveTo })).toBe('');
  });

  it('leaves no folder behind where it holds', async () => {
    const saveTo = join(folder, 'none');
    expect(await failure(createPmm, { policies: POLICIES, saveTo })).toBe('');
    expect(existsSync(saveTo)).toBe(false);
  });
});
