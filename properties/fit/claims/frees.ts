/** Claims about frees: of addresses inside a page frame, of parts of a run, and of what may not be freed. */
import type { World } from '../../../runner/index.ts';
import {
  addressesOf,
  config,
  type DescriptorInput,
  HIGHER_HALF_48,
  isFree,
  memoryMap,
  namesResult,
  type Operation,
  PAGE_BYTES,
  type Profile,
  type Program,
  type Reference,
} from '../../../spec/index.ts';
import {
  type Broken,
  type Candidate,
  free,
  freeRegion,
  lasting,
  page,
  release,
  run,
  single,
} from '../candidate.ts';

/**
 * Returns the candidate, by which frees of some kind are misuse, and the same for an allocator that refuses misuse, that does not notice
 * this kind, or of which all misuse is undefined, where that is not claimed yet.
 */
function withMisuse(
  { profile, moment }: Broken,
  kind: 'unaligned' | 'part',
  candidate: Candidate,
): readonly Candidate[] {
  const { misuse, uncaught } = profile;
  const { claims, condition } = candidate;
  const also = (more: Candidate['claims'], and: string): Candidate => ({
    ...candidate,
    claims: { ...claims, ...more },
    condition: `${condition}, and ${and}`,
  });
  if (misuse === 'undefined') return [candidate];
  const unnoticed = also({ uncaught: [...uncaught, kind] }, 'does not notice others');
  if (misuse === 'refused') return [candidate, unnoticed];
  const isRefused = moment.response.outcome.kind === 'failed';
  return [
    candidate,
    ...(isRefused ? [also({ misuse: 'refused' }, 'refuses misuse by returning false')] : []),
    unnoticed,
    also({ misuse: 'undefined', uncaught: [] }, 'what it does on misuse is undefined'),
  ];
}

/** Returns the candidate where the last call is a free of some kind, one that lasts where an earlier call is; else nothing. */
function ofFrees(
  broken: Broken,
  isOne: (operation: Operation<Reference>) => boolean,
  candidateOf: (call: string) => readonly [kind: 'unaligned' | 'part', candidate: Candidate],
): readonly Candidate[] {
  const { earlier, moment, profile } = broken;
  const last = moment.demand?.operation;
  const isLast = last !== undefined && isFree(last.call) && isOne(last);
  const found = isLast
    ? last
    : earlier.flatMap(({ demand }) => (demand === null ? [] : [demand.operation])).find(isOne);
  if (found === undefined) return [];
  const [kind, candidate] = candidateOf(found.call);
  if (isLast) return withMisuse(broken, kind, candidate);
  // That all misuse is undefined might explain a later call for another reason.
  return withMisuse(broken, kind, lasting(profile, candidate)).filter(({ claims }) => !('misuse' in claims));
}

/** Whether an operation names an address inside a page frame. */
function namesInside(operation: Operation<Reference>): boolean {
  return addressesOf(operation).some(
    (address) => (namesResult(address) ? address.offset : address.absolute) % PAGE_BYTES !== 0n,
  );
}

export function ofUnaligned(broken: Broken): readonly Candidate[] {
  const { profile } = broken;
  if (profile.unalignedFree === 'misuse') return [];
  const one = single(profile);
  const offsets = [1n, 8n, 0x800n, 0xfffn];
  return ofFrees(broken, namesInside, (call) => [
    'unaligned',
    {
      claims: { unalignedFree: 'misuse' },
      condition: `${call}() takes only page-aligned addresses`,
      probes: [
        ...offsets.map((offset) => [one, free(page(0, offset))]),
        ...offsets.map((offset) => [one, freeRegion(page(0, offset), 1n)]),
      ],
      controls: [
        [one, free(page(0))],
        [one, freeRegion(page(0), 1n)],
      ],
    },
  ]);
}

/** How runs may be taken back, with what tells it. */
interface Tried extends Pick<Candidate, 'probes' | 'controls'> {
  readonly what: string;
}

