import fs, { writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Script } from 'node:vm';
import { afterAll, describe, expect, it } from 'vitest';
import { createPmm } from '../impl/index.ts';
import { config, memoryMap, type Pmm, type Trace } from '../spec/index.ts';
import { factoryTarget } from './factory-target.ts';
import { runLeanly } from './lean/index.ts';
import { execute } from './limited-execution.ts';
import { refuseChanges, suspectRealm, watchRealm } from './realm.ts';
import type { Target } from './target.ts';
import { changed } from './testing/changed.ts';
import { wrapPmm } from './wrap-pmm.ts';

watchRealm();
afterAll(() => refuseChanges('the test'));

const SCENARIO: Trace['scenario'] = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 4 }]),
  config: config({ bitmapMaxAddr: 0n }),
  policies: [],
  operations: [{ call: 'freeAmount' }, { call: 'alloc' }, { call: 'alloc' }],
};

const nothing = (): undefined => undefined;
const define = (object: object, key: PropertyKey, descriptor: PropertyDescriptor): void => {
  Object.defineProperty(object, key, { configurable: true, ...descriptor });
};

/** The object that is changed, by its name in messages. */
const CHANGES: readonly (readonly [name: string, change: () => void])[] = [
  ['Array.prototype.push', () => define(Array.prototype, 'push', { value: nothing })],
  ['Array.prototype[Symbol.iterator]', () => define(Array.prototype, Symbol.iterator, { value: nothing })],
  ['Array.prototype.0', () => define(Array.prototype, '0', { set: nothing, get: nothing })],
  [
    'the iterator of arrays.next',
    () => define(Object.getPrototypeOf([].values()), 'next', { value: nothing }),
  ],
  ['Map.prototype.get', () => define(Map.prototype, 'get', { value: nothing })],
  ['Map.prototype.size', () => define(Map.prototype, 'size', { get: nothing })],
  ['WeakMap.prototype.get', () => define(WeakMap.prototype, 'get', { value: nothing })],
  ['BigInt', () => define(globalThis, 'BigInt', { value: nothing })],
  ['BigInt.asUintN', () => define(BigInt, 'asUintN', { value: nothing })],
  ['Object.keys', () => define(Object, 'keys', { value: nothing })],
  ['Object.prototype.hasOwnProperty', () => define(Object.prototype, 'hasOwnProperty', { value: nothing })],
  ['Object.prototype.violation', () => define(Object.prototype, 'violation', { value: null })],
  ['Object.prototype.then', () => define(Object.prototype, ['t', 'hen'].join(''), { value: nothing })],
  ['Function.prototype.call', () => define(Function.prototype, 'call', { value: nothing })],
  ['Math.floor', () => define(Math, 'floor', { value: nothing })],
  ['JSON.stringify', () => define(JSON, 'stringify', { value: nothing })],
  ['Number.isSafeInteger', () => define(Number, 'isSafeInteger', { value: nothing })],
  ['String.prototype.startsWith', () => define(String.prototype, 'startsWith', { value: nothing })],
  ['Error', () => define(globalThis, 'Error', { value: nothing })],
  ['Reflect.ownKeys', () => define(Reflect, 'ownKeys', { value: nothing })],
  ['Promise.prototype.then', () => define(Promise.prototype, ['t', 'hen'].join(''), { value: nothing })],
  [
    'vm.Script.prototype.runInThisContext',
    () => define(Script.prototype, 'runInThisContext', { value: nothing }),
  ],
  [
    'node:fs.writeSync',
    () => {
      define(fs, 'writeSync', { value: nothing });
      syncBuiltinESMExports();
    },
  ],
];

describe('a target that changes a built-in object in a call gets a violation there, and the object is put back:', () => {
  it.each(CHANGES)('%s', (name, change) => {
    const kept = [Array.prototype.push, writeSync];
    const alloc = (pmm: Pmm): bigint | null => {
      change();
      return pmm.alloc();
    };
    const target = changed('changing', (pmm) => ({ alloc: () => alloc(pmm) }), { programMs: 1000 });
    const { violation } = execute(target, SCENARIO);
    expect(violation).toMatchObject({ at: 1, clause: 'alloc.complete' });
    expect(violation?.explanation).toContain(`it changed ${name}, which the judge uses`);
    expect([Array.prototype.push, writeSync]).toEqual(kept);
  });
});

describe('a target that changes a built-in object', () => {
  const target = (inInit: () => void, inDispose: () => void) =>
    factoryTarget({
      name: 'changing',
      policies: [],
      create: (map, options) => {
        inInit();
        return Object.assign(wrapPmm(createPmm(map, options), {}), { dispose: inDispose });
      },
    });

  it('in init gets a violation of init', () => {
    const { violation } = execute(
      target(() => define(Math, 'max', { value: nothing }), nothing),
      SCENARIO,
    );
    expect(violation).toMatchObject({ at: -1, explanation: expect.stringContaining('it changed Math.max') });
  });

  it('after its calls is refused', () => {
    const changing = target(nothing, () => define(Math, 'max', { value: nothing }));
    expect(() => execute(changing, SCENARIO)).toThrow(/^changing: .*it changes them outside its calls$/);
  });
});

it('the calls of one that changed a built-in object are watched from then on, and of no other', () => {
  const pushing = factoryTarget({
    name: 'changing',
    policies: [],
    create: (map, options) => {
      define(Math, 'max', { value: nothing });
      return createPmm(map, options);
    },
  });
  execute(pushing, SCENARIO);
  const isJudgedLeanly = (target: Target): boolean => {
    const { map, config } = SCENARIO;
    return runLeanly({ target, world: { map, config }, length: 0, drive: nothing }) !== null;
  };
  // Not ours, of which another file may have run managers on built-in objects that it had replaced.
  const other = factoryTarget({
    name: 'other',
    policies: [],
    create: (map, options) => createPmm(map, options),
  });
  expect([pushing, pushing.withClaims({ name: 'another' }), other].map(isJudgedLeanly)).toEqual([
    false,
    false,
    true,
  ]);
  const { factory } = other;
  if (factory === null) throw new Error('no factory');
  const [trust, trustAgain] = [suspectRealm(factory), suspectRealm(factory)];
  trust();
  expect(isJudgedLeanly(other)).toBe(false);
  trustAgain();
  expect(isJudgedLeanly(other)).toBe(true);
});

describe('what harms nobody is left alone:', () => {
  it.each([
    ['a further method of arrays', Array.prototype, 'sum'],
    ['a further function of Math', Math, 'sum'],
    ['the limit of stacks', Error, 'stackTraceLimit'],
  ])('%s', (_, object, key) => {
    const before = Object.getOwnPropertyDescriptor(object, key);
    define(object, key, { value: 20, writable: true });
    expect(() => refuseChanges('a module')).not.toThrow();
    expect(Reflect.get(object, key)).toBe(20);
    if (before === undefined) Reflect.deleteProperty(object, key);
    else define(object, key, before);
    expect(() => refuseChanges('a module')).not.toThrow();
  });
});
