import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DECODERS } from './decoders.ts';
import { DECODERS as CANARIES } from './fixtures/canaries.ts';
import { fileOf, fuzz } from './fuzz.ts';
import { watched } from './watch.ts';

const FILES = 300;

describe('spoilt files', () => {
  it('are the same each time', async () => {
    const [{ samples }] = DECODERS as [(typeof DECODERS)[number]];
    const sound = await samples();
    const files = [0, 1].map(() => Array.from({ length: 50 }, (_, k) => fileOf(sound, 7, k)));
    expect(files[0]).toEqual(files[1]);
    expect(new Set(files[0]?.map(String)).size).toBeGreaterThan(40);
  });

  it.each(DECODERS.map((decoder) => [decoder.name, decoder] as const))(
    'of kind %s are taken, or refused in a line',
    async (name, decoder) => {
      const { accepted, refused, findings } = await fuzz(decoder, { seed: 2, from: 0, to: FILES });
      expect(findings).toEqual([]);
      expect(accepted + refused).toBe(FILES);
      expect(accepted).toBeGreaterThan(FILES / 20);
      // A bad answer of a process is not refused: it breaks a clause.
      if (name !== 'answer') expect(refused).toBeGreaterThan(FILES / 20);
    },
  );
});

const folder = mkdtempSync(join(tmpdir(), 'frameproof-sound-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('sound files', () => {
  it.each(DECODERS.map((decoder) => [decoder.name, decoder] as const))(
    'of kind %s are taken',
    async (_, decoder) => {
      const path = join(folder, 'sound.json');
      for (const text of await decoder.samples()) {
        writeFileSync(path, text, 'latin1');
        await decoder.read(path);
      }
    },
  );
});

const MODULE = new URL('fixtures/canaries.ts', import.meta.url).href;
const STRETCH = { seed: 1, from: 0, to: 40 };

describe('a decoder that does what it must not is found:', () => {
  it.each([
    ['throws', /TypeError|SyntaxError/],
    ['says too much', /^a message of \d{4} characters$/],
    ['says it in two lines', /^a message of several lines/],
  ])('one that %s', async (name, what) => {
    const canary = CANARIES.find((one) => one.name === name);
    if (canary === undefined) throw new Error(`there is no canary ${name}`);
    const { findings } = await fuzz(canary, STRETCH);
    expect(findings.length).toBeGreaterThan(3);
    for (const finding of findings) expect(finding.what).toMatch(what);
  });

  it.each([
    ['never ends', { hangMs: 500, memoryMib: 64 }, /^it did not end within 0\.5 s$/],
    ['takes all memory', { hangMs: 30_000, memoryMib: 64 }, /^it ended its thread: .*memory/i],
  ])('one that %s, which ends no more than its thread', async (name, limits, what) => {
    const { accepted, findings } = await watched(MODULE, name, { ...STRETCH, to: 6 }, limits);
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) expect(finding.what).toMatch(what);
    expect(accepted + findings.length).toBeLessThanOrEqual(6);
  });
});
