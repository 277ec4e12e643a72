/**
 * Targets: an allocator that can run programs, with its name and its claims. A target is asked, never inspected for its kind: only
 * this folder knows whether it is a module, a process or anything else.
 */
import {
  addressesOf,
  argumentsOf,
  CALLS,
  type Call,
  isU64,
  type Operation,
  type OwnClause,
  type PhysicalAddress,
  type PmmFactory,
  type Policy,
  type Profile,
  type Program,
  SpecError,
  WHOLE,
} from '../spec/index.ts';
import type { Performer } from './performer.ts';
import type { SavableSession } from './savable-session.ts';
import type { World } from './world.ts';

/**
 * The name of a target and the claims that it is held to.
 * @public
 */
export interface Claims {
  readonly name: string;
  /** Promises beyond the specification. */
  readonly policies: readonly Policy[];
  /** The part of the specification that it claims. */
  readonly profile: Profile;
  /** The own clauses that a run holds it to. Default: none. */
  readonly checks?: readonly OwnClause[];
}

/**
 * Data from which `loadTarget` loads the same target in another thread.
 * @public
 */
export interface TargetSource extends Pick<Claims, 'name' | 'policies'> {
  /** Undefined for `WHOLE`, which is compared by identity: a copy would differ. */
  readonly profile: Profile | undefined;
  /** CPU milliseconds of a program; undefined for no limit. */
  readonly programMs: number | undefined;
}

/**
 * Claims and limits that replace a target's.
 * @public
 */
export interface GivenClaims {
  readonly profile?: Profile | undefined;
  /** Milliseconds of a program: CPU time in a process. Default: 1000. Large memory maps and long programs add to it. */
  readonly programMs?: number | undefined;
}

/** Returns a profile that claims no memory from an address on. */
export function reaching(profile: Profile, memoryBelow: PhysicalAddress): Profile {
  return profile.memoryBelow <= memoryBelow ? profile : { ...profile, memoryBelow };
}

/** Returns the source of a target. */
export function sourceOf({ name, policies, profile }: Claims, programMs?: number): TargetSource {
  return { name, policies, profile: profile === WHOLE ? undefined : profile, programMs };
}

/**
 * Bytes that a call takes on the serial line to a kernel, on average.
 * @public
 */
export interface BytesACall {
  readonly sent: number;
  readonly received: number;
}

/**
 * A program that has been started.
 * @public
 */
export interface StartedProgram {
  /** Waits until the performer is ready, and returns it. Call it once. */
  performer(): Performer;
  /** Gives the program up, instead: one that waits for its turn does not run. */
  drop?(): void;
}

/**
 * A program that is run repeatedly to measure its calls.
 * @public
 */
export interface TimedProgram {
  /** Makes the first `operations` calls on a new manager. Returns the milliseconds that they take. */
  turn(operations: number): number;
}

/**
 * For each operation of a program, the reason why the target must not be asked for it, or null.
 * @public
 */
export type LeftOut = readonly (string | null)[];

/**
 * An allocator that can run programs. A spread (`{ ...target }`) loses its methods: use {@link Target.withClaims}.
 * @public
 */
export interface Target extends Claims {
  readonly checks: readonly OwnClause[];
  /**
   * Whether it answers one call at a time, so that the next call may depend on the answer. Any other target takes whole programs,
   * which are drawn in a dry run.
   */
  readonly isInteractive: boolean;
  /** Whether arguments may be numbers other than unsigned 64-bit integers. */
  readonly takesAnyNumber: boolean;
  /** Whether writes into page frames that the manager does not own are detected. */
  readonly seesWrites: boolean;
  /** The most memory that a program has taken so far, in KiB; 0 if unknown. */
  readonly peakKib: number;
  /** The bytes on the line to the target for a call, on average so far; null if it is not behind a line. */
  readonly bytesACall: BytesACall | null;
  readonly source: TargetSource;
  /** The line that compiled it; null if that is not known. */
  readonly compiled: string | null;
  /** Builds managers in this process that can be called in numbers; null if the target has none. */
  readonly factory: PmmFactory | null;
  /**
   * Milliseconds that a program may take on a small memory map; more is allowed for large maps and long programs. Infinity
   * where no limit is needed, or the target keeps one itself.
   */
  readonly programMs: number;

  /**
   * Starts a program on a new manager. The performer of the program before must have been waited for. Throws if the target takes
   * whole programs and none is given.
   */
  start(world: World, program?: Program, leftOut?: LeftOut): StartedProgram;
  /** Opens a session on a new manager whose state can be saved and loaded; null if the target offers none for this world. */
  openSavable(world: World): SavableSession | null;
  /** Prepares a program to be timed. */
  timed(world: World, program: Program): TimedProgram;
  /** Returns the same target held to other claims. Both share one process, if there is one. */
  withClaims(claims: Partial<Claims>): Target;
  /** Releases the resources of the target. No program follows. */
  close(): Promise<void>;
}

/** The claims of a target, and the way to others. */
export abstract class ClaimedTarget {
  readonly name: Claims['name'];
  readonly policies: Claims['policies'];
  readonly profile: Profile;
  readonly checks: Target['checks'];

  constructor({ name, policies, profile, checks = [] }: Claims) {
    this.name = name;
    this.policies = policies;
    this.profile = profile;
    this.checks = checks;
  }

  withClaims(claims: Partial<Claims>): Target {
    const { name, policies, profile, checks } = this;
    return this.claiming({ name, policies, profile, checks, ...claims });
  }

  /** Returns the same target with these claims only. */
  protected abstract claiming(claims: Claims): Target;
}

/** Whether all numbers and addresses of an operation are unsigned 64-bit integers, as targets in other languages take them. */
export function hasOnlyU64(operation: Operation): boolean {
  return argumentsOf(operation).every(isU64) && addressesOf(operation).every(isU64);
}

/**
 * Refuses the profile of an `fp_target` that lacks a call which it lists, or takes orders and does not claim that. `has` says which functions
 * there are.
 */
export function refuseMissing(
  path: string,
  { calls, contiguous }: Profile,
  has: (name: Call | 'orders') => boolean,
): void {
  const missing = calls.find((call) => !has(call));
  if (missing !== undefined) {
    const offered = { calls: CALLS.filter(has), ...(has('orders') ? { contiguous: 'orders' } : {}) };
    throw new SpecError(
      `${path}: expected the call ${missing}, or a profile whose calls leave it out: its fp_target has ${JSON.stringify(offered)}`,
    );
  }
  if (has('orders') && contiguous !== 'orders')
    throw new SpecError(
      `${path}: expected "contiguous": "orders" in its profile, because its fp_target has alloc_order or free_order`,
    );
}
