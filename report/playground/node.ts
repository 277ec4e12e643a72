/**
 * The seam between the core and Node.js, in a browser: the little of Node.js's modules that checking and exploring use. Whatever else is
 * imported throws where it is called. The bundle puts this in their place.
 */

type Members = Readonly<Record<string, unknown>>;

/** Two numbers that depend on every character: enough to tell texts apart. */
function mixed(text: string, seed: number): string {
  let [a, b] = [0xdeadbeef ^ seed, 0x41c6ce57 ^ seed];
  for (let i = 0; i < text.length; i += 1) {
    a = Math.imul(a ^ text.charCodeAt(i), 2654435761);
    b = Math.imul(b ^ text.charCodeAt(i), 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}

/** A hash that nobody must be unable to forge: it keys the drafts that were tried. */
class Hash {
  #text = '';

  update(text: string): this {
    this.#text += text;
    return this;
  }

  digest(): string {
    return [1, 2, 3, 4].map((seed) => mixed(this.#text, seed)).join('');
  }
}

/** A script of a time limit: it asks for the global object, or calls one of its functions. There is no limit here. */
class Script {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  runInThisContext(): unknown {
    if (this.#text === 'globalThis') return globalThis;
    return Reflect.get(globalThis, this.#text.replace('()', ''))();
  }
}

const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const MODULES: Readonly<Record<string, Members>> = {
  'node:crypto': { createHash: () => new Hash() },
  'node:vm': { Script },
  'node:module': { syncBuiltinESMExports: () => {} },
  'node:path': {
    basename: (path: string, ending = '') => name(path).replace(new RegExp(`\\${ending}$`), ''),
    extname: (path: string) => /\.[^./]+$/.exec(path)?.[0] ?? '',
    relative: (_: string, path: string) => path,
  },
  'node:util/types': { isPromise: (value: unknown) => value instanceof Promise },
  'node:url': { fileURLToPath: String },
  'node:worker_threads': { getEnvironmentData: () => undefined },
  'node:timers/promises': { setImmediate: () => new Promise((resolve) => setTimeout(resolve)) },
};

/** Returns what stands for a module of Node.js. */
export function provide(module: string): Members {
  const members = MODULES[module] ?? {};
  return new Proxy(members, {
    get: (_, member) => {
      if (typeof member === 'symbol' || member === '__esModule') return undefined;
      return (
        members[member] ??
        (() => {
          throw new Error(`${module}: ${member}() needs Node.js`);
        })
      );
    },
  });
}

/** Puts global names of Node.js in their place. */
export function provideGlobals(buffer: unknown): void {
  Object.assign(globalThis, {
    Buffer: buffer,
    // A page shares memory only where a server isolates it, and this worker has no one to share it with.
    SharedArrayBuffer: ArrayBuffer,
    process: {
      cwd: () => '/',
      env: {},
      versions: { node: 'in this browser' },
      stderr: { write: () => true },
    },
    setImmediate: (work: () => void) => setTimeout(work),
  });
}
