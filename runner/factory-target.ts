/** Factory targets: managers in this process, built by a factory, that answer one call at a time. */
import { type PmmFactory, type Profile, type Program, WHOLE } from '../spec/index.ts';
import type { SavableSession } from './savable-session.ts';
import { Session } from './session.ts';
import {
  type Claims,
  type StartedProgram,
  sourceOf,
  type Target,
  type TargetSource,
  type TimedProgram,
} from './target.ts';
import { TimedCalls } from './timed-calls.ts';
import type { World } from './world.ts';

class FactoryTarget implements Target {
  readonly name: Claims['name'];
  readonly policies: Claims['policies'];
  readonly profile: Profile;
  readonly checks: Target['checks'];
  readonly isInteractive = true;
  readonly takesAnyNumber = true;
  readonly seesWrites = true;
  readonly peakKib = 0;
  readonly programMs: number;
  readonly factory: PmmFactory;

  constructor(create: PmmFactory, { name, policies, profile, checks = [] }: Claims, programMs: number) {
    this.programMs = programMs;
    this.name = name;
    this.policies = policies;
    this.profile = profile;
    this.checks = checks;
    this.factory = create;
  }

  get source(): TargetSource {
    return sourceOf(this, Number.isFinite(this.programMs) ? this.programMs : undefined);
  }

  start(world: World): StartedProgram {
    const session = new Session(this.factory, world);
    return { performer: () => session };
  }

  openSavable(world: World): SavableSession | null {
    const session = new Session(this.factory, world);
    if (session.isSavable) return session;
    session.close();
    return null;
  }

  timed(world: World, program: Program): TimedProgram {
    return new TimedCalls(this.factory, this, world, program);
  }

  withClaims(claims: Partial<Claims>): Target {
    const { name, policies, profile, checks } = this;
    return new FactoryTarget(this.factory, { name, policies, profile, checks, ...claims }, this.programMs);
  }

  async close(): Promise<void> {}
}

/** A factory and its claims. */
export interface FactoryClaims extends Omit<Claims, 'profile'> {
  readonly create: PmmFactory;
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
  return new FactoryTarget(create, { ...claims, profile }, programMs);
}
