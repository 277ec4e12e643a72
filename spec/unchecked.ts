/** The parts that a profile takes out of the check: listed with every verdict, each part with the claim that excludes it. */
import { STANDARD_CALLS } from './calls.ts';
import { counted } from './counted.ts';
import { toHex } from './hex.ts';
import { hasOrders, isSearching, POLICIES, type Profile, takesAnyBlock } from './profile.ts';
import { PHYSICAL_LIMIT } from './units.ts';

/** A part of the specification that is not checked, and the claim that excludes it. */
export interface Unchecked {
  readonly what: string;
  readonly why: string;
}

/** The parts of contiguous allocations. */
function uncheckedRuns(profile: Profile): readonly (Unchecked | false)[] {
  const { calls, contiguous, runArguments, alignments, limits, largestAlignment } = profile;
  const hasWithin = calls.includes('allocWithin');
  const runs = ['allocBitmap', 'allocWithin'].filter((name) => calls.some((call) => call === name));
  if (runs.length === 0) return [];
  const lacks = `its ${runs.join(' and ')} ${runs.length === 1 ? 'has' : 'have'} no`;
  return [
    contiguous !== 'any' && {
      what: 'contiguous allocations of other counts and alignments',
      why: contiguous === 'orders' ? 'it takes orders' : 'it has only powers of two',
    },
    contiguous === 'orders' &&
      calls.includes('freeRegion') && {
        what: `regions freed of other counts${takesAnyBlock(profile) ? ', or elsewhere than at multiples of them' : ''}`,
        why: 'it takes orders',
      },
    !runArguments.includes('maxAddr') && {
      what: runs.map((call) => `${call}.below-max`).join(', '),
      why: `${lacks} maxAddr`,
    },
    !runArguments.includes('alignment') && {
      what:
        contiguous === 'any'
          ? runs.map((call) => `${call}.aligned`).join(', ')
          : 'alignments other than the size of the run',
      why: `${lacks} alignment`,
    },
    hasWithin &&
      !runArguments.includes('minAddr') && {
        what: 'allocWithin.above-min',
        why: 'its allocWithin has no minAddr',
      },
    hasWithin &&
      !runArguments.includes('boundary') && {
        what: 'allocWithin.boundary',
        why: 'its allocWithin has no boundary',
      },
    alignments === 'powers-of-two' &&
      contiguous === 'any' && {
        what: hasWithin ? 'other alignments and boundaries' : 'other alignments',
        why: 'it has only powers of two',
      },
    limits === 'powers-of-two' && { what: 'other limits of runs', why: 'it has only powers of two' },
    profile.runsWithin === 'descriptors' && {
      what: 'runs from one descriptor of the map into the next',
      why: 'it does not join them',
    },
    profile.largestRun !== null && {
      what: `that contiguous allocations of more than ${counted(profile.largestRun, 'page frame')} are granted`,
      why: 'it grants none',
    },
    typeof profile.runsWithin === 'bigint' && {
      what: `runs across multiples of ${toHex(profile.runsWithin)}`,
      why: 'none of its runs crosses one',
    },
    largestAlignment !== null && {
      what: `alignments above ${toHex(largestAlignment)}`,
      why: 'it has none',
    },
  ];
}

/** The worlds that are too small, too large or otherwise divided. */
function uncheckedWorlds(profile: Profile): readonly (Unchecked | false)[] {
  const { memoryAtLeast, neverBelow, memoryBelow, bitmapZoneBelow, bitmapZoneEnd } = profile;
  return [
    memoryAtLeast > 0 && {
      what: `memory maps with fewer than ${counted(memoryAtLeast, 'free page frame')}`,
      why: 'it cannot start on them',
    },
    neverBelow > 0 && {
      what: `that RAM below ${toHex(neverBelow)} is free after init, and boot memory there can be freed`,
      why: 'it never hands that out',
    },
    memoryBelow < PHYSICAL_LIMIT && {
      what: `memory from ${toHex(memoryBelow)} up`,
      why: 'it manages none there',
    },
    bitmapZoneBelow < memoryBelow &&
      bitmapZoneEnd === null && {
        what: `bitmap zones that end above ${toHex(bitmapZoneBelow)}`,
        why: 'it has none',
      },
    bitmapZoneEnd !== null && {
      what: `bitmap zones that end elsewhere than at ${toHex(bitmapZoneEnd)}`,
      why: 'its zone is fixed',
    },
  ];
}

