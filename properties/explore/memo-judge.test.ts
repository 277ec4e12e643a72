import { describe, expect, it } from 'vitest';
import { type ModelState, step, type Verdict } from '../../model/index.ts';
import { POLICIES, type Policy, type Response } from '../../spec/index.ts';
import { Fingerprints } from './fingerprint.ts';
import { operationInstances } from './instances.ts';
import { MemoJudge } from './memo-judge.ts';
import { ModelDriver } from './model-driver.ts';
import { smallWorld } from './world.ts';

const WORLD = smallWorld({ stack: 3, bitmap: 2 });
const OPERATIONS = operationInstances(WORLD);
const PAGE = 4096n;

/** The verdict of either judge in comparable form: the clause, or the next state. */
type Judgement = readonly [clause: string | null, ownership: number, order: number];

/** Returns a response and variants of it, right or wrong: another page frame, another order, another outcome. */
function perturbed(response: Response): readonly Response[] {
  const { outcome, amounts } = response;
  const others: Response[] = [
    { ...response, errno: response.errno === null ? 'ENOMEM' : null },
    { ...response, warnings: ['alloc'] },
    { ...response, outcome: { kind: 'failed' } },
    { ...response, outcome: { kind: 'done' } },
  ];
  if (amounts !== undefined)
    others.push({ ...response, amounts: { ...amounts, free: Number(amounts.free ?? 0) + 1 } });
  if (outcome.kind === 'address')
    for (const offset of [-PAGE, PAGE, 2n * PAGE, 1n])
      others.push({ ...response, outcome: { kind: 'address', address: outcome.address + offset } });
  if (outcome.kind === 'addresses')
    others.push({ ...response, outcome: { ...outcome, addresses: outcome.addresses.toReversed() } });
  if (outcome.kind === 'panicked')
    others.push({ ...response, outcome: { ...outcome, owner: 'absent', pfn: 1 } });
  return [response, ...others];
}

/** The judge with a memory beside the model's `step`. */
class TwoJudges {
  readonly judge: MemoJudge;
  readonly #fingerprints = new Fingerprints(WORLD.config);
  readonly met = { plain: new Set<string>(), memo: new Set<string>() };
  readonly #mostBytes: number | undefined;
  lookedUp = 0;
  forgot = 0;

  constructor(policies: readonly Policy[], mostBytes?: number) {
    this.#mostBytes = mostBytes;
    this.judge = new MemoJudge(WORLD, policies, OPERATIONS, (clause, side) =>
      this.met.memo.add(`${clause} ${side}`),
    );
  }

  /** Judges by the model's step, with everything in one state. */
  plain(state: ModelState, operation: number, response: Response): Verdict {
    return step(state, OPERATIONS[operation] ?? { call: 'alloc' }, response, (clause, side) => {
      this.met.plain.add(`${clause} ${side}`);
    });
  }

  judgement(verdict: Verdict): Judgement {
    if (!verdict.accepted) return [verdict.violation.clause, -1, -1];
    const { states } = this.judge;
    return [null, states.ownershipOf(verdict.state), states.orderOf(verdict.state)];
  }

  /** Judges with the memory, as a search does. */
  memo(ownership: number, order: number, operation: number, response: Response): Judgement {
    const { judge } = this;
    if (judge.forget(this.#mostBytes)) this.forgot += 1;
    const coded = this.#fingerprints.ofResponse(response, this.judge.operation(operation).call);
    const fingerprint = this.#fingerprints;
    if (coded && judge.accepts(ownership, order, operation, fingerprint)) {
      this.lookedUp += 1;
      return [null, judge.ownership, judge.order];
    }
    const verdict = judge.learn(ownership, order, operation, response, coded ? fingerprint : null);
    return verdict.accepted ? [null, judge.ownership, judge.order] : [verdict.violation.clause, -1, -1];
  }
}

/** Compares the judges on every operation in every state of the model, with the right answer and with others. */
function compare(policies: readonly Policy[], mostBytes?: number) {
  const pair = new TwoJudges(policies, mostBytes);
  const { states } = pair.judge;
  const driver = new ModelDriver(WORLD, pair.judge);
  const places = [[states.initialOwnership(), states.initialOrder()] as const];
  const seen = new Set([String(places[0])]);
  const clauses = new Set<string>();
  const differences: unknown[] = [];
  for (const [ownership, order] of places)
    OPERATIONS.forEach((operation, number) => {
      const state = states.fullState(ownership, order);
      for (const response of perturbed(driver.respond(number, ownership, order))) {
        const expected = pair.judgement(pair.plain(state, number, response));
        const found = pair.memo(ownership, order, number, response);
        const [clause, ...place] = expected;
        if (found.join() !== expected.join()) differences.push({ operation, response, expected, found });
        if (clause !== null) clauses.add(clause);
        else if (!seen.has(String(place))) {
          seen.add(String(place));
          places.push(place);
        }
      }
    });
  return { differences, clauses, states: places.length, pair };
}

describe('the judge with a memory', () => {
  const { differences, clauses, states, pair } = compare(POLICIES);

  it('says what the step says: the same clause, or the same next state, on every edge of a small world', () => {
    expect(differences).toEqual([]);
    expect(states).toBe(5 * 6);
    expect(pair.lookedUp).toBeGreaterThan((states * OPERATIONS.length) / 3);
    expect([...clauses]).toEqual(
      expect.arrayContaining([
        'policy.lifo',
        'policy.first-fit',
        'alloc.was-free',
        'failure.warns',
        'misuse.panics',
      ]),
    );
  });

  it('says the same where there is room for the verdicts of a few ownerships only', () => {
    const { pair: forgetful, ...few } = compare(POLICIES, 2 ** 14);
    expect(forgetful.forgot).toBeGreaterThan(5);
    expect(forgetful.lookedUp).toBeGreaterThan(0);
    expect(few.differences).toEqual([]);
    expect(few.states).toBe(states);
    expect(pair.forgot).toBe(0);
  });

  it('meets the sides of clauses that the step meets', () => {
    const { met } = pair;
    expect([...met.memo].toSorted()).toEqual([...met.plain].toSorted());
  });
});