export function ofParts(broken: Broken): readonly Candidate[] {
  const { moment, profile } = broken;
  const expected = moment.demand?.expected.kind;
  if (profile.freeRuns === 'whole') return [];
  const isGranted = (operation: Operation<Reference>): boolean =>
    operation !== moment.demand?.operation || expected === 'granted';
  const held = [run(4n), freeRegion(page(0), 4n)];
  const handedOut: Tried = {
    what: 'as they were handed out',
    probes: [
      // No block of 2ⁿ page frames begins elsewhere.
      ...(profile.contiguous === 'orders'
        ? [[run(4n), freeRegion(page(2), 2n)]]
        : [
            [run(4n), freeRegion(page(0), 3n)],
            [run(4n), freeRegion(page(1), 2n)],
          ]),
      [run(8n), freeRegion(page(4), 4n)],
      [run(4n), free(page(1))],
      [run(2n), free(page(0))],
    ],
    controls: [held],
  };
  // A count that is rounded up takes back more than it says.
  const rounded: Tried = {
    what: 'of 2ⁿ page frames',
    probes: [
      [run(4n), freeRegion(page(0), 3n)],
      [run(8n), freeRegion(page(0), 5n)],
      [run(8n), freeRegion(page(4), 3n)],
    ],
    controls: [held, [run(8n), freeRegion(page(4), 4n)], [run(4n), free(page(1))]],
  };
  return [handedOut, ...(profile.contiguous === 'powers-of-two' ? [rounded] : [])].flatMap(
    ({ what, ...tried }) =>
      ofFrees(broken, isGranted, (call) => [
        'part',
        { claims: { freeRuns: 'whole' }, condition: `${call}() takes runs back only ${what}`, ...tried },
      ]),
  );
}

/** Whether boot memory is freed. */
function freesBoot({ demand, before, touched }: Broken['moment']): boolean {
  if (demand === null || !isFree(demand.operation.call)) return false;
  return touched.some(({ base }) => before.ownerOf(base) === 'boot');
}

/** Frees of boot memory that are refused, or go wrong in silence. */
export function ofBoot({ earlier, moment, profile }: Broken): readonly Candidate[] {
  const { response, violation } = moment;
  const isLast = violation?.clause === 'owner.agrees' ? violation.owner === 'boot' : freesBoot(moment);
  if (profile.bootMemory === 'kept' || !(isLast || earlier.some(freesBoot))) return [];
  const isSilent = !isLast || (response.outcome.kind === 'done' && violation?.clause !== 'owner.agrees');
  const kept = [true, false].map((isAbove) => keptBoot(profile, { isAbove, isSilent }));
  const also = (more: Candidate['claims']): readonly Candidate[] =>
    kept.map((one) => ({ ...one, claims: { ...one.claims, ...more } }));
  if (isSilent && profile.misuse !== 'undefined')
    return also({ uncaught: [...new Set([...profile.uncaught, 'foreign'])] });
  return response.outcome.kind === 'failed' && profile.misuse === 'panics'
    ? also({ misuse: 'refused' })
    : kept;
}

/** Returns the candidate that boot memory is kept, tried on a world that has some above free memory, or below. */
function keptBoot(
  profile: Profile,
  { isAbove, isSilent }: { readonly isAbove: boolean; readonly isSilent: boolean },
): Candidate {
  const pages = 16 + profile.memoryAtLeast;
  const low = profile.neverBelow + PAGE_BYTES;
  const start = isAbove ? low : low + 4n * PAGE_BYTES;
  const end = start + BigInt(pages) * PAGE_BYTES;
  const room: DescriptorInput = { type: 'conventional', start, pages };
  const bootStart = isAbove ? end : low;
  const worldOf = (...descriptors: readonly DescriptorInput[]): World => ({
    map: memoryMap(descriptors),
    config: config({ bitmapMaxAddr: start + 8n * PAGE_BYTES }),
  });
  const boot = [0n, 1n, 3n].map(
    (k): Reference => ({ absolute: HIGHER_HALF_48 + bootStart + k * PAGE_BYTES }),
  );
  // What goes wrong in silence may show only once all memory is used.
  const rest = Array<Operation<Reference>>(isSilent ? pages + boot.length : 0).fill(single(profile));
  return {
    claims: { bootMemory: 'kept' },
    condition: 'boot memory is never handed over',
    question: 'is it on purpose that this memory stays unused?',
    // It may be a defect that boot memory is lost.
    ...(isSilent ? { isHintOnly: true } : {}),
    probes: boot.flatMap((page) => [
      [free(page), ...rest],
      [freeRegion(page, 1n), ...rest],
    ]),
    controls: [
      [single(profile), free(page(0)), ...rest],
      [run(1n), freeRegion(page(0), 1n), ...rest],
    ],
    worlds: {
      probed: worldOf(room, { type: 'loaderData', start: bootStart, pages: 4 }),
      controlled: worldOf(room),
    },
  };
}

