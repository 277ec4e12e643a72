import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './testing/copy-of-sources.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { TRACE, traceText } from './testing/trace.ts';

const alloc = { call: 'alloc' };

const oneZone = { zones: 1, misuse: 'undefined' };

const cwd = temporaryFolder({
  'mine.mjs': `export { default, policies } from ${JSON.stringify(join(ROOT, 'examples/works.ts'))};`,
  'claims.json': JSON.stringify(oneZone),
  // A single page comes from the bitmap zone, which has the only one.
  'one-zone.json': JSON.stringify({
    ...TRACE,
    target: 'mine.mjs',
    profile: oneZone,
    scenario: { ...TRACE.scenario, config: { ...TRACE.scenario.config, bitmapMaxAddr: '0x4000' } },
  }),
  'holds.json': traceText(),
  'own-clause.json': JSON.stringify({
    ...TRACE,
    violation: { ...TRACE.violation, clause: 'own.low-frames', sentence: 'Page frames are low.' },
  }),
  // Three page frames lie in the stack zone: the fourth allocation hands out nothing.
  'dangling.json': traceText({
    operations: [alloc, alloc, alloc, alloc, { call: 'free', address: 'd' }],
  }),
  // The same program where memory is smaller by one page frame than the program needs.
  'throws.mjs': `
    import Works from ${JSON.stringify(new URL('../examples/works.ts', import.meta.url))};
    export default class extends Works {
      alloc() { return this.nothing.here; }
    }`,
  'changed.mjs': `
    export default class {
      errno = null;
      alloc() { return null; }
      allocPages() { return false; }
      allocBitmap() { return null; }
      free() {}
      freePages() {}
      freeRegion() {}
      totalAmount() { return 0; }
      freeAmount() { return 0; }
      reservedAmount() { return 0; }
    }`,
});

describe('frameproof replay', () => {
  it('says that a trace holds on a target that has no such defect, and exits with 0', async () => {
    const result = await inProcess(['replay', 'holds.json'], cwd);
    expect(result.stdout).toMatch(/^holds: 2 operations, no clause is violated$/m);
    expect(result).toMatchObject({ stderr: '', exitCode: 0 });
  });

  it('exits with 3 where an operation names what this target does not hand out', async () => {
    const result = await inProcess(['replay', 'dangling.json'], cwd);
    expect(result.stdout).toMatch(
      /^no longer applies: operation 5 refers to d, which this target did not hand out$/m,
    );
    expect(result).toMatchObject({ stderr: '', exitCode: 3 });
  });

  it('exits with 3 for an own clause, which it cannot judge', async () => {
    const result = await inProcess(['replay', 'own-clause.json'], cwd);
    expect(result.stdout).toMatch(
      /^does not apply: the file says that own\.low-frames is violated, an own clause that the target does not have; /m,
    );
    expect(result).toMatchObject({ stderr: '', exitCode: 3 });
  });

  it('exits with 1 and names both clauses where the target breaks another one', async () => {
    const result = await inProcess(['replay', 'holds.json', '--target', 'changed.mjs'], cwd);
    expect(result.stdout).toMatch(
      /^another clause: init\.total is violated, the file says alloc\.complete$/m,
    );
    expect(result).toMatchObject({ stderr: '', exitCode: 1 });
  });

  it('names the place of an error that the target throws, and prints its stack with --verbose', async () => {
    const replay = ['replay', 'holds.json', '--target', 'throws.mjs'];
    const place = /^ {10}operation 1: .*TypeError: .*'here'\) \(throws\.mjs:4:37\)$/m;
    const stack = /^stack {5}TypeError: .*\n {14}at default\.alloc \(.*throws\.mjs:4:37\)$/m;
    const plain = await inProcess(replay, cwd);
    expect(plain.stdout).toMatch(place);
    expect(plain.stdout).not.toMatch(stack);
    expect((await inProcess([...replay, '--verbose'], cwd)).stdout).toMatch(stack);
  });

  it('prints its result as JSON where it is asked to', async () => {
    const { stdout } = await inProcess(['replay', 'holds.json', '--json'], cwd);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'holds',
      target: 'frameproof',
      counterexample: null,
    });
  });

  it('judges a target by the profile that it was found with, and another one by its own', async () => {
    const replay = async (...more: readonly string[]): Promise<string> =>
      (await inProcess(['replay', 'one-zone.json', ...more], cwd)).stdout;
    expect(await replay()).toMatch(/^reproduced: alloc\.complete is violated$/m);
    expect(await replay('--target', 'frameproof')).toMatch(/^no longer applies: operation 2 refers to a/m);
    expect(await replay('--target', 'frameproof', '--profile', 'claims.json')).toMatch(
      /^reproduced: alloc\.complete is violated$/m,
    );
  });
});
