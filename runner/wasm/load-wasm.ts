/** Loading WebAssembly: the module is compiled and tried, and says what it claims. What the engine cannot do is told in one line. */
import {
  callPlace,
  config,
  decodeProfile,
  memoryMap,
  parseJson,
  physicalAddress,
  SpecError,
} from '../../spec/index.ts';
import { type GivenClaims, reaching, refuseMissing, type Target } from '../target.ts';
import { PROGRAM_MS } from '../time-limit.ts';
import { BUILD_SECTION, mutableGlobals } from './binary.ts';
import { type Bits, ENGINE, type Module, WASM_PAGE_BYTES } from './engine.ts';
import { type Loaded, Machine, reachOf } from './machine.ts';
import { Machines } from './machines.ts';
import { withNotedStores } from './stores.ts';
import { WasmTarget } from './wasm-target.ts';

/** The imports beside the memory. */
const HARNESS = 'frameproof';
/** The most that a module's own data may take: where physical memory begins. */
const MOST_INITIAL = 2 ** 29;
const GUIDE = 'see native/README.md for the line that builds it';

/** One page frame, to try a module with. */
const PROBE = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 1 }], 'probe'),
  config: config(),
};

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
}

function compiledOf(bytes: Uint8Array, path: string): Module {
  try {
    return new ENGINE.Module(bytes);
  } catch (error) {
    const hint = /memory64|limits flags/.test(messageOf(error))
      ? `: Node.js ${process.versions.node} has no pointers of 64 bits; build it with --bits 32`
      : '';
    throw new SpecError(
      `${path}: expected WebAssembly that Node.js can compile: ${messageOf(error)}${hint}`,
      {
        cause: error,
      },
    );
  }
}

/** Refuses a module that needs functions that nobody has. */
function refuseUnresolved(module: Module, path: string): void {
  const unresolved = ENGINE.Module.imports(module).filter(
    ({ module: from, kind }) => kind !== 'memory' && from !== HARNESS,
  );
  if (unresolved.length > 0)
    throw new SpecError(
      `${path}: expected WebAssembly that imports nothing but the harness, and it needs ${unresolved.map(({ name }) => name).join(', ')}`,
    );
  if (!ENGINE.Module.exports(module).some(({ name }) => name === 'fp_call'))
    throw new SpecError(
      `${path}: expected WebAssembly with the harness, and it exports no fp_call: ${GUIDE}`,
    );
}

/** Returns the module with what it needs of the engine: it is tried with memories of either kind and of growing size. */
function tried(
  found: Omit<Loaded, 'bits' | 'initial' | 'hasCounters'>,
  path: string,
): readonly [Loaded, Machine] {
  const failed: string[] = [];
  for (const bits of [64, 32] as const satisfies readonly Bits[])
    for (let initial = 2 * WASM_PAGE_BYTES; initial <= MOST_INITIAL; initial *= 2) {
      const loaded = { ...found, bits, initial, hasCounters: false };
      try {
        const machine = new Machine(loaded, PROBE);
        return [{ ...loaded, hasCounters: machine.counters().length > 0 }, machine];
      } catch (error) {
        failed.push(messageOf(error));
        if (!/memory.*smaller|initial/.test(messageOf(error))) break;
      }
    }
  throw new SpecError(
    `${path}: expected WebAssembly that can be started: ${[...new Set(failed)].join('; ')}`,
  );
}

/** The bit of the calls that says that runs are asked for by order: see native/frameproof_wasm.c. */
const BY_ORDER = 30;

/**
 * Returns a module as it was found by trying, with a machine that says what the target has.
 *
 * @throws SpecError if the engine cannot run it, or it was not built with the harness.
 */
export function loadedFrom(bytes: Uint8Array, path: string): readonly [Loaded, Machine] {
  const module = compiledOf(bytes, path);
  refuseUnresolved(module, path);
  const [line] = ENGINE.Module.customSections(module, BUILD_SECTION);
  const compiled = line === undefined ? null : Buffer.from(line).toString();
  const noted = withNotedStores(bytes, path);
  const hasHidden = noted.hasHidden || mutableGlobals(bytes) > 1;
  return tried({ module: compiledOf(noted.bytes, path), compiled, hasHidden }, path);
}

/**
 * Returns the target that WebAssembly is, held to its own claims or to a given profile; `path` is its name. Throws as
 * {@link loadedFrom} does.
 */
export function wasmTarget(
  bytes: Uint8Array,
  path: string,
  { profile: given, programMs = PROGRAM_MS }: GivenClaims,
): Target {
  const [loaded, machine] = loadedFrom(bytes, path);
  const source = `${path}: profile`;
  const claimed = given ?? decodeProfile(parseJson(machine.profile, source), source);
  const has = (place: number): boolean => ((machine.calls >> place) & 1) === 1;
  refuseMissing(path, claimed, (name) => has(name === 'orders' ? BY_ORDER : callPlace(name)));
  const profile = reaching(claimed, physicalAddress(reachOf(loaded.bits)));
  return new WasmTarget(new Machines(loaded), { name: path, policies: profile.policies, profile }, programMs);
}
