/** Claims about init: page frames that the manager keeps, and low memory that it leaves unused. */
import type { World } from '../../../runner/index.ts';
import {
  counted,
  type Operation,
  PAGE_BYTES,
  type Program,
  type Reference,
  toHex,
} from '../../../spec/index.ts';
import { type Broken, type Candidate, freeWorld, powersBelow, single } from '../candidate.ts';
import { ONE_ZONE } from './zones.ts';

/** Where memory may begin that is handed out: up to 16 MiB. */
const LOW_ENDS = powersBelow(0x100_0001n, PAGE_BYTES);

/** Page frames on either side of where memory may end. */
const NEAR = 32;

/** The beginning of the message where a manager in TypeScript has no `errno`. */
const NO_ERRNO = /^reading errno and the amounts, it threw TypeError: errno is undefined/;

export function ofInit(broken: Broken): readonly Candidate[] {
  const {
    clause,
    moment: { response },
  } = broken;
  if (clause === 'init.free') return [...ofLowMemory(), ...ofHighMemory(broken), ...ofUnnamed(broken)];
  const { outcome } = response;
  if (outcome.kind === 'malformed' && NO_ERRNO.test(outcome.message)) {
    const failures = broken.profile.failures.filter((report) => report !== 'errno');
    return [{ claims: { failures }, condition: 'it has no errno, and its failures set none', probes: [] }];
  }
  if (clause !== 'init.kept' || response.kept === undefined) return [];
  return [{ claims: { keeps: 'named' }, condition: 'init keeps the page frames that it names', probes: [] }];
}

/** A number of page frames that are not free after init: as many in a world of another size. */
function ofUnnamed({ moment: { response, after }, profile }: Broken): readonly Candidate[] {
  const kept = after.countOf('pmm') - Number(response.amounts?.free ?? 0);
  if (!Number.isSafeInteger(kept) || kept <= 0) return [];
  const reach = profile.memoryBelow / PAGE_BYTES;
  const pages = reach < 2n ** 16n ? reach : 2n ** 16n;
  const world = freeWorld(0n, pages, pages / 2n);
  return [
    {
      claims: {
        keeps: kept,
        ...(profile.memoryAtLeast < kept ? { memoryAtLeast: kept } : {}),
        ...(profile.zones === 1 ? {} : ONE_ZONE),
      },
      condition: `init keeps ${counted(kept, 'page frame')} for itself, and cannot name ${kept === 1 ? 'it' : 'them'} with fp_keep, or keep() in TypeScript`,
      question: 'are they in use, and is their number the same whatever memory there is?',
      probes: [[]],
      worlds: { probed: world, controlled: world },
    },
  ];
}

/** RAM below some address that is not free after init: `tried` tells in a program how many page frames are free. */
function ofLowMemory(tried: (free: number) => Program = () => []): readonly Candidate[] {
  return LOW_ENDS.map((end) => {
    const pages = end / PAGE_BYTES;
    const program = tried(Number(pages));
    return {
      claims: { neverBelow: toHex(end) },
      condition: `it never hands out memory below ${toHex(end)}`,
      question: 'is it on purpose that this memory stays unused?',
      probes: [program],
      // Nothing is kept of memory that begins above.
      controls: [program],
      worlds: {
        probed: freeWorld(0n, 2n * pages, pages),
        controlled: freeWorld(pages, 2n * pages, pages),
      },
    };
  });
}

/** RAM from some address up that is not free after init, as above the end of a table: `tried` as in {@link ofLowMemory}. */
function ofHighMemory(
  { profile }: Broken,
  tried: (free: number) => Program = () => [],
): readonly Candidate[] {
  const { memoryAtLeast, memoryBelow, neverBelow } = profile;
  const near = BigInt(NEAR + memoryAtLeast);
  const reach = memoryBelow - near * PAGE_BYTES;
  return powersBelow(reach, 2n ** 20n)
    .filter((end) => end >= neverBelow + near * PAGE_BYTES)
    .map((end) => {
      const middle = end / PAGE_BYTES;
      const program = tried(Number(near));
      const worldFrom = (base: bigint): World =>
        freeWorld(base, base + near, single(profile).call === 'alloc' ? base : base + near);
      return {
        claims: { memoryBelow: toHex(end) },
        condition: `it manages no memory from ${toHex(end)} up`,
        question: 'is it on purpose that this memory stays unused?',
        probes: [program],
        controls: [program],
        worlds: { probed: worldFrom(middle), controlled: worldFrom(middle - near) },
      };
    });
}

/** Memory left unused that shows only in refusals, where there is no free amount. */
export function ofUnseenMemory(broken: Broken): readonly Candidate[] {
  const {
    clause,
    moment: { demand, response },
    profile,
  } = broken;
  const isRefused = demand?.expected.kind === 'granted' && response.outcome.kind === 'failed';
  if (profile.calls.includes('freeAmount') || !isRefused || !clause.endsWith('.complete')) return [];
  const exhausting = (free: number): Program => Array<Operation<Reference>>(free + 1).fill(single(profile));
  return [...(profile.neverBelow > 0n ? [] : ofLowMemory(exhausting)), ...ofHighMemory(broken, exhausting)];
}
