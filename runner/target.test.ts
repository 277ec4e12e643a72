import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  config,
  memoryMap,
  type Operation,
  type Profile,
  type Program,
  type Reference,
  type Response,
} from '../spec/index.ts';
import { omitStacks, restoreStacks } from './call-end.ts';
import { ADDRESS, ADDRESSES, AMOUNT, halfOf, NumberedAnswer } from './lean/index.ts';
import { loadTarget } from './load/load-target.ts';
import { OURS } from './ours.ts';
import type { Performer } from './performer.ts';
import { Results } from './results.ts';
import type { Target } from './target.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'frameproof-target-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns all that an answer says; fields that belong to other endings are left out. */
function readingsOf(answer: NumberedAnswer): object {
  const { kind, frame, frames, pages, amount, panic, ...observed } = answer;
  const value = kind === ADDRESS ? frame : kind === AMOUNT ? amount : null;
  const batch = kind === ADDRESSES ? [...frames.subarray(0, pages)] : null;
  const blamed = panic === null ? null : [panic.call, panic.pfn, panic.owner];
  return { kind, value, batch, blamed, ...observed };
}

function compiled(): string {
  const path = join(folder, 'buddy');
  const sources = ['native/examples/buddy.c', 'native/frameproof.c'].map((file) => join(ROOT, file));
  const { stderr, status } = spawnSync('cc', ['-O2', '-o', path, ...sources], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`this test needs cc: ${stderr}`);
  return path;
}

/** One target of each kind. */
const TARGETS: readonly Target[] = await Promise.all(
  ['frameproof', join(ROOT, 'examples/works.ts'), 'mutant:accepted-double-free', compiled()].map((name) =>
    loadTarget(name),
  ),
);
afterAll(() => Promise.all(TARGETS.map((target) => target.close())));

const WORLD = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 16 }]),
  config: config({ bitmapMaxAddr: 0n }),
};

const PROGRAM: Program = [
  { call: 'allocBitmap', count: 2n, maxAddr: 0x10_000n, alignment: 4096n },
  { call: 'freeAmount' },
];

/** Performs a program as an execution does, unjudged. Returns the response to init and those to the operations. */
function responses(performer: Performer, program: readonly Operation<Reference>[]): readonly Response[] {
  const results = new Results();
  const answered = program.map((operation) => {
    const resolved = results.resolve(operation);
    if (resolved === null) throw new Error(`${operation.call} cannot be resolved`);
    const response = performer.perform(resolved, 16);
    results.record(operation, response);
    return response;
  });
  performer.close();
  return [performer.started, ...answered];
}

