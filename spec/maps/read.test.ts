import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MemoryMap } from '../memory-map.ts';
import { readMemoryMap, readThisMachine } from './read.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ENTRY = 'BIOS-e820: [mem 0x0-0xfff] usable\r\n';

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('reading a memory map', () => {
  it('names the map after the file', () => {
    expect(readMemoryMap(write('my machine.txt', ENTRY)).map.name).toBe('my machine');
  });

  it('reads UTF-16 of both byte orders, as the UEFI shell writes it', () => {
    const little = Buffer.from(`\uFEFF${ENTRY}`, 'utf16le');
    for (const bytes of [little, Buffer.from(little).swap16()])
      expect(readMemoryMap(write('utf16.txt', bytes)).entries).toHaveLength(1);
  });

  it('reads an entry far into a long log', () => {
    expect(
      readMemoryMap(write('long.log', `${'nothing here\n'.repeat(200_000)}${ENTRY}`)).entries,
    ).toHaveLength(1);
  });

  it('says in one line that no such file', () => {
    const path = join(folder, 'none.txt');
    expect(() => readMemoryMap(path)).toThrow(`${path}: expected a readable memory map: no such file`);
  });

  it('says in one line that a folder is not a memory map', () => {
    const path = join(folder, 'empty');
    mkdirSync(path);
    expect(() => readMemoryMap(path)).toThrow(
      `${path}: expected a file, or a folder such as /sys/firmware/memmap`,
    );
  });

  it('names the file that an entry of a memmap folder lacks', () => {
    const path = join(folder, 'memmap');
    mkdirSync(join(path, '0'), { recursive: true });
    writeFileSync(join(path, '0', 'start'), '0x0\n');
    expect(() => readMemoryMap(path)).toThrow(
      `${join(path, '0', 'end')}: expected a readable memory map: no such file`,
    );
  });

  it('names the entry of a memmap folder that cannot be read', () => {
    const path = join(folder, 'bad');
    mkdirSync(join(path, '0'), { recursive: true });
    for (const [name, text] of [
      ['start', '0x0'],
      ['end', '0xfff'],
      ['type', 'Cheese'],
    ] as const)
      writeFileSync(join(path, '0', name), `${text}\n`);
    expect(() => readMemoryMap(path)).toThrow(`${path}: entry 0: expected a memory type`);
  });

  it('says in one line that a file is binary', () => {
    const path = write('garbage.bin', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0xff]));
    expect(() => readMemoryMap(path)).toThrow(`${path}: expected a memory map as text, found binary data`);
  });

  it('gives up on a file that does not end', () => {
    const path = write('huge.txt', Buffer.alloc(64 * 1024 * 1024 + 1, 'x'));
    expect(() => readMemoryMap(path)).toThrow(`${path}: expected a memory map of at most 64 MiB`);
  });
});

describe('reading this machine', () => {
  it('gives a map that survives its own codec, or null where the system does not show it', () => {
    const imported = readThisMachine();
    console.log(
      imported === null
        ? 'this machine shows no map'
        : `this machine: ${imported.entries.length} of ${imported.notation}`,
    );
    if (imported !== null) expect(MemoryMap.is(imported.map)).toBe(true);
  });
});
