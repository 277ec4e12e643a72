/** C++ targets, and targets built with sanitizers. */
import { describe, expect, it } from 'vitest';
import { shrink } from '../../counterexamples/shrink/index.ts';
import { runCampaign } from '../../properties/random/index.ts';
import type { Trace } from '../../spec/index.ts';
import type { Target } from '../target.ts';
import { nativeBuilder } from '../testing/built-native.ts';

const built = nativeBuilder();
const SANITIZED = ['-g', '-fsanitize=address,undefined'];

async function found(target: Target): Promise<Trace | null> {
  const run = { worlds: [], generated: true, programs: 200, operations: 100, seed: 1 };
  const [finding] = (await runCampaign({ target, ...run })).findings;
  const trace = finding === undefined ? null : shrink(target, finding.trace, { ms: 20_000 }).trace;
  await target.close();
  return trace;
}

describe('a target in C++', () => {
  it.each([64, 32, 'process'] as const)('holds, built as %s', async (as) => {
    expect(await found(await built(as, ['testing/plain.cc']))).toBeNull();
  });
});

describe('a target built with sanitizers', () => {
  it('holds where they find nothing', async () => {
    expect(
      await found(await built('process', ['testing/planted.c'], '-DDEFECT=NONE', ...SANITIZED)),
    ).toBeNull();
  });

  it('is held to what AddressSanitizer finds, which the judge alone would not see', async () => {
    const trace = await found(
      await built('process', ['testing/planted.c'], '-DDEFECT=OVERREAD', ...SANITIZED),
    );
    expect(trace?.scenario.operations).toHaveLength(1);
    expect(trace?.violation?.explanation).toMatch(/it died of AddressSanitizer: heap-buffer-overflow$/);
  });

  it('is held to what UndefinedBehaviorSanitizer finds', async () => {
    const sources = ['testing/planted.c'];
    expect(await found(await built('process', sources, '-DDEFECT=UNDEFINED'))).toBeNull();
    const trace = await found(await built('process', sources, '-DDEFECT=UNDEFINED', ...SANITIZED));
    expect(trace?.scenario.operations.map(({ call }) => call)).toEqual(['allocBitmap']);
    expect(trace?.violation?.explanation).toMatch(/it died of UndefinedBehaviorSanitizer$/);
  });
});
