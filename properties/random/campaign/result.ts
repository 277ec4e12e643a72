/** Results of campaigns: what the programs met, and the verdict that follows. */
import type { BytesACall } from '../../../runner/index.ts';
import { CLAUSES, counted, isOwnClause, type Unchecked, uncheckedBy } from '../../../spec/index.ts';
import type { Counts } from './counts.ts';
import { byGravity, type Finding } from './finding.ts';
import { type Claims, canMeetSide, clausesOf } from './reach.ts';
import { canMeet } from './situations.ts';

/**
 * The work done so far.
 * @public
 */
export interface Progress {
  readonly programs: number;
  readonly operations: number;
  readonly seconds: number;
}

/** How long blocks ran, and how they ended. */
export interface RunEnd {
  readonly seconds: number;
  /** Whether the run was stopped by its signal. */
  readonly stopped: boolean;
  /** See {@link CampaignResult.isCutShort}. */
  readonly isCutShort: boolean;
  /** Peak memory of the target's process; 0 if unknown, or without a process. */
  readonly peakKib: number;
  readonly bytesACall: BytesACall | null;
}

/**
 * - `holds`: no program violated a clause, and a full run met every situation and every side of every clause.
 * - `unreached`: no program violated a clause, but a full run missed a situation or a side of a clause, or no program had a world that
 *   the target takes.
 * - `violated`: a program violated a clause.
 * - `interrupted`: stopped early; no program had violated a clause.
 * @public
 */
export type CampaignVerdict = 'holds' | 'unreached' | 'violated' | 'interrupted';

/**
 * The result of a campaign: counts of what the programs met, without clauses that the target is not held to, and the verdict.
 * @public
 */
export interface CampaignResult extends Counts, Progress {
  readonly verdict: CampaignVerdict;
  readonly seed: number;
  /** Situations and sides of clauses that a full run must meet and this one did not. Empty if the run was not full. */
  readonly unreached: readonly string[];
  /** Rules that were not checked because the target does not claim them, with the reason. */
  readonly unchecked: readonly Unchecked[];
  /** Peak memory of the target's process in KiB; 0 if unknown, or without a process. */
  readonly peakKib: number;
  /** Bytes of a call on the serial line to a kernel, on average; null if there is no such line. */
  readonly bytesACall: BytesACall | null;
  /** The violations that were found, one for each clause and call that it blames, by gravity. Empty if no program violated a clause. */
  readonly findings: readonly Finding[];
  /**
   * Whether the run ended early because of what was found: at the first finding where that was asked for, or once programs that only
   * showed the same again had taken 10 seconds.
   */
  readonly isCutShort: boolean;
}

/**
 * The number of programs on generated maps that makes a run full: it must then meet every situation and every side of every clause.
 * @public
 */
export const FULL_RUN_PROGRAMS = 1000;

/** The input of a verdict, in addition to the counts. */
export interface VerdictContext {
  /** The claims of the target. Whether it inspects follows from the counts. */
  readonly claims: Omit<Claims, 'inspects'>;
  readonly seed: number;
  /** Whether most programs ran on generated maps. */
  readonly generated: boolean;
}

function claimsOf({ clauses }: Counts, claims: VerdictContext['claims']): Claims {
  const inspects = Object.values(clauses['owner.agrees'] ?? {}).some((times) => times > 0);
  return { ...claims, inspects };
}

/** Returns the counts that say something about the target: of clauses that it is held to, and of what it can meet. */
function listedIn({ clauses, situations }: Counts, claims: Claims): Pick<Counts, 'clauses' | 'situations'> {
  const own = Object.entries(clauses).filter(([name]) => isOwnClause(name));
  const listed = CLAUSES.filter(({ name }) => clausesOf(claims).includes(name)).map(({ name, sides }) => {
    const reachable = sides.filter((_, i) => canMeetSide(name, i === 0 ? 0 : 1, claims));
    return [name, Object.fromEntries(reachable.map((side) => [side, clauses[name]?.[side] ?? 0]))] as const;
  });
  return {
    clauses: Object.fromEntries([...listed, ...own]),
    situations: Object.fromEntries(
      Object.entries(situations).filter(([name, times]) => times > 0 || canMeet(name, claims)),
    ),
  };
}

