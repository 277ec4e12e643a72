/**
 * The realm: the built-in objects that a manager in this process shares with the judge. One that replaces one of their
 * functions could decide what the judge says. They are compared after each program with what they were before the first module
 * was loaded, or a suite began, and put back. 5 µs a comparison, once the engine has compiled it.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Script } from 'node:vm';
import { SpecError } from '../spec/index.ts';

/** Objects by their names. Of functions, the prototypes as well. */
const OBJECTS: Readonly<Record<string, object>> = {
  Object,
  Function,
  Array,
  String,
  Number,
  BigInt,
  Symbol,
  Math,
  JSON,
  Reflect,
  Map,
  Set,
  WeakMap,
  WeakSet,
  Promise,
  RegExp,
  Error,
  TypeError,
  RangeError,
  Atomics,
  ArrayBuffer,
  SharedArrayBuffer,
  Int32Array,
  Uint32Array,
  Float64Array,
  BigUint64Array,
  Buffer,
  'the typed arrays': Object.getPrototypeOf(Uint8Array),
  'the iterator of arrays': Object.getPrototypeOf([].values()),
  'the iterator of maps': Object.getPrototypeOf(new Map().values()),
  'node:fs': fs,
  'vm.Script': Script,
};
/** They are meant to change. */
const CHANGEABLE: readonly PropertyKey[] = ['stackTraceLimit', 'prepareStackTrace'];

