import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shrink } from '../../counterexamples/shrink/index.ts';
import { runCampaign } from '../../properties/random/index.ts';
import { config, memoryMap, type Operation, type Reference, type Scenario } from '../../spec/index.ts';
import { execute } from '../limited-execution.ts';
import { loadTarget } from '../load/load-target.ts';
import { nativeBuilder } from '../testing/built-native.ts';

const built = nativeBuilder();
const BITS = [64, 32] as const;

const PROGRAM: readonly Operation<Reference>[] = [
  { call: 'alloc' },
  { call: 'alloc' },
  { call: 'freeRegion', address: { result: 0, page: 0, offset: 0n }, count: 1n },
  { call: 'freeAmount' },
];

const SCENARIO: Scenario = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 4 }]),
  config: config({ bitmapMaxAddr: 0n }),
  policies: [],
  operations: PROGRAM,
};

describe.each(BITS)('an allocator in WebAssembly with pointers of %i bits that', (bits) => {
  it.each([
    ['trap', /it trapped: unreachable$/],
    ['divide', /it trapped: divide by zero$/],
    ['wild', /it trapped: memory access out of bounds$/],
    [
      'recurse',
      /it (trapped: memory access out of bounds|overflowed the stack: Maximum call stack size exceeded)$/,
    ],
    ['null', /through a null pointer, or its stack overflowed$/],
    ['loop', /it is still running after \d+ ms: /],
    ['eat', /it ended the program: abort$/],
    ['fail', /it ended the program: assertion failed: left > total \(.*wasm_zoo\.c:\d+\)$/],
    ['leave', /it ended the program: exit 3$/],
    ['jump', /it left the call by longjmp$/],
  ])('does %s in operation 3 is blamed for that one', async (name, says) => {
    const target = await built(bits, ['testing/wasm_zoo.c'], `-DMISBEHAVE=${name}`);
    const { violation } = execute(target, SCENARIO);
    expect(violation).toMatchObject({ clause: 'freeRegion.owner', at: 2 });
    expect(violation?.explanation).toMatch(says);
  });

  it.each([
    ['scribble', 2, 'caller'],
    ['overrun', 4, 'absent'],
    ['stray', 13, 'absent'],
  ])('writes where it must not is caught after that call: %s', async (name, pfn, owner) => {
    const target = await built(bits, ['testing/wasm_zoo.c'], `-DMISBEHAVE=${name}`);
    expect(execute(target, SCENARIO).violation).toMatchObject({
      clause: 'contents.preserved',
      at: 2,
      pfn,
      owner,
    });
  });

  it.each(['nothing', 'print', 'grow', 'heap'])('only does %s holds', async (name) => {
    const target = await built(bits, ['testing/wasm_zoo.c'], `-DMISBEHAVE=${name}`);
    expect(execute(target, SCENARIO).violation).toBeNull();
  });

  it('traps is shrunk to the call that traps', async () => {
    const target = await built(bits, ['testing/wasm_zoo.c'], '-DMISBEHAVE=trap');
    const worlds = [{ ...SCENARIO, name: 'four page frames' }];
    const run = { target, worlds, generated: false, programs: 200, operations: 60, seed: 1 };
    const [found] = (await runCampaign(run)).findings;
    if (found === undefined) throw new Error('it was not caught');
    const { trace } = shrink(target, found.trace, { ms: 10_000 });
    expect(trace.scenario.operations.map(({ call }) => call)).toEqual(['freeRegion']);
    expect(trace.violation?.explanation).toMatch(/it trapped: unreachable$/);
  });
});

describe.each(BITS)('the examples as WebAssembly with pointers of %i bits', (bits) => {
  it.each([
    ['page stack', ['page_stack_target.c', 'page_stack.c']],
    ['next fit', ['next_fit.c']],
    ['buddy', ['buddy.c']],
  ])('%s holds', async (_, files) => {
    const target = await built(
      bits,
      files.map((file) => `examples/${file}`),
    );
    const run = { worlds: [], generated: true, programs: 100, operations: 100, seed: 2 };
    const { verdict, operations, unchecked } = await runCampaign({ target, ...run });
    expect(verdict).toBe('holds');
    expect(operations).toBeGreaterThan(1000);
    expect(unchecked.map(({ what }) => what)).not.toContain('contents.preserved');
  });

  it.each([
    ['broken_all_free.c', 'init.withheld'],
    ['broken_limit.c', 'allocBitmap.complete'],
  ])('%s breaks %s', async (file, clause) => {
    const target = await built(bits, [`examples/${file}`, 'examples/page_stack.c']);
    const run = { worlds: [], generated: true, programs: 100, operations: 100, seed: 2 };
    const { findings } = await runCampaign({ target, ...run });
    expect(findings[0]?.trace.violation?.clause).toBe(clause);
  });
});

describe('WebAssembly that cannot be used is refused in one line:', () => {
  it.each([
    [
      'without code',
      '\0asm\x01\0\0\0',
      /: expected WebAssembly with the harness, and it exports no fp_call: /,
    ],
    ['cut off', '\0asm', /: expected WebAssembly that Node\.js can compile: /],
  ])('%s', async (name, text, says) => {
    const path = join(tmpdir(), `frameproof-${process.pid}-${name}`);
    writeFileSync(path, text, 'latin1');
    await expect(loadTarget(path).finally(() => rmSync(path))).rejects.toThrow(says);
  });
});
