/**
 * Loading concurrent targets: a module whose default export attaches one caller to a shared state:
 * `(map, { config, warn, shared, waiting }) => Pmm`, and which may export `policies`, a `profile`, and `sharedWords`, which builds a
 * fresh state: `(map, { config }) => Int32Array`. Each thread loads the module separately.
 */
import { lookAt, TimeLimitError, within } from '../../runner/index.ts';
import { claimedProfile, importModule, promisedPolicies } from '../../runner/load/index.ts';
import {
  beyond,
  CALLS,
  config as configOf,
  isSpecError,
  memoryMap,
  type Operation,
  PAGE_BYTES,
  type Profile,
  type Response,
  SpecError,
  STANDARD_CALLS,
  U64_MAX,
  type Unchecked,
  WHOLE,
} from '../../spec/index.ts';
import { CallerSession } from './caller-session.ts';
import { profileWorld } from './profile-scenario.ts';
import { Machine } from './stepping.ts';
import { aboutWords, type ConcurrentTarget, freshWords, OURS_SHARED } from './target.ts';
import { watchAtomics } from './watched-words.ts';

function isAttach(value: unknown): value is ConcurrentTarget['attach'] {
  return typeof value === 'function';
}

function buildsWords(value: unknown): value is NonNullable<ConcurrentTarget['sharedWords']> {
  return typeof value === 'function';
}

/** A page frame for each of two callers, and one more. */
const PROBE = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 3 }]),
  config: configOf({ bitmapMaxAddr: 0n }),
};
const PROBE_SIZE = { bitmapFrames: 2, stackFrames: 2, before: 0, callers: [1, 1] };

/** A caller that takes longer to attach and make two calls alone does not return. */
const PROBE_MS = 10_000;

/** Whether two callers of a target share a state; and what of its managers no check looks at. */
interface Probed {
  /** Null where they do. */
  readonly whyNot: string | null;
  readonly unchecked: readonly Unchecked[];
}

/** Returns the allocations of one page frame that a target may have, from the simplest on. */
const SINGLE: readonly Operation[] = [
  { call: 'alloc' },
  { call: 'allocPages', count: 1n },
  { call: 'allocBitmap', count: 1n, maxAddr: U64_MAX, alignment: PAGE_BYTES },
  { call: 'allocWithin', count: 1n, minAddr: 0n, maxAddr: U64_MAX, alignment: PAGE_BYTES, boundary: 0n },
];

function probe(target: ConcurrentTarget): Probed {
  const { attach, profile } = target;
  const { map, config } = profile === undefined ? PROBE : profileWorld(profile, PROBE_SIZE);
  const single = SINGLE.find((call) => beyond(profile ?? WHOLE, call) === null);
  try {
    const machine = new Machine(freshWords(target, map, config), aboutWords(target));
    const caller = (): CallerSession =>
      new CallerSession(
        config,
        (warn) => attach(map, { config, warn, shared: machine, waiting: {} }),
        profile,
      );
    const [one, whyNot] = within(PROBE_MS, () => {
      const [first, other] = [caller(), caller()];
      const why = single === undefined ? null : whyApart(first.perform(single), other.perform(single));
      return [first.pmm, why];
    });
    machine.refuseDefect();
    const added = CALLS.filter((call) => !STANDARD_CALLS.includes(call) && typeof one[call] === 'function');
    return {
      whyNot,
      unchecked: [
        ...(profile === undefined ? added : []).map((what) => ({
          what,
          why: 'callers of a module make the standard calls, and those of the profile that it exports',
        })),
        ...(profile?.contents === 'zeroed'
          ? [{ what: 'contents.zeroed', why: 'callers of a module have no memory beside the shared words' }]
          : []),
        ...(one.inspect === undefined
          ? [{ what: 'what is left behind', why: 'it cannot be asked about every page frame' }]
          : []),
      ],
    };
  } catch (error) {
    if (isSpecError(error)) throw error;
    const how = error instanceof TimeLimitError ? `was ${error.message}` : `threw ${lookAt(error).text}`;
    return { whyNot: `it ${how}`, unchecked: [] };
  }
}

/** Returns the address of the first page frame that a call handed out. */
function firstOf({ outcome }: Response): bigint | undefined {
  return outcome.kind === 'addresses'
    ? outcome.addresses[0]
    : 'address' in outcome
      ? outcome.address
      : undefined;
}

/** Returns why two callers that have each allocated a page frame do not share a state, or null. */
function whyApart(one: Response, other: Response): string | null {
  if (one.outcome.kind === 'malformed') return one.outcome.message;
  const isSame = firstOf(one) !== undefined && firstOf(one) === firstOf(other);
  return isSame ? 'what one caller allocates is still free for another' : null;
}

/** Returns the claims that a module exports, or undefined. Throws `SpecError` where callers of a module cannot be held to them. */
function claimsOf(exports: Readonly<Record<string, unknown>>, path: string): Profile | undefined {
  const profile = claimedProfile(exports, path);
  if (profile === undefined || profile.keeps === 'nothing') return profile;
  throw new SpecError(
    `${path}: export profile: keeps: expected "nothing" with --concurrent, found ${JSON.stringify(profile.keeps)}: callers attach to a state, and none of them names what it keeps`,
  );
}

/**
 * Returns the target that a module exports, with what it promises and claims, or our own for null. Throws `SpecError` if the module cannot
 * be loaded, or does not export a function that attaches callers to one state.
 * @public
 */
export async function loadConcurrentTarget(path: string | null): Promise<ConcurrentTarget> {
  if (path === null || path === OURS_SHARED.name) return OURS_SHARED;
  watchAtomics();
  const exports = await importModule(path);
  const { default: attach, sharedWords } = exports;
  if (!isAttach(attach))
    throw new SpecError(`${path}: expected a default export that attaches a caller: (map, options) => Pmm`);
  if (sharedWords !== undefined && !buildsWords(sharedWords))
    throw new SpecError(
      `${path}: export sharedWords: expected a function that builds the words of a fresh state: (map, options) => Int32Array`,
    );
  const profile = claimsOf(exports, path);
  const target: ConcurrentTarget = {
    name: path,
    policies: promisedPolicies(exports, path) ?? profile?.policies ?? [],
    attach,
    ...(profile === undefined ? {} : { profile }),
    ...(sharedWords === undefined ? {} : { sharedWords }),
  };
  const { whyNot, unchecked } = probe(target);
  if (whyNot !== null)
    throw new SpecError(
      `${path}: expected a default export that attaches a caller to a shared state: ${whyNot}; a manager for one caller is checked without --concurrent`,
    );
  return { ...target, unchecked };
}
