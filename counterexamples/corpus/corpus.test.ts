import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { factoryTarget, OURS, type PmmCalls, wrapPmm } from '../../runner/index.ts';
import { changed } from '../../runner/testing/changed.ts';
import { decodeProfile, HIGHER_HALF_48, isSpecError, type PmmFactory, PmmPanic } from '../../spec/index.ts';
import { saveTrace } from '../trace/trace-file.ts';
import { OWN_CORPUS, replayCorpus } from './corpus.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-corpus-'));
afterAll(() => rmSync(folder, { recursive: true }));

const REFUSES_ALL = changed('refuses every run', () => ({ allocBitmap: () => null }));

describe('the corpus of this package', () => {
  it('holds on our implementation, every trace of it', () => {
    const files = replayCorpus(OURS, [OWN_CORPUS]);
    expect(files.length).toBeGreaterThanOrEqual(9);
    expect(files.filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
  });

  it('is violated by an allocator that takes the end of all addresses for one that wraps', () => {
    const target = changed('wraps', (pmm) => ({
      freeRegion: (address, count) => {
        if (count < 2 ** 20 && address + BigInt(count) * 4096n === 2n ** 64n)
          throw new PmmPanic('freeRegion: it wraps', { call: 'freeRegion', pfn: null, owner: null });
        pmm.freeRegion(address, count);
      },
    }));
    const broken = replayCorpus(target, [OWN_CORPUS]).filter(({ verdict }) => verdict === 'violated');
    expect(broken.map(({ path }) => path)).toEqual([expect.stringContaining('last-address')]);
  });

  it('is not for a target that never hands out the page frame which a trace frees', () => {
    const create: PmmFactory = (map, options) => {
      const pmm = createPmm(map, options);
      const alloc: PmmCalls['alloc'] = () => {
        const page = pmm.alloc();
        return page === HIGHER_HALF_48 ? pmm.alloc() : page;
      };
      const { inspect, ...calls } = wrapPmm(pmm, { alloc });
      return calls;
    };
    const claims = { calls: ['alloc', 'free'], zones: 1, neverBelow: '0x1000', failures: [] };
    const profile = decodeProfile(claims, 'claims');
    const target = factoryTarget({ name: 'keeps page frame 0', policies: [], profile, create });
    const found = replayCorpus(target, [OWN_CORPUS]).find(({ path }) => path.endsWith('double-free.json'));
    expect(found).toMatchObject({ verdict: 'beyond', reason: expect.stringMatching(/did not hand out$/) });
  });

  it('says of each trace what breaks on it', () => {
    for (const name of readdirSync(OWN_CORPUS).filter((n) => n.endsWith('.json')))
      expect(readFileSync(join(OWN_CORPUS, name), 'utf8')).toMatch(/"note": "[A-Z]/);
  });

  it('is violated by an allocator that refuses what fits', () => {
    const broken = replayCorpus(REFUSES_ALL, [OWN_CORPUS]).filter(({ verdict }) => verdict === 'violated');
    expect(broken.length).toBeGreaterThanOrEqual(4);
    for (const { trace } of broken) expect(trace?.violation?.clause).toBe('allocBitmap.complete');
  });
});

describe("a user's corpus", () => {
  const users = join(folder, 'users');
  cpSync(OWN_CORPUS, users, { recursive: true });
  const text = readFileSync(join(users, 'double-free.json'), 'utf8');
  writeFileSync(join(users, 'newer.json'), text.replace('"version": 1', '"version": 2'));
  writeFileSync(join(users, 'dangling.json'), text.replaceAll('"address": "a"', '"address": "b"'));
  writeFileSync(join(users, 'cut.json'), text.slice(0, 100));
  writeFileSync(join(users, 'notes.txt'), 'no trace, and no file of the corpus');

  it('lists what cannot be used by name and reason, never in silence', () => {
    const listed = replayCorpus(OURS, [users]).filter(({ verdict }) => verdict !== 'holds');
    expect(listed.map(({ path, verdict }) => [path.slice(users.length + 1), verdict])).toEqual([
      ['cut.json', 'unusable'],
      ['dangling.json', 'outdated'],
      ['newer.json', 'outdated'],
    ]);
    expect(listed.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^expected JSON: /),
      expect.stringMatching(/^operation 2 refers to b, which this target did not hand out$/),
      expect.stringMatching(/^format version 2, and this program reads version 1$/),
    ]);
  });

  it('holds a target only to what it promises', () => {
    const modest = REFUSES_ALL.withClaims({ policies: [] });
    for (const { trace } of replayCorpus(modest, [users])) expect(trace?.scenario.policies ?? []).toEqual([]);
  });

  it('stores the same counterexample once', () => {
    const [first] = replayCorpus(REFUSES_ALL, [OWN_CORPUS]).filter(({ verdict }) => verdict === 'violated');
    if (first?.trace == null) throw new Error('nothing is broken');
    const saved = join(folder, 'saved');
    const path = saveTrace(saved, first.trace);
    const [again] = replayCorpus(REFUSES_ALL, [saved]);
    if (again?.trace == null) throw new Error('nothing was saved');
    expect(saveTrace(saved, again.trace)).toBe(path);
    expect(readdirSync(saved)).toHaveLength(1);
  });

  it('may be a folder that is not there yet, and nothing but a folder', () => {
    expect(replayCorpus(OURS, [join(folder, 'none')])).toEqual([]);
    const replay = (): unknown => replayCorpus(OURS, [join(users, 'cut.json')]);
    expect(replay).toThrow(/cut\.json: expected a folder of traces: this is not a folder$/);
    try {
      replay();
    } catch (error) {
      expect(isSpecError(error)).toBe(true);
    }
  });
});
