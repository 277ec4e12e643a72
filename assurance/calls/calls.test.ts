/** Calls that a profile adds: a correct manager holds with them, and a broken one only without them. */
import { describe, expect, it } from 'vitest';
import { init, step } from '../../model/index.ts';
import { explore, referencesOf, smallWorld } from '../../properties/explore/index.ts';
import { hintOn } from '../../properties/fit/index.ts';
import { runWorkload } from '../../properties/log/index.ts';
import { runCampaign } from '../../properties/random/index.ts';
import { factoryTarget, type Target } from '../../runner/index.ts';
import { MUTANTS } from '../../runner/mutants/index.ts';
import { config, decodeProfile, memoryMap, type SomePmmFactory, type Trace } from '../../spec/index.ts';
import { KINDS } from '../mutants/kinds/index.ts';
import { ADDED } from './added.ts';

function targetOf(name: string, create: SomePmmFactory, claims: object): Target {
  return factoryTarget({ name, policies: [], profile: decodeProfile(claims, name), create });
}

/** Returns what a target breaks in some programs, up to a clause that is looked for, or to the first. */
async function foundIn(target: Target, programs: number, sought?: string): Promise<readonly Trace[]> {
  const stop = new AbortController();
  const onFound = ({ violation }: Trace): void => {
    if (sought === undefined || violation?.clause === sought) stop.abort();
  };
  const options = { worlds: [], generated: true, operations: 60, seed: 20, signal: stop.signal, onFound };
  const { findings } = await runCampaign({ ...options, target, programs });
  return findings.map(({ trace }) => trace);
}

/** Returns the clauses that it breaks. */
async function brokenBy(target: Target, programs: number, sought?: string): Promise<readonly string[]> {
  const found = await foundIn(target, programs, sought);
  return found.map(({ violation }) => violation?.clause ?? 'none');
}

describe.each(ADDED)('$name', ({ name, claims, without, breaks, correct, broken }) => {
  it('holds where it is right', async () => {
    expect(await brokenBy(targetOf(name, correct, claims), 30)).toEqual([]);
    if (breaks !== null)
      expect(await brokenBy(targetOf(name, correct, without), 1000, breaks)).toContain(breaks);
  });

  it.each(broken)('shows $name: $clause', async ({ name: variant, clause, create }) => {
    if (breaks === null) expect(await brokenBy(targetOf(variant, create, without), 5)).toEqual([]);
    // A bug may break another clause first, which depends on the programs.
    expect(await brokenBy(targetOf(variant, create, claims), 1000, clause)).toContain(clause);
  });
});

it.each(ADDED.filter(({ hint }) => hint !== undefined))(
  'the hint on $name names the claim',
  async ({ name, correct, without, breaks, hint }) => {
    const target = targetOf(name, correct, without);
    const found = await foundIn(target, 1000, breaks ?? '');
    expect(found.map((trace) => hintOn(target, trace))).toContain(hint);
  },
);

it('each clause that only claims break has two broken managers', () => {
  const ours = new Set<string>(MUTANTS.map(({ clause }) => clause));
  const byClaim = [...KINDS, ...ADDED].flatMap(({ broken }) => broken.map(({ clause }) => clause));
  const few = byClaim.filter((clause, i) => !ours.has(clause) && byClaim.indexOf(clause) === i);
  expect(few.filter((clause) => byClaim.lastIndexOf(clause) === byClaim.indexOf(clause))).toEqual([]);
});

/** Returns what the calls of a workload did: each with its kind of outcome, and the clause that breaks first. */
function recordedOf(target: Target): { readonly met: ReadonlySet<string>; readonly clause: string | null } {
  const { profile } = target;
  const map = memoryMap([{ type: 'conventional', start: 0n, pages: 400 }]);
  const world = { map, config: config({ bitmapMaxAddr: 0x8_0000n }) };
  const performer = target.start(world).performer();
  const started = init({ ...world, policies: [], profile }, performer.started);
  if (!started.accepted) return { met: new Set(), clause: started.violation.clause };
  const met = new Set<string>();
  let { state } = started;
  for (const { operation, response } of runWorkload(
    performer,
    { ...world, seed: 1, provokesFrom: null, profile },
    3000,
  )) {
    met.add(`${operation.call} ${response.outcome.kind}`);
    const verdict = step(state, operation, response);
    if (!verdict.accepted) return { met, clause: verdict.violation.clause };
    ({ state } = verdict);
  }
  return { met, clause: null };
}

describe('a recorded workload', () => {
  it.each(ADDED)('makes the calls of $name', ({ name, claims, correct }) => {
    const target = targetOf(name, correct, claims);
    const { met, clause } = recordedOf(target);
    expect(clause).toBeNull();
    for (const call of target.profile.calls.filter((each) => each !== 'totalAmount'))
      expect(
        [`${call} done`, `${call} address`, `${call} addresses`, `${call} amount`].filter((one) =>
          met.has(one),
        ),
      ).not.toEqual([]);
    expect([...met].filter((one) => one.endsWith('panicked'))).toEqual([]);
  });

  it.each([
    'last-reference-kept',
    'all-or-nothing',
    'held-pages-taken',
    'boundary-not-read',
    'removed-memory-allocated',
  ])('shows %s', (variant) => {
    const added = ADDED.find(({ broken }) => broken.some(({ name }) => name === variant));
    const broken = added?.broken.find(({ name }) => name === variant);
    if (added === undefined || broken === undefined) throw new Error(`no manager is called ${variant}`);
    expect(recordedOf(targetOf(variant, broken.create, added.claims)).clause).toBe(broken.clause);
  });
});

describe('a search of all states', () => {
  it.each(ADDED.filter(({ name }) => name.startsWith('references')))(
    'ends with $name',
    async ({ name, correct, claims }) => {
      const target = targetOf(name, correct, claims);
      const world = smallWorld({ stack: 1, bitmap: 1, allFree: true });
      const { end, states, modelStates } = await explore({ target, world });
      expect({ end, states }).toEqual({ end: 'closed', states: modelStates });
      // Each page frame is free, or has one, two or three references.
      expect([states, referencesOf(target.profile)]).toEqual([16, 3]);
    },
  );
});