/** Frees of what may not be freed, by their kind. */
function misuses(
  profile: Profile,
): Readonly<Record<'double-free' | 'foreign' | 'argument', readonly Program[]>> {
  const one = single(profile);
  const outside: Reference = { absolute: HIGHER_HALF_48 };
  const below: Reference = { absolute: PAGE_BYTES };
  return {
    'double-free': [
      [one, free(page(0)), free(page(0))],
      [one, freeRegion(page(0), 1n), freeRegion(page(0), 1n)],
      [one, release(page(0)), release(page(0))],
    ],
    foreign: [[free(outside)], [freeRegion(outside, 1n)], [release(outside)]],
    argument: [[free(below)], [freeRegion(below, 1n)], [release(below)]],
  };
}

type Uncaught = 'double-free' | 'foreign' | 'argument';

const UNCAUGHT: Readonly<Record<Uncaught, string>> = {
  'double-free': 'double frees',
  foreign: 'frees of what it never handed out',
  argument: 'addresses that are none of a page frame',
};

const ALL_UNCAUGHT: readonly Uncaught[] = ['double-free', 'foreign', 'argument'];

export function ofMisuse({ moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  if (demand?.expected.kind !== 'misused' || !isFree(demand.operation.call)) return [];
  // A panic is something that it does on misuse: a wrong one is not explained.
  if (response.outcome.kind === 'panicked') return [];
  const { frame, owner } = demand.expected;
  const programs = misuses(profile);
  const all = Object.values(programs).flat();
  const kind: Uncaught = frame === null ? 'argument' : owner === 'pmm' ? 'double-free' : 'foreign';
  const uncaught = [
    [kind],
    ...ALL_UNCAUGHT.filter((other) => other !== kind).map((other) => [kind, other]),
  ].map(
    (kinds): Candidate => ({
      claims: { uncaught: [...new Set([...profile.uncaught, ...kinds])] },
      condition: `it does not notice ${kinds.map((each) => UNCAUGHT[each]).join(' and ')}`,
      question: 'is it on purpose that it goes on then?',
      probes: kinds.flatMap((each) => programs[each]),
      controls: ALL_UNCAUGHT.filter((each) => !kinds.includes(each)).flatMap((each) => programs[each]),
    }),
  );
  const refused: Candidate = {
    claims: { misuse: 'refused' },
    condition: 'it refuses misuse by returning false',
    probes: all,
  };
  const trusting: Candidate = {
    claims: { misuse: 'undefined', uncaught: [] },
    condition: 'it trusts its callers: what it does on misuse is undefined',
    question: `is it on purpose that it does not notice ${UNCAUGHT[kind]}?`,
    probes: all,
  };
  return response.outcome.kind === 'failed' ? [refused, ...uncaught, trusting] : [...uncaught, trusting];
}

function add(reference: Reference): Operation<Reference> {
  return { call: 'addRegion', address: reference, count: 1n };
}

/** RAM that is added once more. */
export function ofAdding({ moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  if (demand?.expected.kind !== 'misused' || demand.operation.call !== 'addRegion') return [];
  if (response.outcome.kind === 'panicked') return [];
  const one = single(profile);
  const probes = [
    [one, add(page(0))],
    [one, free(page(0)), add(page(0))],
  ];
  const programs = misuses(profile);
  const caught = ALL_UNCAUGHT.filter((kind) => !profile.uncaught.includes(kind));
  return [
    {
      claims: { uncaught: [...profile.uncaught, 'present'] },
      condition: 'addRegion() does not notice RAM that it has',
      question: 'is it on purpose that it goes on then?',
      probes,
      controls: caught.flatMap((kind) => programs[kind]),
    },
    {
      claims: { misuse: 'undefined', uncaught: [] },
      condition: 'it trusts its callers: what it does on misuse is undefined',
      question: 'is it on purpose that it notices no double free?',
      probes: [...probes, ...caught.flatMap((kind) => programs[kind])],
    },
  ];
}
