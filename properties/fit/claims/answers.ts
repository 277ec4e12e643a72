/** Claims about how calls answer: errno and warnings, batches in part, memory that is used up, references. */
import { isFree, type Operation, type Profile, type Program, type Reference } from '../../../spec/index.ts';
import {
  type Broken,
  type Candidate,
  COUNTS,
  fewPages,
  free,
  freeRegion,
  MANY,
  page,
  retain,
  run,
  single,
} from '../candidate.ts';

export function ofReports({ clause, moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  const { world, pages } = fewPages(profile);
  const probes = [
    ...COUNTS.map((count): Program => [run(count)]),
    ...(profile.batches === 'whole' ? COUNTS : []).map((count): Program => [{ call: 'allocPages', count }]),
    Array<Operation<Reference>>(pages + 1).fill(single(profile)),
  ];
  const worlds = { probed: world, controlled: world };
  if (clause === 'failure.enomem' && demand?.expected.kind === 'granted') {
    const touched = { errnoAfterSuccess: 'unspecified' };
    return [{ claims: touched, condition: 'a success may leave any errno, as libc does', probes: [] }];
  }
  const warning = { failures: profile.failures.filter((report) => report !== 'errno') };
  const silent: Candidate = {
    claims: { failures: [] },
    condition: 'its failures set no errno and report no warning',
    probes,
    worlds,
  };
  if (clause === 'failure.enomem')
    return [{ claims: warning, condition: 'its failures set no errno', probes, worlds }, silent];
  const errno = { failures: profile.failures.filter((report) => report !== 'warning') };
  return clause === 'failure.warns' && response.warnings?.length === 0
    ? [{ claims: errno, condition: 'its failures report no warning', probes, worlds }]
    : [];
}

/** How a batch in TypeScript is answered that says how many page frames it got, where it need not. */
const A_NUMBER = /^it returned number \d+, not a boolean$/;

/** Batches that are granted in part, or leave their mark in entries which they do not fill. */
export function ofBatches({ moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  const operation = demand?.operation;
  if (operation?.call !== 'allocPages') return [];
  const { outcome, strayEntries } = response;
  const isPart = outcome.kind === 'addresses' && outcome.addresses.length < Number(operation.count);
  const isNumber = outcome.kind === 'malformed' && A_NUMBER.test(outcome.message);
  if (!isPart && !isNumber && strayEntries !== true) return [];
  const { world, pages } = fewPages(profile);
  const tried = {
    probes: [1, 2, 3].map((more): Program => [{ call: 'allocPages', count: BigInt(pages + more) }]),
    // Where numbers are returned, no batch is answered rightly.
    controls: isNumber ? [] : ([[{ call: 'allocPages', count: 1n }]] as const),
    worlds: { probed: world, controlled: world },
  };
  const partial = {
    claims: { batches: 'partial' },
    condition: 'allocPages() hands out what is free, and says how many',
  };
  const rest = {
    claims: { restOfBatch: 'unspecified' },
    condition: 'allocPages() may change entries of the array that it does not fill',
  };
  const both = {
    claims: { ...partial.claims, ...rest.claims },
    condition: `${partial.condition}, and may change entries of the array that it does not fill`,
  };
  return [partial, rest, both].map((one) => ({ ...one, ...tried }));
}

/** Signs of code that neither stops nor waits: it reads or writes where nothing is, or calls itself without an end. */
const WILD = /SIGSEGV|SIGBUS|AddressSanitizer|out of bounds|null pointer|stack overflow|Maximum call stack/;

export function ofMemory({ moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  const { outcome } = response;
  if (demand?.expected.kind !== 'refused' || !('message' in outcome) || WILD.test(outcome.message)) return [];
  const large = COUNTS.map((count): Program => [run(count)]);
  const batches = COUNTS.map((count): Program => [{ call: 'allocPages', count }]);
  return [
    {
      claims: { outOfMemory: 'undefined' },
      condition: 'it stops or waits where memory is used up',
      question: 'could it fail instead, by fp_refuse in C, so that what must fail is tried?',
      probes: [...large, ...batches, Array<Operation<Reference>>(2 * MANY).fill({ call: 'alloc' })],
      controls: [[single(profile)]],
    },
  ];
}

/** The most references that a counter of some bits holds. */
const MOST_REFERENCES = [2, 3, 4, 7, 8, 10, 16].map((bits) => 2 ** bits - 1);

export function ofReferences({ moment, profile }: Broken): readonly Candidate[] {
  const { demand, response, before, touched } = moment;
  const call = demand?.operation.call;
  if (call === 'retain' && response.outcome.kind === 'failed')
    return ofCounters(
      profile,
      touched.map(({ base }) => before.referencesTo(base)).filter((most) => most > 1),
    );
  if (call === undefined || !isFree(call)) return [];
  return touched.some((region) => before.firstShared(region) !== null) ? ofSharedFrees(profile) : [];
}

/** Frees of page frames with several references that take one of them. */
function ofSharedFrees(profile: Profile): readonly Candidate[] {
  const one = single(profile);
  const frees: readonly Operation<Reference>[] = [
    free(page(0)),
    { call: 'freePages', addresses: [page(0)] },
    freeRegion(page(0), 1n),
  ];
  return [
    {
      claims: { freesShared: 'one-reference' },
      condition: 'a free of a page frame with several references takes one of them',
      probes: frees.flatMap((each) => [
        [one, retain(page(0)), each],
        [one, retain(page(0)), retain(page(0)), each, each, each],
      ]),
      controls: frees.map((each) => [one, each]),
    },
  ];
}

export function ofCounters(
  profile: Profile,
  counts: readonly number[] = MOST_REFERENCES,
): readonly Candidate[] {
  const one = single(profile);
  const retained = (times: number): Program => [
    one,
    ...Array<Operation<Reference>>(times).fill(retain(page(0))),
  ];
  return counts.map((most) => ({
    claims: { mostReferences: most },
    condition: `a page frame has at most ${most} references`,
    ...(MOST_REFERENCES.includes(most) ? {} : { question: 'is it on purpose that there can be no more?' }),
    probes: [retained(most)],
    controls: [retained(most - 1)],
  }));
}
