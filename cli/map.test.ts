import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { isSpecError } from '../spec/index.ts';
import { importMemoryMap } from '../spec/maps/index.ts';
import { mapCommand } from './map.ts';
import { streams } from './print.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-map-'));
const dump = join(folder, 'box.txt');
writeFileSync(dump, 'BIOS-e820: [mem 0x0-0x7ffffff] usable\n');
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** Runs the command and returns what it prints. */
async function run(...words: readonly string[]): Promise<string> {
  const printed: string[] = [];
  vi.spyOn(streams, 'out').mockImplementation((text) => printed.push(text) > 0);
  await mapCommand().parseAsync(words, { from: 'user' });
  return printed.join('');
}

describe('frameproof map', () => {
  it('prints a report', async () => {
    expect(await run(dump)).toMatch(/^box: 1 entry of e820-dmesg, 1 region\n/);
  });

  it('divides the zones where it is told to', async () => {
    expect(await run(dump, '--bitmap-max-addr', '0x1000')).toContain('bitmap limit 0x1000');
  });

  it('prints JSON that is read again as the same map', async () => {
    const json = await run(dump, '--json');
    expect(importMemoryMap(json, 'again.json').map).toEqual(
      importMemoryMap('BIOS-e820: [mem 0x0-0x7ffffff] usable', dump).map,
    );
  });

  it('throws an error of one line for a bad flag and for a bad file', async () => {
    for (const words of [[dump, '--bitmap-max-addr', '12'], [join(folder, 'none')]]) {
      const error = await run(...words).catch((e: unknown) => e);
      expect(isSpecError(error)).toBe(true);
      expect(String(error)).not.toContain('\n');
    }
  });
});