describe.each(TARGETS.map((target) => [target.name.split('/').at(-1), target] as const))(
  'the target %s',
  (_, target) => {
    it('performs each program on a new manager', () => {
      const [first, second] = [0, 1].map(() => responses(target.start(WORLD, PROGRAM).performer(), PROGRAM));
      expect(first).toHaveLength(3);
      expect(first?.[0]?.outcome).toEqual({ kind: 'done' });
      expect(first?.map(({ amounts }) => amounts?.free)).not.toContain(undefined);
      expect(second).toEqual(first);
    });

    it('starts without a program if it is interactive, and else refuses to', () => {
      const start = (): readonly Response[] => responses(target.start(WORLD).performer(), PROGRAM);
      if (target.isInteractive) expect(start()).toHaveLength(3);
      else expect(start).toThrow('a program is known before it runs');
    });

    it('is loaded again from its source, which can be sent to another thread', async () => {
      const { name, policies, profile, programMs } = structuredClone(target.source);
      const again = await loadTarget(name, policies, { profile, programMs });
      const { takesAnyNumber, seesWrites, isInteractive } = target;
      expect(again.source).toEqual(target.source);
      expect(again).toMatchObject({
        name,
        policies,
        profile: target.profile,
        takesAnyNumber,
        seesWrites,
        isInteractive,
      });
      expect(responses(again.start(WORLD, PROGRAM).performer(), PROGRAM)).toHaveLength(3);
      await again.close();
    });

    it('is loaded again with the profile that it is held to', async () => {
      const profile: Profile = { ...target.profile, misuse: 'undefined', largestRequest: 7 };
      const { source } = target.withClaims({ profile });
      const again = await loadTarget(source.name, source.policies, structuredClone(source));
      expect(again.profile).toEqual(profile);
      await again.close();
    });

    it('is the same target with other claims', () => {
      const { name, policies } = target;
      const held = target.withClaims({ name: 'other', policies: ['first-fit'] });
      expect(held).toMatchObject({ name: 'other', policies: ['first-fit'], profile: target.profile });
      expect(target).toMatchObject({ name, policies });
      expect(responses(held.start(WORLD, PROGRAM).performer(), PROGRAM)).toHaveLength(3);
    });

    it.each([
      ['totalAmount', 'total'],
      ['freeAmount', 'free'],
      ['reservedAmount', 'reserved'],
    ] as const)('tells no amount but that of %s where it claims no other', (call, amount) => {
      const calls: Profile['calls'] = ['allocBitmap', call];
      const held = target.withClaims({ profile: { ...target.profile, calls } });
      const program = PROGRAM.slice(0, 1);
      const answers = responses(held.start(WORLD, program).performer(), program);
      expect(answers.map(({ amounts = {} }) => Object.keys(amounts))).toEqual([[amount], [amount]]);
    });

    it('times the first calls of a program', () => {
      const timed = target.timed(WORLD, PROGRAM);
      for (const operations of [0, 1, 2]) expect(timed.turn(operations)).toBeGreaterThanOrEqual(0);
    });

    it('offers a state that can be saved and loaded, or none', () => {
      const session = target.openSavable(WORLD);
      const isOffered = [OURS.name, 'mutant:accepted-double-free'].includes(target.name);
      expect(session !== null).toBe(isOffered);
      if (session === null) return;
      const saved = new Int32Array(session.save(new Int32Array(0)));
      session.save(saved);
      const alloc = { call: 'alloc' } as const;
      const [first, second] = [session.perform(alloc, 16), session.perform(alloc, 16)];
      expect(second.outcome).not.toEqual(first.outcome);
      session.load(saved);
      expect(session.perform(alloc, 16)).toEqual(first);
      session.close();
    });

    it('sees of a prepared call what a response says of it', () => {
      const session = target.openSavable(WORLD);
      if (session === null) return;
      const saved = new Int32Array(session.save(new Int32Array(0)));
      session.save(saved);
      const calls: readonly Operation[] = [
        { call: 'alloc' },
        { call: 'allocPages', count: 3n },
        { call: 'allocPages', count: 99n },
        { call: 'free', address: WORLD.config.higherHalf },
        { call: 'freeAmount' },
      ];
      for (const operation of calls) {
        const call = session.prepare(operation);
        const [answer, told] = [new NumberedAnswer(), new NumberedAnswer()];
        const stacks = omitStacks();
        for (let turn = 0; turn < 2; turn += 1) {
          session.load(saved);
          call(answer);
          session.load(saved);
          told.take(session.perform(operation, 16), halfOf(WORLD.config));
          expect(readingsOf(answer)).toEqual(readingsOf(told));
        }
        restoreStacks(stacks);
      }
      session.close();
    });
  },
);

describe('a target that takes whole programs', () => {
  it('runs them in the order in which they were started, whichever is waited for first', () => {
    const target = TARGETS.find(({ isInteractive }) => !isInteractive);
    if (target === undefined) throw new Error('there is no such target');
    const short = PROGRAM.slice(0, 1);
    const [first, dropped, last] = [short, short, PROGRAM].map((program) => target.start(WORLD, program));
    if (first === undefined || last === undefined) throw new Error('three were started');
    dropped?.drop?.();
    expect(responses(last.performer(), PROGRAM)).toHaveLength(3);
    expect(responses(first.performer(), short)).toHaveLength(2);
    expect(responses(target.start(WORLD, PROGRAM).performer(), PROGRAM)).toHaveLength(3);
  });

  it('passes over what it is told to leave out', () => {
    const target = TARGETS.find(({ isInteractive }) => !isInteractive);
    const performer = target?.start(WORLD, PROGRAM, ['not this one', null]).performer();
    expect(performer?.omission).toBe('not this one');
    performer?.passOver();
    expect(performer?.omission).toBeNull();
    expect(performer?.perform({ call: 'freeAmount' }, 16).outcome).toEqual({ kind: 'amount', amount: 16 });
  });
});
