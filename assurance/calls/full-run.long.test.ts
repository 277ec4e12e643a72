/** Correct managers with calls and claims of kernels, in runs that must meet all that these claims leave in: asked call by call, and ahead. */
import { describe, expect, it } from 'vitest';
import { FULL_RUN_PROGRAMS, runCampaign } from '../../properties/random/index.ts';
import { factoryTarget, type Target } from '../../runner/index.ts';
import { decodeProfile } from '../../spec/index.ts';
import { KINDS } from '../mutants/kinds/index.ts';
import { kindTarget } from '../mutants/kinds/kind.ts';
import { ADDED } from './added.ts';

const TARGETS: readonly (readonly [string, Target])[] = [
  ...ADDED.map(({ name, claims, correct: create }) => {
    const profile = decodeProfile(claims, name);
    return [name, factoryTarget({ name, policies: [], profile, create })] as const;
  }),
  ...KINDS.map(({ claim, others, correct }) => {
    return [JSON.stringify(claim), kindTarget(correct, { ...others, ...claim })] as const;
  }),
];

/** Returns a target whose programs are drawn before they run, as for a process. */
function askedAhead(target: Target): Target {
  return Object.create(target, { isInteractive: { value: false }, takesAnyNumber: { value: false } });
}

describe.each(TARGETS)('a full run of %s', (_, target) => {
  it.each([
    ['call by call', target],
    ['ahead', askedAhead(target)],
  ])('asked %s meets all that it can', async (_how, asked) => {
    const run = { worlds: [], generated: true, operations: 60, programs: FULL_RUN_PROGRAMS, seed: 3 };
    const { verdict, unreached } = await runCampaign({ ...run, target: asked });
    expect({ verdict, unreached }).toEqual({ verdict: 'holds', unreached: [] });
  });
});
