import { describe, expect, it } from 'vitest';
import { runCampaign } from '../../properties/random/index.ts';
import type { Target } from '../../runner/index.ts';
import { type BreakableClause, decodeProfile, uncheckedBy } from '../../spec/index.ts';
import { KINDS } from './kinds/index.ts';
import { type Kind, kindTarget } from './kinds/kind.ts';

const SEED = 20;

/** Returns the clauses that a target breaks in some programs, up to the first that breaks `wanted`. */
async function brokenBy(
  target: Target,
  programs: number,
  wanted?: BreakableClause,
): Promise<readonly string[]> {
  const found = new AbortController();
  const { findings } = await runCampaign({
    target,
    programs,
    worlds: [],
    generated: true,
    operations: 60,
    seed: SEED,
    signal: found.signal,
    onFound: ({ violation }) => violation?.clause === wanted && found.abort(),
  });
  return findings.map(({ trace }) => trace.violation?.clause ?? 'none');
}

function claimsOf({ claim, others = {} }: Kind): object {
  return { ...others, ...claim };
}

const ADDING = KINDS.filter(({ adds = false }) => adds);
const EXCUSING = KINDS.filter(({ adds = false }) => !adds);

describe.each(EXCUSING.map((kind) => [JSON.stringify(kind.claim), kind] as const))('%s', (_, kind) => {
  const { correct, broken, others = {} } = kind;

  it(`${correct.name} holds with it, and breaks ${correct.clause} without it`, async () => {
    expect(await brokenBy(kindTarget(correct, claimsOf(kind)), 40)).toEqual([]);
    expect(await brokenBy(kindTarget(correct, others), 1000, correct.clause)).toContain(correct.clause);
  });

  it.each(broken.map(({ name, clause }, at) => [name, clause, at] as const))(
    'does not excuse %s: %s',
    async (_name, clause, at) => {
      const variant = broken[at] ?? correct;
      expect(await brokenBy(kindTarget(variant, claimsOf(kind)), 1000, clause)).toContain(clause);
    },
  );

  it('says what it takes out of the check', () => {
    const without = uncheckedBy(decodeProfile(others, 'p.json')).map(({ what }) => what);
    const listed = uncheckedBy(decodeProfile(claimsOf(kind), 'p.json')).map(({ what }) => what);
    expect(listed.filter((what) => !without.includes(what))).not.toEqual([]);
  });
});

describe.each(ADDING.map((kind) => [JSON.stringify(kind.claim), kind] as const))('%s adds', (_, kind) => {
  const { correct, broken, others = {} } = kind;

  it(`${correct.name} holds with it`, async () => {
    expect(await brokenBy(kindTarget(correct, claimsOf(kind)), 40)).toEqual([]);
  });

  it.each(broken.map(({ name, clause }, at) => [name, clause, at] as const))(
    'what without it holds: %s',
    async (_name, clause, at) => {
      const variant = broken[at] ?? correct;
      expect(await brokenBy(kindTarget(variant, others), 40)).toEqual([]);
      expect(await brokenBy(kindTarget(variant, claimsOf(kind)), 200)).toEqual([clause]);
    },
  );
});
