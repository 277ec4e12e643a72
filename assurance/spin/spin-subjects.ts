/** Subjects of a count: finite worlds, each with a list of operations, whose states SPIN and our search both count. */

import { modelGraph, operationInstances, promelaOf, smallWorld } from '../../properties/explore/index.ts';
import { OURS, type World } from '../../runner/index.ts';
import {
  config,
  decodeProfile,
  memoryMap,
  type Operation,
  PAGE_BYTES,
  POLICIES,
  type Profile,
  WHOLE,
} from '../../spec/index.ts';
import { countBySpin } from './spin.ts';

/** A finite world and what is called in it. */
export interface Subject {
  readonly name: string;
  readonly world: World;
  readonly operations: readonly Operation[];
  /** Default: the whole of the specification. */
  readonly profile?: Profile;
}

/** A usual small world, with every operation. */
export function smallSubject(stack: number, bitmap: number): Subject {
  const world = smallWorld({ stack, bitmap });
  return { name: `stack ${stack}, bitmap ${bitmap}`, world, operations: operationInstances(world) };
}

/** A usual small world, with every operation of a manager that counts references, or bounds its runs. */
export function claimedSubject(name: string, claims: object, stack: number, bitmap: number): Subject {
  const profile = decodeProfile(claims, name);
  const world = smallWorld({ stack, bitmap });
  const target = OURS.withClaims({ profile, policies: POLICIES });
  const operations = operationInstances(world, { target });
  return { name: `${name}, stack ${stack}, bitmap ${bitmap}`, world, operations, profile };
}

/** N free page frames, all in the stack zone; `alloc`, and `free` of each. */
export function freeStackSubject(pages: number): Subject {
  const map = memoryMap([{ type: 'conventional', start: 0n, pages }]);
  const world = { map, config: config({ bitmapMaxAddr: 0n }) };
  const addresses = Array.from(
    { length: pages },
    (_, frame) => world.config.higherHalf + BigInt(frame) * PAGE_BYTES,
  );
  const frees = addresses.map((address): Operation => ({ call: 'free', address }));
  return { name: `free stack of ${pages}`, world, operations: [{ call: 'alloc' }, ...frees] };
}

/** Returns the counts of both, and the seconds of processor time that each took. */
export async function countsOf({ world, operations, profile = WHOLE }: Subject) {
  const start = process.cpuUsage();
  const { states, transitions } = await modelGraph({ ...world, profile }, operations);
  const { user, system } = process.cpuUsage(start);
  const ours = { states, transitions, seconds: (user + system) / 1e6 };
  return { ours, spin: countBySpin(promelaOf(world, operations, profile)) };
}
