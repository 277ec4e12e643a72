/** Factory targets: managers in this process, built by a factory, that answer one call at a time. */
import { isPromise } from 'node:util/types';
import {
  addressesOf,
  argumentAt,
  beyond,
  type Call,
  type Config,
  computedOnce,
  type MemoryMap,
  type Operation,
  type Pmm,
  type PmmFactory,
  type Profile,
  type Program,
  parametersOf,
  type SomePmmFactory,
  SpecError,
  WHOLE,
} from '../spec/index.ts';
import { GUARDS, roomFor } from './batch.ts';
import { exactly } from './lean/numbered-call.ts';
import { Results } from './results.ts';
import type { SavableSession } from './savable-session.ts';
import { Session } from './session.ts';
import { SimulatedMemory } from './simulated-memory.ts';
import {
  ClaimedTarget,
  type Claims,
  type StartedProgram,
  sourceOf,
  type Target,
  type TargetSource,
  type TimedProgram,
} from './target.ts';
import { described } from './thrown.ts';
import { shareTime, timeOf, within } from './time-limit.ts';
import type { World } from './world.ts';

class FactoryTarget extends ClaimedTarget implements Target {
  readonly isInteractive = true;
  readonly compiled = null;
  readonly takesAnyNumber = true;
  readonly seesWrites = true;
  readonly peakKib = 0;
  readonly bytesACall = null;
  readonly programMs: number;
  readonly factory: PmmFactory;

  constructor(create: PmmFactory, claims: Claims, programMs: number) {
    super(claims);
    this.programMs = programMs;
    this.factory = create;
  }

  get source(): TargetSource {
    return sourceOf(this, Number.isFinite(this.programMs) ? this.programMs : undefined);
  }

  start(world: World): StartedProgram {
    const session = new Session(this.factory, world, this.profile);
    return { performer: () => session };
  }

  openSavable(world: World): SavableSession | null {
    const session = new Session(this.factory, world, this.profile);
    if (session.isSavable) return session;
    session.close();
    return null;
  }

  timed(world: World, program: Program): TimedProgram {
    const ms = timeOf(this, this.programMs).limitOf(world, program.length);
    const timed = within(ms, () => timedCalls(this.factory, this, world, program));
    return { turn: (operations) => within(ms, () => timed.turn(operations)) };
  }

  protected override claiming(claims: Claims): Target {
    return shareTime(this, this.programMs, new FactoryTarget(this.factory, claims, this.programMs));
  }

  async close(): Promise<void> {}
}

/** A call with its arguments as they are passed. */
interface PreparedCall {
  readonly call: Call;
  readonly passed: readonly (number | bigint | BigUint64Array)[];
}

/** Prepares a call; the array of a batch has room for what is free. */
function prepared(operation: Operation, free: number, isPartial: boolean): PreparedCall {
  const { call } = operation;
  const passed = parametersOf(call).flatMap((parameter) => {
    const value = argumentAt(operation, parameter);
    if (typeof value !== 'bigint' && typeof value !== 'number') {
      const addresses = BigUint64Array.from(addressesOf(operation));
      return [addresses, addresses.length];
    }
    if (parameter.kind === 'address') return [value];
    const count = exactly(value);
    if (parameter.kind !== 'batchCount') return [count];
    return [new BigUint64Array(roomFor(count, free, isPartial) + GUARDS), count];
  });
  return { call, passed };
}

/** A manager as a table of calls. */
type Methods = Readonly<Record<Call, (...passed: readonly unknown[]) => unknown>>;

/** Makes a call. Returns what the manager returns, and throws what it throws. */
function invoke(pmm: object, { call, passed }: PreparedCall): unknown {
  const methods = pmm as Methods;
  // A spread would add 20 ns to each call.
  switch (passed.length) {
    case 0:
      return methods[call]();
    case 1:
      return methods[call](passed[0]);
    case 2:
      return methods[call](passed[0], passed[1]);
    case 3:
      return methods[call](passed[0], passed[1], passed[2]);
    default:
      return methods[call](...passed);
  }
}

