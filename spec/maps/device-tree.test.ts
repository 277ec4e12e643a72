import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importBytes, importMemoryMap } from './import.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const SOURCE = readFileSync(join(FIXTURES, 'device-tree.dts'), 'utf8');
const BLOB = readFileSync(join(FIXTURES, 'device-tree.dtb'));

function read(text: string): readonly string[] {
  const { entries } = importMemoryMap(text, 'board.dts');
  return entries.map(({ type, start, end }) => `${type} 0x${start.toString(16)} 0x${end.toString(16)}`);
}

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof Error && error.name === 'SpecError') return error.message;
    throw error;
  }
  return 'nothing was refused';
}

/** Returns a tree of one bank with the lines given in its root. */
function board(...lines: readonly string[]): string {
  const memory = 'memory@80000000 { device_type = "memory"; reg = <0x80000000 0x1000000>; };';
  return ['/ {', '#address-cells = <1>;', '#size-cells = <1>;', memory, ...lines, '};'].join('\n');
}

describe('the source of a device tree', () => {
  it('is read through comments, labels, quotation marks and lines of the preprocessor', () => {
    const text = `#include "soc.dtsi"\n${board('/* of\n two lines */', 'soc: bus { }; // the rest')}`;
    expect(read(text)).toEqual(['conventional 0x80000000 0x81000000']);
    expect(read(text.replace(/^/gm, '> '))).toEqual(['conventional 0x80000000 0x81000000']);
  });

  it('takes out what is reserved: not what the kernel may reuse, is to place itself, or is disabled', () => {
    const reserved = (body: string): string =>
      board('reserved-memory {', '#address-cells = <1>;', '#size-cells = <1>;', body, '};');
    const taken = 'runtimeServicesData 0x80100000 0x80200000';
    expect(read(reserved('a@80100000 { reg = <0x80100000 0x100000>; no-map; };'))).toContain(taken);
    expect(read(reserved('a@80100000 { reg = <0x80100000 0x100000>; };'))).toContain(taken);
    for (const rest of [
      'reg = <0x80100000 0x100000>; reusable;',
      'size = <0x1000>;',
      'reg = <0x80100000 0x100000>; status = "disabled";',
    ])
      expect(read(reserved(`a { ${rest} };`))).toHaveLength(1);
  });

  it.each([
    ['a brace that is missing', SOURCE.replace('chosen { ', 'chosen '), /expected "[;=]"/],
    [
      'a semicolon that is missing',
      SOURCE.replace('no-map;', 'no-map'),
      /^board.dts: line 27: expected "=", found "}"/,
    ],
    ['a property twice', board('a { b; b; };'), /expected a property that is there once, found "b"/],
    [
      'a property below a node',
      board('a { b { }; c; };'),
      /expected properties before the nodes below, found "c"/,
    ],
    [
      'no cells',
      SOURCE.replace('#size-cells = <1>;', ''),
      /expected #size-cells of 1 or 2 in the node \/, found "none"/,
    ],
    [
      'cells that do not fit',
      board().replace('0x1000000>', '0x1000000 0x0>'),
      /expected reg with 1 address and 1 size cells/,
    ],
    ['an expression', board().replace('0x1000000>', '(1 << 20)>'), /expected reg with 1 address/],
    [
      'a name that is not where it begins',
      board().replace('memory@8', 'memory@9'),
      /expected a node whose name ends with @80000000/,
    ],
    ['memory without reg', board().replace('reg =', 'rge ='), /expected reg in a node of memory/],
    [
      'a size that a boot loader fills in',
      board().replace('0x1000000>', '0>'),
      /expected memory of some size/,
    ],
    [
      'no memory',
      '/ { #address-cells = <1>; #size-cells = <1>; };',
      /expected a node of memory below the root, found "none"/,
    ],
    [
      'a reserved node that is elsewhere',
      board('soc { a@0 { no-map; }; };'),
      /expected no-map only below reserved-memory/,
    ],
    [
      'reserved memory within another node',
      board('soc { reserved-memory { }; };'),
      /expected the node reserved-memory right below the root/,
    ],
    ['a name cut short', board('erved-memory { };'), /expected a node reserved-memory or memory@/],
    [
      'references',
      `${board()}\n&uart { status = "okay"; };`,
      /expected one root node: this reader follows no references/,
    ],
    ['nodes without end', `/ {${'a {'.repeat(100_000)}`, /expected at most 64 levels of nodes/],
    ['a text that ends', SOURCE.slice(0, 300), /expected/],
  ])('is refused with %s', (_, text, message) => {
    expect(refusal(() => importMemoryMap(text, 'board.dts'))).toMatch(message);
  });

  it('says what cannot be seen of it', () => {
    expect(importMemoryMap(SOURCE, 'board.dts').notes).toEqual([
      'device-tree-source counts nothing: properties and nodes that are missing or moved cannot be seen',
    ]);
  });
});

describe('a device tree blob', () => {
  it('says what its source says', () => {
    expect(importBytes(BLOB, 'board.dtb').entries).toEqual(importMemoryMap(SOURCE, 'board.dts').entries);
    expect(importBytes(BLOB, 'board.dtb').map.name).toBe('board');
  });

  it('is refused wherever it is cut', () => {
    for (let length = 4; length < BLOB.length; length += 1)
      expect(
        refusal(() => importBytes(BLOB.subarray(0, length), 'board.dtb')),
        `${length} bytes`,
      ).toMatch(/^board.dtb: expected \S/);
  });

  it('never ends in anything but a map or an error of one line, whatever byte is changed', () => {
    let refused = 0;
    for (let at = 4; at < BLOB.length; at += 1) {
      const bytes = Uint8Array.from(BLOB);
      bytes[at] = (bytes[at] ?? 0) ^ 0x15;
      if (refusal(() => importBytes(bytes, 'board.dtb')) !== 'nothing was refused') refused += 1;
    }
    expect(refused).toBeGreaterThan(100);
  });
});
