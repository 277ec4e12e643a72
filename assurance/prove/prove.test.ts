/** The translation against the functions themselves, and the cheap part of the proofs; `npm run prove` has the rest. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimsOf, SUBJECTS, WRONG } from './claims.ts';
import { argumentsDrawn } from './draw.ts';
import { type Claim, firstDifference, inputsOf, prove, queryOf } from './prove.ts';
import { lineOn } from './report.ts';
import { openSolver, type Solver } from './solver.ts';
import { SourceFile } from './source.ts';
import { Translator } from './translate.ts';

let solver: Solver;
beforeAll(async () => {
  solver = await openSolver();
});
afterAll(() => {
  solver.close();
});

const claims = (await Promise.all(SUBJECTS.map(claimsOf))).flat();

async function claimOn(name: string, subject = SUBJECTS[0]): Promise<Claim> {
  const found = subject === undefined ? [] : await claimsOf(subject);
  const claim = found.find((each) => each.function.name === name);
  if (claim === undefined) throw new TypeError(`no claim on ${name}`);
  return claim;
}

describe('a translated function', () => {
  it.each(claims.map((claim) => [claim.function.name, claim] as const))(
    '%s is what the function does, for drawn arguments',
    (_, claim) => {
      const solved = inputsOf(claim).filter(({ only }) => only === null);
      // The shortest, a middling and the longest of what is proved length by length.
      const chosen = [...new Set([solved[0], solved[solved.length >> 1], solved.at(-1)])];
      for (const inputs of chosen) {
        if (inputs === undefined) continue;
        const query = queryOf(claim, inputs);
        const drawn = argumentsDrawn(inputs, query.assumed, 25);
        expect(drawn).toHaveLength(25);
        expect(firstDifference(claim, inputs, query, drawn)).toBeNull();
      }
    },
  );

  it('is compared for real: a statement of another function shows as a difference', async () => {
    const [right, wrong] = [await claimOn('zerosBelow'), await claimOn('zerosBelow', WRONG[0])];
    const [inputs] = inputsOf(right);
    if (inputs === undefined) throw new TypeError('no inputs');
    const query = queryOf(right, inputs);
    expect(firstDifference({ ...right, run: wrong.run }, inputs, query, [new Map([['word', 0n]])])).toBe(
      'word = 0',
    );
  });
});

describe('a proof', () => {
  it.each(['maskOf', 'zerosBelow', 'multiplesOf'])('holds for %s', async (name) => {
    expect((await prove(await claimOn(name), solver)).verdict).toEqual({ kind: 'proved' });
  });

  it('of a wrong kernel ends with the one word that it is wrong for', async () => {
    const proof = await prove(await claimOn('zerosBelow', WRONG[0]), solver);
    expect(lineOn(proof)).toBe(
      'assurance/prove/fixtures/wrong-kernels.ts: zerosBelow is refuted: for word = 0 it answers -1 (0xffffffff), as a run of it confirms',
    );
  });

  it('of a wrong kernel on ordinals finds one beyond 2^31', async () => {
    const line = lineOn(await prove(await claimOn('isHeld', WRONG[1]), solver));
    expect(line).toMatch(/isHeld is refuted: for .* it answers nothing: index -?\d+ is outside of the words/);
    expect(Number(/ordinal = (\d+)/.exec(line)?.[1])).toBeGreaterThanOrEqual(2 ** 31);
  });

  it('is undecided where a loop may go round more often than it was given', async () => {
    const claim = await claimOn('setWords', SUBJECTS[1]);
    const proof = await prove({ ...claim, statement: { ...claim.statement, rounds: 2 } }, solver);
    expect(lineOn(proof)).toMatch(/held-bits\.ts:\d+: the loop ends: not so for/);
  });
});

describe('an assertion', () => {
  it('that fails for some arguments is found, with such arguments', async () => {
    const claim = await claimOn('freeSince', SUBJECTS[1]);
    expect(lineOn(await prove({ ...claim, given: null }, solver))).toMatch(
      /held-bits\.ts:\d+: the assertion holds: not so for/,
    );
  });
});

describe('a kernel file', () => {
  it('with a function that has no statement is refused, with file and line', async () => {
    const [word] = SUBJECTS;
    if (word === undefined) throw new TypeError('no subject');
    const { countOnes: _, ...others } = word.of;
    await expect(claimsOf({ ...word, of: others })).rejects.toThrow(
      /^impl\/word\.ts:\d+: countOnes has no statement$/,
    );
  });

  it('without a function that has a statement is refused', async () => {
    const [wrong] = WRONG;
    if (wrong === undefined) throw new TypeError('no subject');
    await expect(claimsOf({ ...wrong, of: SUBJECTS[0]?.of ?? {} })).rejects.toThrow(
      /expected functions .*maskOf/,
    );
  });
});

describe('a construct outside the subset', () => {
  const path = fileURLToPath(new URL('fixtures/outside-subset.ts', import.meta.url));
  const file = SourceFile.read(path, 'outside-subset.ts');
  it.each([
    ['looseEquality', 'outside-subset.ts:5: == is not translated'],
    ['laterLoop', 'outside-subset.ts:10: DoWhileStatement is not translated'],
    ['tooLarge', 'outside-subset.ts:16: an integer from 0 to 18446744065119617000 may be none of 53 bits'],
    ['hiddenEffect', 'outside-subset.ts:21: expected no effect in an operand that may not be reached'],
    ['unknownName', 'outside-subset.ts:26: Math.hypot is not translated'],
  ])('in %s is an error that says where', (name, message) => {
    const source = file.functions.find((each) => each.name === name);
    if (source === undefined) throw new TypeError(`no function ${name}`);
    const translator = new Translator(4);
    const argument = translator.numbers.variable('a', -(2 ** 31), 2 ** 31 - 1);
    expect(() => translator.call(source, [argument])).toThrow(message);
  });
});
