import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { attachPmm, createSharedState, LockPanic } from '../../../impl/index.ts';
import {
  Config,
  config as configOf,
  FALLBACK_MAP,
  isSpecError,
  MemoryMap,
  memoryMap,
} from '../../../spec/index.ts';
import { loadConcurrentTarget } from '../load-concurrent-target.ts';
import { OURS_SHARED } from '../target.ts';
import { checkThreads } from './check-threads.ts';
import { Threads } from './threads.ts';

const config = configOf();
const options = {
  target: OURS_SHARED,
  map: FALLBACK_MAP,
  config,
  callers: 2,
  seed: 1,
  module: null,
  patienceMs: 10_000,
};

describe('callers in separate threads', () => {
  it('on the memory map of a machine leave a history that some order explains', async () => {
    const result = await checkThreads({ ...options, callers: 3, calls: 6000 });
    expect(result.violation).toBe(null);
    expect(result.calls).toBe(6000);
    expect(result.overlapping).toBeGreaterThan(0);
  });

  it('have turns, no two calls the same', async () => {
    const threads = await Threads.start(options);
    const calls = await threads.round(500);
    await threads.stop();
    expect(new Set(calls.map(({ turn }) => turn)).size).toBe(1000);
    const moments = calls.flatMap(({ invoked, returned }) => [invoked, returned]);
    expect(new Set(moments).size).toBe(2000);
  });
});

describe('callers of a module', () => {
  const module = fileURLToPath(new URL('fixtures/endless-caller.ts', import.meta.url));
  const check = async (name: string, stuckMs: number) =>
    checkThreads({
      target: await loadConcurrentTarget(module),
      module,
      map: memoryMap([{ type: 'conventional', start: 0n, pages: 64 }], name),
      config,
      callers: 2,
      calls: 4000,
      seed: 1,
      patienceMs: 10_000,
      stuckMs,
    });

  it('that cannot be inspected hold, and it is said that nobody knows what they leave behind', async () => {
    expect((await check('harmless', 10_000)).violation).toBeNull();
    const { unchecked } = await loadConcurrentTarget(module);
    expect(unchecked).toEqual([
      { what: 'what is left behind', why: 'it cannot be asked about every page frame' },
    ]);
  });

  it('which do not return are ended, and named', async () => {
    const { violation } = await check('endless', 2000);
    expect(violation).toMatchObject({ clause: 'concurrent.progress', calls: [] });
    expect(violation?.explanation).toMatch(/^no call has returned for 2 s: caller 1, caller 2$/);
  });
});

describe('memory of which no state can be shared', () => {
  it('is refused in one line', async () => {
    vi.stubGlobal('SharedArrayBuffer', function refuse() {
      throw new RangeError('Array buffer allocation failed');
    });
    const started = Threads.start(options).finally(() => vi.unstubAllGlobals());
    await expect(started).rejects.toThrow(
      /^memory map: expected one whose state threads can share: found [\d,]+ page frames of RAM, and this machine has no memory for it$/,
    );
    await expect(started).rejects.toSatisfy(isSpecError);
  });
});

describe('a thread that is killed inside a call', () => {
  it('leaves the others with a panic that names it, within their patience', async () => {
    const map = memoryMap([{ type: 'conventional', start: 0n, pages: 64 }]);
    const small = configOf({ bitmapMaxAddr: 0n });
    const state = createSharedState(map, small);
    const dying = new Worker(new URL('fixtures/dying-caller.ts', import.meta.url), {
      workerData: { map: MemoryMap.encode(map), config: Config.encode(small), state },
    });
    await once(dying, 'message');
    await dying.terminate();
    const patienceMs = 200;
    const pmm = attachPmm(map, { config: small, warn: () => {}, state, patienceMs });
    const start = performance.now();
    expect(() => pmm.free(small.higherHalf)).toThrowError(LockPanic);
    const waited = performance.now() - start;
    expect(() => pmm.freeAmount()).toThrowError(
      /^freeAmount: no lock within 200 ms: caller 1 holds it, for the last \d+ ms at least, in alloc$/,
    );
    expect(waited).toBeGreaterThanOrEqual(patienceMs);
    // Only other load on the machine can make it longer.
    expect(waited).toBeLessThan(patienceMs + 5000);
  });
});
