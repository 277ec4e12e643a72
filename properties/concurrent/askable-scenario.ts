/**
 * Askable scenarios: whether a target can be asked for one that was found on another target, or that shrinking has changed. Whatever the order
 * in which the calls take effect, none may be one that the profile lacks or whose effect it leaves undefined.
 */
import { worldBeyond } from '../../runner/index.ts';
import {
  addressesOf,
  beyond,
  describedCall,
  hasUndefined,
  isAllocation,
  isFree,
  isUncaught,
  namesResult,
  ownerAfterInit,
  PAGE_BYTES,
  type Profile,
  type Program,
  SpecError,
} from '../../spec/index.ts';
import type { ConcurrentScenario } from './scenario.ts';

/** Returns a name of a page frame, by the result that handed it out. */
export function nameOf({ result, page }: { readonly result: number; readonly page: number }): string {
  return `${result}[${page}]`;
}

/** Returns how many page frames each result of some calls has at most. */
function sizesOf(program: Program): readonly number[] {
  return program.flatMap((operation) => {
    if (!isAllocation(operation.call)) return [];
    return [
      describedCall(operation.call).effect === 'run' && 'count' in operation ? Number(operation.count) : 1,
    ];
  });
}

/** Whether every free of a program names a result and stays within its run; `before` makes results that it can name. */
function staysWithin(before: Program, program: Program): boolean {
  const freed = program.filter(({ call }) => isFree(call)).flatMap(addressesOf);
  if (!freed.every(namesResult)) return false;
  const counts = sizesOf([...before, ...program]);
  return program.every((operation) => {
    if (operation.call !== 'freeRegion' || !namesResult(operation.address)) return true;
    const { result, page } = operation.address;
    return page + Number(operation.count) <= (counts[result] ?? 0);
  });
}

/** Returns, for each page frame that a program names, the references that it gives back, and the most that it must have had by then. */
function needsOf(program: Program): ReadonlyMap<string, { readonly given: number; readonly need: number }> {
  const needs = new Map<string, { given: number; need: number }>();
  for (const operation of program) {
    const isTaken = operation.call === 'retain';
    if (!isTaken && !isFree(operation.call)) continue;
    const pages = operation.call === 'freeRegion' ? Number(operation.count) : 1;
    for (const { result, page } of addressesOf(operation).filter(namesResult))
      for (let k = 0; k < pages; k += 1) {
        const name = nameOf({ result, page: page + k });
        const { given, need } = needs.get(name) ?? { given: 0, need: 0 };
        needs.set(name, { given: given + (isTaken ? -1 : 1), need: Math.max(need, given + 1) });
      }
  }
  return needs;
}

/** Whether each caller has the references that it takes more of, or gives back, in whatever order the calls take effect. */
function areReferencesHeld({ before, callers }: ConcurrentScenario): boolean {
  const first = needsOf(before);
  const shared = sizesOf(before).length;
  const wanted = new Map<string, number>();
  for (const [caller, program] of callers.entries())
    for (const [name, { need }] of needsOf(program)) {
      const key = Number.parseInt(name, 10) < shared ? name : `${caller} ${name}`;
      wanted.set(key, (wanted.get(key) ?? 0) + need);
    }
  const areOfBefore = [...first.values()].every(({ need }) => need <= 1);
  return areOfBefore && [...wanted].every(([key, need]) => need <= 1 - (first.get(key)?.given ?? 0));
}

/** Whether what is added lies in the map, and was never RAM where it must not have been. */
function areAddable({ map, config: { higherHalf }, callers }: ConcurrentScenario, profile: Profile): boolean {
  const ends = map.descriptors
    .filter(({ type }) => !isUncaught(profile, 'present') || ownerAfterInit(type) === 'absent')
    .map(({ start, pages }) => [start, start + BigInt(pages) * PAGE_BYTES] as const);
  return callers.flat().every((operation) => {
    if (operation.call !== 'addRegion' || namesResult(operation.address)) return true;
    const start = operation.address.absolute - higherHalf;
    return ends.some(([base, end]) => start >= base && start + BigInt(operation.count) * PAGE_BYTES <= end);
  });
}

/** Throws `SpecError` where a profile does not cover a scenario that was found on another target. */
export function refuseBeyond(name: string, profile: Profile, scenario: ConcurrentScenario): void {
  const { map, config, before, callers, after = [] } = scenario;
  const reasons = [before, ...callers, after].flat().map((operation) => beyond(profile, operation));
  const why = worldBeyond(profile, { map, config }) ?? reasons.find((reason) => reason !== null);
  if (why === undefined && isAskable(scenario, profile)) return;
  throw new SpecError(
    `${name}: expected a target whose profile covers the recorded calls: ${why ?? 'it leaves their effect undefined'}`,
  );
}

/** Whether a target can be asked for a scenario that was changed. */
export function isAskable(scenario: ConcurrentScenario, profile: Profile): boolean {
  const { map, config, before, callers, after = [] } = scenario;
  const programs = [before, ...callers, after];
  const areThere = programs.flat().every((operation) => beyond(profile, operation) === null);
  if (!areThere || worldBeyond(profile, { map, config }) !== null) return false;
  if (!areAddable(scenario, profile)) return false;
  if (!hasUndefined(profile)) return true;
  if (profile.calls.includes('retain') && !areReferencesHeld(scenario)) return false;
  return programs.every((program, k) => staysWithin(k === 0 ? [] : before, program));
}
