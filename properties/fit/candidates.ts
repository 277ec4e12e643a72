/** The candidates for a broken clause, of all kinds of claims. */
import { isAllocation, namedZones, type Profile } from '../../spec/index.ts';
import { asPossible, type Broken, type Candidate } from './candidate.ts';
import { ofBatches, ofCounters, ofMemory, ofReferences, ofReports } from './claims/answers.ts';
import { ofAdding, ofBoot, ofMisuse, ofParts, ofUnaligned } from './claims/frees.ts';
import { ofHeldBack } from './claims/held-back.ts';
import { ofInit, ofUnseenMemory } from './claims/init.ts';
import { ofBounds, ofGroups, ofRuns, ofSearch } from './claims/runs.ts';
import { listsFor, ofFallback, ofNamedZones, ofZones } from './claims/zones.ts';

/** Returns claims that random programs seldom call for, to be tried by their probes. */
export function unaskedFor(profile: Profile): readonly Candidate[] {
  const isUncounted = profile.calls.includes('retain') && profile.mostReferences === null;
  const lists = (namedZones(profile) ?? []).flatMap((_, k) => listsFor(profile, k));
  return [
    ...(profile.zones === 2 ? [] : ofNamedZones(profile)),
    ...(isUncounted ? ofCounters(profile) : []),
    ...lists.filter(({ isHintOnly }) => isHintOnly === undefined),
  ].flatMap((candidate) => asPossible(profile, candidate));
}

/** Returns the claims that might explain a broken clause, the ones that take least out of the check first. */
export function candidatesFor(broken: Broken): readonly Candidate[] {
  const { demand } = broken.moment;
  const all = [
    ofInit,
    ofUnaligned,
    ofParts,
    ofBoot,
    ofReferences,
    ofMisuse,
    ofAdding,
    ofMemory,
    ofReports,
    ofBatches,
    ofZones,
    ofFallback,
    ofUnseenMemory,
  ];
  const isAllocating = demand !== null && isAllocation(demand.operation.call);
  return [...all, ...(isAllocating ? [ofBounds, ofGroups, ofRuns, ofHeldBack, ofSearch] : [])]
    .flatMap((candidates) => candidates(broken))
    .flatMap((candidate) => asPossible(broken.profile, candidate));
}
