/**
 * Targets: what executes programs, with a name and what it claims. A target is asked, never inspected for its kind: whether it
 * is a module, a process or anything else is known in this folder only.
 */
import { type PmmFactory, type Policy, type Profile, type Program, WHOLE } from '../spec/index.ts';
import type { Performer } from './performer.ts';
import type { SavableSession } from './savable-session.ts';
import type { World } from './world.ts';

/** What a target is called and what it is held to. */
export interface Claims {
  readonly name: string;
  /** What the target promises beyond the specification. */
  readonly policies: readonly Policy[];
  /** What it claims of the specification. */
  readonly profile: Profile;
}

/** What `loadTarget` loads the same target from. Data: it can be sent to another thread. */
export interface TargetSource extends Pick<Claims, 'name' | 'policies'> {
  /** Undefined for the whole of the specification, which is told by its identity and would lose that on the way. */
  readonly profile: Profile | undefined;
  /** Milliseconds that a program may take; undefined where nothing limits it. */
  readonly programMs: number | undefined;
}

/** Returns the source of a target. */
export function sourceOf({ name, policies, profile }: Claims, programMs?: number): TargetSource {
  return { name, policies, profile: profile === WHOLE ? undefined : profile, programMs };
}

/** A program on its way. */
export interface StartedProgram {
  /** Waits until there are answers, and returns what performs the program. To be called once. */
  performer(): Performer;
}

/** A program whose calls are made again and again, each turn on a new manager. */
export interface TimedProgram {
  /** Makes the first calls and returns the milliseconds that they take. */
  turn(operations: number): number;
}

/** For each operation of a program, why the target must not be asked for it, or null. */
export type LeftOut = readonly (string | null)[];

export interface Target extends Claims {
  /**
   * Whether it answers one call at a time, so that the next call may depend on the answer. A program for a target that does
   * not is known to its end before it starts; it is drawn in a dry run.
   */
  readonly isInteractive: boolean;
  /** Whether it can be asked with arguments that are not unsigned 64-bit integers. */
  readonly takesAnyNumber: boolean;
  /** Whether writes into page frames that the manager does not own are seen. */
  readonly seesWrites: boolean;
  /** The most memory that a program was seen to take so far, in KiB; 0 where that is not known. */
  readonly peakKib: number;
  readonly source: TargetSource;
  /** What builds its managers in this process, so that they can be called in numbers; null where it has none. */
  readonly factory: PmmFactory | null;

  /**
   * Starts a program on a manager that is new. One is under way at a time: the performer of the one before has been waited
   * for. Throws where the target is not interactive and no program is given.
   */
  start(world: World, program?: Program, leftOut?: LeftOut): StartedProgram;
  /** Returns a session on a new manager that can be saved and loaded, or null where this target has none for this world. */
  openSavable(world: World): SavableSession | null;
  /** Makes a program ready to be timed. */
  timed(world: World, program: Program): TimedProgram;
  /** Returns the same target held to other claims. It shares what this one has open. */
  withClaims(claims: Partial<Claims>): Target;
  /** Lets go of what the target takes up. No program follows. */
  close(): Promise<void>;
}
