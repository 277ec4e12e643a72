import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runCampaign } from '../../properties/random/index.ts';
import { Execution } from '../execution.ts';
import { nativeBuilder } from '../testing/built-native.ts';
import { loadedFrom } from './load-wasm.ts';
import { BASE, Machine } from './machine.ts';
import { Machines } from './machines.ts';
import { NOTED_PAGES, NOTES } from './stores.ts';
import { WasmSession } from './wasm-session.ts';

const built = nativeBuilder();

/** Larger maps than this take long to compare. */
const FEW_FRAMES = 2 ** 14;
/** Static data and the beginning of the arena. */
const BELOW_BYTES = 2 ** 20;

/** Returns the first byte at which two machines of one size differ before init; null for none. */
function differing(one: Machine, other: Machine): number | null {
  const parts = [
    [0, BELOW_BYTES],
    [NOTES, NOTED_PAGES],
    [BASE, one.size - BASE],
  ] as const;
  for (const [start, bytes] of parts) {
    const [left, right] = [one, other].map(({ buffer }) => Buffer.from(buffer, start, bytes));
    if (left === undefined || right?.equals(left) !== false) continue;
    return start + left.findIndex((byte, i) => byte !== right[i]);
  }
  return null;
}

it.each([
  [64, ['examples/page_stack_target.c', 'examples/page_stack.c']],
  [32, ['examples/buddy.c']],
  [64, ['examples/page_refs_target.c', 'examples/page_refs.c']],
] as const)(
  'a machine of %i bits that has run programs is as a new one, and answers as one: %s',
  async (bits, files) => {
    const target = await built(bits, files);
    const [loaded] = loadedFrom(readFileSync(target.name), target.name);
    const machines = new Machines(loaded);
    const runs: Execution[] = [];
    const onProgram = ({ execution }: { readonly execution: Execution }): number => runs.push(execution);
    await runCampaign({
      target,
      worlds: [],
      generated: true,
      programs: 80,
      operations: 60,
      seed: 5,
      onProgram,
    });
    const seen = new Set<Machine>();
    let reused = 0;
    for (const { world, operations, policies } of runs) {
      const machine = machines.take(world);
      if (seen.has(machine)) reused += 1;
      seen.add(machine);
      if (machine.frames <= FEW_FRAMES) expect(differing(machine, new Machine(loaded, world))).toBeNull();
      machines.giveBack(machine);
      const [again, fresh] = [machines, new Machines(loaded)].map((from) => {
        const performer = new WasmSession(from, world, target.profile);
        const execution = new Execution(target, world, { policies, performer });
        for (const operation of operations) execution.perform(operation);
        execution.finish();
        return execution.responses;
      });
      expect(again).toEqual(fresh);
    }
    expect(reused).toBeGreaterThan(10);
  },
);