/** Returns the parts of the specification that a run on a manager of this profile does not check. */
export function uncheckedBy(profile: Profile): readonly Unchecked[] {
  const { calls, singlePages, misuse, failures, errnoAfterSuccess, zones, policies } = profile;
  const without = STANDARD_CALLS.filter((call) => !calls.includes(call));
  const list: readonly (Unchecked | false)[] = [
    without.length > 0 && { what: without.join(', '), why: 'it has no such call' },
    zones === 1 && { what: 'the two zones', why: 'it has one zone: all page frames are alike' },
    typeof zones !== 'number' && {
      what: 'limits other than the ends of its zones, and runs from one zone into the next',
      why: 'a request names a zone',
    },
    hasOrders(profile) && {
      what: 'allocBitmap.below-max',
      why: 'a limit names a zone, and zones above may serve too',
    },
    profile.singlePages === 'any-zone' && {
      what: 'alloc.zone, allocPages.zone',
      why: 'it takes single pages from any of its zones',
    },
    profile.fallback === 'none' && {
      what: 'that a request is served while any zone below has page frames',
      why: 'it is served from the zone that it names, or not at all',
    },
    zones === 2 &&
      singlePages === 'anywhere' && {
        what: 'alloc.zone, allocPages.zone',
        why: 'it takes single pages from either zone',
      },
    misuse === 'undefined' && {
      what: 'misuse.panics, misuse.unchanged, and that frees refuse what may not be freed',
      why: 'what misuse does is undefined: none is tried',
    },
    profile.uncaught.length > 0 && {
      what: `misuse of the kinds ${profile.uncaught.join(', ')}`,
      why: 'what it does then is undefined: none is tried',
    },
    misuse === 'refused' && {
      what: 'misuse.panics, and errno and warnings of misuse',
      why: 'misuse is refused without a panic',
    },
    profile.batches === 'partial' && {
      what: 'allocPages.all-or-nothing',
      why: 'its batches are granted in part',
    },
    profile.restOfBatch === 'unspecified' && {
      what: 'entries of the array of allocPages that it does not fill',
      why: 'it may use them',
    },
    profile.unalignedFree === 'misuse' && {
      what: 'that an address inside a page frame frees it',
      why: 'it takes only addresses where page frames begin',
    },
    profile.freeRuns === 'whole' && {
      what: 'that any page frames of runs can be freed',
      why: 'it takes runs back as it handed them out',
    },
    calls.includes('addRegion') && {
      what: 'memory that is added beyond the end of the map',
      why: 'whether it can be is left open',
    },
    profile.mostReferences !== null && {
      what: `more than ${counted(profile.mostReferences, 'reference')} to a page frame`,
      why: 'retain fails there',
    },
    profile.bootMemory === 'kept' && {
      what: 'that boot memory can be freed',
      why: 'it never hands that out',
    },
    profile.keeps === 'named' && {
      what: 'that all RAM which neither firmware nor boot code keeps is free after init',
      why: 'it names page frames that it keeps for itself',
    },
    typeof profile.keeps === 'number' && {
      what: `that a run or an address is refused where page frames may be kept, and owner.agrees, until all but ${profile.keeps} of the free page frames were handed out`,
      why: `it keeps ${profile.keeps}, and does not name them`,
    },
    profile.search === 'partial' && {
      what: `that ${calls.filter(isSearching).join(' and ')} finds the page frames that are free`,
      why: 'its search may not see them all',
    },
    profile.holdsBack > 0 && {
      what: `that an allocation which leaves fewer than ${counted(profile.holdsBack, 'free page frame')} is granted`,
      why: 'it may hold them back; if they are fewer, as many as the claim is too large may be lost',
    },
    profile.outOfMemory === 'undefined' && {
      what: 'failure.enomem, failure.warns, failure.unchanged, and that what cannot be granted is refused',
      why: 'what it does without memory is undefined: nothing is tried that must fail',
    },
    !failures.includes('errno') && { what: 'failure.enomem', why: 'its failures set no errno' },
    failures.includes('errno') &&
      errnoAfterSuccess === 'unspecified' && {
        what: 'errno after a success',
        why: 'libc may have touched it',
      },
    !failures.includes('warning') && { what: 'failure.warns', why: 'its failures report no warning' },
    ...uncheckedRuns(profile),
    ...uncheckedWorlds(profile),
    ...POLICIES.map(
      (policy) => !policies.includes(policy) && { what: `policy.${policy}`, why: 'not promised' },
    ),
  ];
  return list.filter((entry) => entry !== false);
}