/** Page frames that the array of a batch has room for where it may be granted in part. */
const MOST_IN_PART = 2 ** 20;

/**
 * Prepares the calls of a program with the addresses that the target hands out, so that they are timed with nothing between them. Calls that
 * cannot be made are left out. Init is not timed.
 */
function timedCalls(
  create: PmmFactory,
  { name, profile }: Claims,
  world: World,
  program: Program,
): TimedProgram {
  const session = new Session(create, world, profile);
  const isPartial = profile.batches === 'partial';
  const free = isPartial ? MOST_IN_PART : Number.POSITIVE_INFINITY;
  const results = new Results();
  const calls = program.flatMap((operation) => {
    const resolved = results.resolve(operation);
    if (resolved === null || beyond(profile, operation) !== null) {
      results.record(operation, { outcome: { kind: 'failed' } });
      return [];
    }
    results.record(operation, session.perform(resolved, free));
    return [prepared(resolved, free, isPartial)];
  });
  session.close();
  const { map, config } = world;
  return {
    turn: (operations) => {
      const pmm = create(map, { config, warn: () => {}, memory: new SimulatedMemory() });
      const end = Math.min(operations, calls.length);
      const start = performance.now();
      try {
        for (let i = 0; i < end; i += 1) {
          const call = calls[i];
          if (call !== undefined) invoke(pmm, call);
        }
      } catch (cause) {
        // The same calls did not throw when they were prepared.
        throw new SpecError(
          `${name}: expected the answers of a first run again, and it threw ${String(cause)}`,
          {
            cause,
          },
        );
      }
      const ms = performance.now() - start;
      pmm.dispose?.();
      return ms;
    },
  };
}

/** Returns a frozen copy of a memory map; the same one each time. */
const handedMap = computedOnce((map: MemoryMap): MemoryMap => {
  const descriptors = Object.freeze(map.descriptors.map((descriptor) => Object.freeze({ ...descriptor })));
  return Object.freeze({ ...map, descriptors });
});

const handedConfig = computedOnce((config: Config): Config => Object.freeze({ ...config }));

function isManager(value: unknown): value is Pmm {
  return ((typeof value === 'object' && value !== null) || typeof value === 'function') && !isPromise(value);
}

/**
 * Returns a factory whose managers are handed copies of the memory map and of the configuration, and memory without the record of its
 * writes: the judge reads the originals. Copies are frozen, and made once for each map: to change one throws in the manager's
 * code, which is an answer like any other. What the factory returns is an object.
 */
export function handing(create: SomePmmFactory): PmmFactory {
  return (map, { config, warn, memory, keep }) => {
    const built: unknown = create(handedMap(map), {
      config: handedConfig(config),
      warn: (message: unknown) => warn(typeof message === 'string' ? message : described(message)),
      memory: Object.freeze({
        read: (address: bigint) => memory.read(address),
        write: (address: bigint, value: bigint) => memory.write(address, value),
      }),
      keep: (base: number, count: number) => keep?.(base, count),
    });
    if (isManager(built)) return built;
    throw new TypeError(`expected a manager, found ${described(built)}`);
  };
}

/** Returns a target whose managers get the originals that the judge reads: of code that is known to change nothing, and to return. */
export function ownTarget(create: PmmFactory, claims: Omit<Claims, 'profile'>): Target {
  return new FactoryTarget(create, { ...claims, profile: WHOLE }, Number.POSITIVE_INFINITY);
}

/** A factory and its claims. */
export interface FactoryClaims extends Omit<Claims, 'profile'> {
  readonly create: SomePmmFactory;
  /** Milliseconds that a program may take. Default: no limit, for factories that are known to return. */
  readonly programMs?: number | undefined;
  /** Default: the whole of the specification. */
  readonly profile?: Profile | undefined;
}

/**
 * Returns a target whose managers a factory builds.
 * @public
 */
export function factoryTarget({
  create,
  profile = WHOLE,
  programMs = Number.POSITIVE_INFINITY,
  ...claims
}: FactoryClaims): Target {
  return new FactoryTarget(handing(create), { ...claims, profile }, programMs);
}
