/** Claims about free page frames that are held back: the last ones, below a watermark, or those freed until there is a batch of them. */
import type { World } from '../../../runner/index.ts';
import {
  counted,
  describedCall,
  namedZones,
  type Operation,
  PAGE_BYTES,
  type Profile,
  type Program,
  type Reference,
  unnamedIn,
} from '../../../spec/index.ts';
import { type Broken, type Candidate, free, freeWorld, page, single } from '../candidate.ts';

/** Numbers of page frames that are tried. */
const MOST_HELD_BACK = 64;

function times(count: number, operation: Operation<Reference>): Program {
  return Array<Operation<Reference>>(count).fill(operation);
}

/** Returns a world of which all free memory lies in the zone of {@link single}, and the page frames of it that can be handed out. */
function singlesWorld(profile: Profile, pages: number): { readonly world: World; readonly pages: number } {
  const isRun = single(profile).call === 'allocBitmap';
  const starts = [
    PAGE_BYTES,
    profile.neverBelow,
    namedZones(profile)?.at(-2)?.below ?? 0n,
    isRun ? 0n : (profile.bitmapZoneEnd ?? 0n),
  ];
  const base = starts.reduce((a, b) => (a > b ? a : b)) / PAGE_BYTES;
  const end = base + BigInt(pages + profile.memoryAtLeast);
  const world = freeWorld(base, end, isRun ? end : base);
  return { world, pages: pages + profile.memoryAtLeast - unnamedIn(profile) };
}

/** Allocations that are refused while a few page frames are free. */
export function ofHeldBack({ clause, moment: { response }, profile }: Broken): readonly Candidate[] {
  const isRefused = response.outcome.kind === 'failed' && clause.endsWith('.complete');
  if (!isRefused) return [];
  // Below a watermark that is claimed, frees may wait too.
  const { holdsBack: below } = profile;
  return Array.from({ length: MOST_HELD_BACK }, (_, i) => i + 1).flatMap((held) => {
    const { world, pages } = singlesWorld(profile, below + held + 4);
    const larger = singlesWorld(profile, 4 * held + 4);
    const one = single(profile);
    const worlds = { probed: world, controlled: world };
    const all = times(pages - below, one);
    const freed = (count: number): Program => Array.from({ length: count }, (_, i) => free(page(0, 0n, i)));
    const most = counted(held, 'free page frame');
    const isSearched =
      profile.calls.some((call) => describedCall(call).effect === 'run') && profile.search === 'whole';
    const watermark: readonly Candidate[] = [
      {
        claims: { holdsBack: held },
        condition: `it holds back ${most}, as below a watermark`,
        question: 'is it on purpose that the last ones are not handed out?',
        // One is often a defect.
        ...(held === 1 ? { isHintOnly: true } : {}),
        probes: [times(pages - held + 1, one)],
        // A watermark is the same in a larger world: what is left of it is not in proportion.
        controls: [times(larger.pages - held, one)],
        worlds: { probed: world, controlled: larger.world },
      },
    ];
    return [
      ...(below === 0 ? watermark : []),
      {
        claims: { holdsBack: below + held, ...(isSearched ? { search: 'partial' } : {}) },
        condition: `page frames that are freed wait until there are ${held + 1} of them${below === 0 ? '' : `, and ${below} are held back too`}`,
        probes: [[...all, ...freed(held), one]],
        controls: [all, [...all, ...freed(held + 1), ...times(held + 1, one)]],
        worlds,
      },
    ];
  });
}
