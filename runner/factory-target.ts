/** Factory targets: managers in this process, built by a factory and called one call at a time. */
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
  readonly isInteractive = true;
  readonly takesAnyNumber = true;
  readonly seesWrites = true;
  readonly peakKib = 0;
  readonly factory: PmmFactory;

  constructor(create: PmmFactory, { name, policies, profile }: Claims) {
    this.name = name;
    this.policies = policies;
    this.profile = profile;
    this.factory = create;
  }

  get source(): TargetSource {
    return sourceOf(this);
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
    const { name, policies, profile } = this;
    return new FactoryTarget(this.factory, { name, policies, profile, ...claims });
  }

  async close(): Promise<void> {}
}

/** What a factory is made a target with. */
export interface FactoryClaims extends Omit<Claims, 'profile'> {
  readonly create: PmmFactory;
  /** Default: the whole of the specification. */
  readonly profile?: Profile | undefined;
}

/** Returns the target of the managers that a factory builds. */
export function factoryTarget({ create, name, policies, profile = WHOLE }: FactoryClaims): Target {
  return new FactoryTarget(create, { name, policies, profile });
}