/** Kept here: a module may replace these, too. */
const { defineProperty, deleteProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;

/** A property of a built-in object. */
interface Entry {
  readonly name: string;
  readonly holder: object;
  readonly key: PropertyKey;
  readonly was: PropertyDescriptor;
}

function entriesOf(owner: string, holder: object): readonly Entry[] {
  return ownKeys(holder).flatMap((key) => {
    const was = getOwnPropertyDescriptor(holder, key);
    const name = typeof key === 'symbol' ? `${owner}[${key.description}]` : `${owner}.${key}`;
    const isFunction = typeof was?.value === 'function' || was?.get !== undefined;
    return was === undefined || !isFunction || CHANGEABLE.includes(key) ? [] : [{ name, holder, key, was }];
  });
}

/** Returns an object with the prototype that it has, if it is a function. */
function withPrototype(owner: string, object: object): readonly (readonly [owner: string, holder: object])[] {
  const prototype: unknown = typeof object === 'function' ? Reflect.get(object, 'prototype') : null;
  // That of Function is a function.
  const isObject = (typeof prototype === 'object' && prototype !== null) || typeof prototype === 'function';
  return [[owner, object], ...(isObject ? [[`${owner}.prototype`, prototype] as const] : [])];
}

function allEntries(): readonly Entry[] {
  return Object.entries(OBJECTS).flatMap(([owner, object]) => {
    const global = getOwnPropertyDescriptor(globalThis, owner);
    return [
      ...(global === undefined ? [] : [{ name: owner, holder: globalThis, key: owner, was: global }]),
      ...withPrototype(owner, object).flatMap(([name, holder]) => entriesOf(name, holder)),
    ];
  });
}

function isAsBefore({ holder, key, was }: Entry): boolean {
  const now = getOwnPropertyDescriptor(holder, key);
  return now !== undefined && now.value === was.value && now.get === was.get && now.set === was.set;
}

/**
 * Returns a function that compares the values of all properties. It is compiled with one access for each: a loop would look each
 * property up by a name that varies, which takes a hundred times as long.
 */
function comparison(entries: readonly Entry[]): () => boolean {
  const data = entries.filter(({ was }) => 'value' in was);
  const tests = data.map((_, i) => {
    const key = data[i]?.key;
    return `h[${i}][${typeof key === 'string' ? JSON.stringify(key) : `k[${i}]`}] === v[${i}]`;
  });
  const compile = new Script(`(h, k, v) => () => ${tests.join(' && ')}`).runInThisContext();
  return compile(
    data.map(({ holder }) => holder),
    data.map(({ key }) => key),
    data.map(({ was }) => was.value),
  );
}

/** An object to which a property may be added that changes all objects, or the entries of all arrays. */
interface Shared {
  readonly name: string;
  readonly object: object;
  readonly isHarmful: (key: PropertyKey) => boolean;
  readonly keys: readonly PropertyKey[];
  /** Properties that it has, harmless ones that were added included. */
  count: number;
}

function sharedObject(name: string, object: object, isHarmful: Shared['isHarmful']): Shared {
  const keys = ownKeys(object);
  return { name, object, isHarmful, keys, count: keys.length };
}

function isIndexOrSymbol(key: PropertyKey): boolean {
  return typeof key === 'symbol' || Number(key) >= 0;
}

/** The built-in objects as they were. Its methods work where any of them has changed: they use none before it is put back. */
class Realm {
  readonly #entries = allEntries();
  readonly #accessors = this.#entries.filter(({ was }) => was.get !== undefined);
  readonly #hasSameValues = comparison(this.#entries);
  readonly #shared = [
    sharedObject('Object.prototype', Object.prototype, () => true),
    sharedObject('Array.prototype', Array.prototype, isIndexOrSymbol),
  ];

  isIntact(): boolean {
    if (!this.#hasSameValues()) return false;
    for (let i = 0; i < this.#shared.length; i += 1) {
      const shared = this.#shared[i];
      if (shared !== undefined && ownKeys(shared.object).length !== shared.count) return false;
    }
    for (let i = 0; i < this.#accessors.length; i += 1) {
      const accessor = this.#accessors[i];
      if (accessor !== undefined && !isAsBefore(accessor)) return false;
    }
    return true;
  }

  /** Puts back what has changed. Returns its name, the first where there are more; null where nothing harmful has. */
  repair(): string | null {
    let first: string | null = null;
    let isWhole = true;
    for (let i = 0; i < this.#shared.length; i += 1) {
      const shared = this.#shared[i];
      if (shared !== undefined) first ??= removeAdded(shared);
    }
    for (let i = 0; i < this.#entries.length; i += 1) {
      const entry = this.#entries[i];
      if (entry === undefined || isAsBefore(entry)) continue;
      first ??= entry.name;
      isWhole = defineProperty(entry.holder, entry.key, entry.was) && isWhole;
    }
    syncBuiltinESMExports();
    if (isWhole) return first;
    throw new SpecError(`expected a target that leaves built-in objects alone: it changed ${first} for good`);
  }
}

/** Removes harmful properties that were added. Returns the name of the first, or null. */
function removeAdded(shared: Shared): string | null {
  const { name, object, isHarmful, keys } = shared;
  const now = ownKeys(object);
  let first: string | null = null;
  for (let i = 0; i < now.length; i += 1) {
    const key = now[i] ?? '';
    let isKnown = false;
    for (let k = 0; k < keys.length; k += 1) isKnown ||= keys[k] === key;
    if (isKnown || !isHarmful(key)) continue;
    deleteProperty(object, key);
    first ??= `${name}.${typeof key === 'symbol' ? 'a symbol' : key}`;
  }
  shared.count = ownKeys(object).length;
  return first;
}

/** Null until the first module is loaded: before that, nobody but us has changed anything. */
let realm: Realm | null = null;
/**
 * How many reasons there are to watch the calls of a manager's factory one by one. Kept for each: what one target did says nothing of another in
 * this thread.
 */
const suspicions = new WeakMap<object, number>();

/** Begins to watch the built-in objects. */
export function watchRealm(): void {
  realm ??= new Realm();
}

/** Begins to watch the built-in objects as they are now: what a user's test replaced before is not the target's doing. */
export function rewatchRealm(): void {
  if (realm === null || !realm.isIntact()) realm = new Realm();
}

/** Puts back what has changed since, and returns its name; null where nothing has. */
export function repairRealm(): string | null {
  return realm === null || realm.isIntact() ? null : realm.repair();
}

/** Whether the calls of a factory's managers are watched one by one. Ask before it runs: it may change how this is known. */
export function isSuspected(factory: object): boolean {
  return (suspicions.get(factory) ?? 0) > 0;
}

/** Has each call of a factory's managers watched, where they cannot be made again. Returns what ends that. */
export function suspectRealm(factory: object): () => void {
  const add = (more: number): unknown => suspicions.set(factory, (suspicions.get(factory) ?? 0) + more);
  add(1);
  return () => add(-1);
}

/** Does some work of a factory's managers. Returns its result, or null where they have changed built-in objects: they are put back, and the factory is suspected. */
export function unlessChanged<T>(factory: object, work: () => T): T | null {
  let changed: string | null = null;
  let result: T | null = null;
  try {
    result = work();
    changed = repairRealm();
  } catch (error) {
    changed = repairRealm();
    if (changed === null) throw error;
  }
  if (changed === null) return result;
  suspectRealm(factory);
  return null;
}

/** Throws `SpecError` where a target has changed built-in objects. */
export function refuseChanges(target: string): void {
  const changed = repairRealm();
  if (changed !== null)
    throw new SpecError(
      `${target}: expected a target that leaves built-in objects alone: it changed ${changed}`,
    );
}