/** Returns the situations and sides of clauses that were never met, although they can be. */
function unmetIn({ situations, clauses }: Pick<Counts, 'clauses' | 'situations'>): readonly string[] {
  return [
    ...Object.keys(situations).filter((name) => situations[name] === 0),
    ...Object.entries(clauses).flatMap(([name, sides]) =>
      Object.keys(sides)
        .filter((side) => sides[side] === 0)
        .map((side) => `${name}: ${side}`),
    ),
  ];
}

/** Returns the rules that a run on a target with these claims does not check, and the worlds that it left out, with the reason. */
function uncheckedOn(
  claims: Claims,
  { programs, tooLarge, slow, refused }: Pick<Counts, 'programs' | 'tooLarge' | 'slow' | 'refused'>,
): readonly Unchecked[] {
  const { profile, policies, seesWrites, takesAnyNumber, inspects } = claims;
  const list = [...uncheckedBy({ ...profile, policies })];
  if (!takesAnyNumber)
    list.push({
      what: 'arguments that are not unsigned 64-bit integers',
      why: 'it takes no others',
    });
  if (!seesWrites)
    list.push({ what: 'contents.preserved', why: 'nothing looks after what page frames hold' });
  if (!inspects) list.push({ what: 'owner.agrees', why: 'it cannot be asked about every page frame' });
  if (refused > 0)
    list.push({
      what: `${counted(refused, 'program')} on worlds that its init refused`,
      why:
        refused > programs / 2
          ? `that is most of ${programs}: claim memoryAtLeast, neverBelow, memoryBelow or bitmapZoneEnd to get worlds that it takes`
          : 'it said that it cannot manage them',
    });
  if (tooLarge > 0)
    list.push({
      what: `${counted(tooLarge, 'program')} on the largest worlds`,
      why: 'it had no memory for them, or no answer in time, and got smaller ones from then on; claim memoryBelow, or pass --program-time',
    });
  if (slow > 0)
    list.push({
      what: `the largest worlds after ${counted(slow, 'slow program')}`,
      why: 'two programs on worlds of that size took more than a second each; unless the machine was busy, claim memoryBelow',
    });
  return list;
}

/** Named as never met where no program had a world that the target takes. */
const NO_WORLD =
  'a world that the target takes: its init refused every one, or it had no memory or no time for it';

/** Whether the target took no world of a run: no call was made. */
export function tookNoWorld({ programs, tooLarge, refused }: Counts): boolean {
  return programs > 0 && tooLarge + refused >= programs;
}

/** Returns the result of a campaign from its counts. */
export function resultOf(
  context: VerdictContext,
  counts: Counts,
  {
    seconds,
    stopped,
    isCutShort,
    peakKib,
    bytesACall,
    findings,
  }: RunEnd & { readonly findings: readonly Finding[] },
): CampaignResult {
  const { seed, generated } = context;
  const claims = claimsOf(counts, context.claims);
  const listed = listedIn(counts, claims);
  const isViolated = findings.length > 0;
  const isFull = generated && counts.programs >= FULL_RUN_PROGRAMS;
  const missed = tookNoWorld(counts) ? [NO_WORLD] : isFull ? unmetIn(listed) : [];
  const unreached = stopped || isViolated ? [] : missed;
  const unchecked = uncheckedOn(claims, counts);
  const verdict = isViolated
    ? 'violated'
    : stopped
      ? 'interrupted'
      : unreached.length > 0
        ? 'unreached'
        : 'holds';
  const found = { unreached, unchecked, peakKib, bytesACall, findings: byGravity(findings), isCutShort };
  return { verdict, ...counts, ...listed, seconds, seed, ...found };
}
