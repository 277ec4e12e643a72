import { describe, expect, it } from 'vitest';
import { pageCount, pfn } from '../spec/index.ts';
import { SimulatedMemory } from './simulated-memory.ts';

const LAST_WORD = (1n << 56n) - 8n;

describe('simulated memory', () => {
  it('holds what was written last, in 64 bits, and something where nothing was', () => {
    const memory = new SimulatedMemory();
    const written = [0n, 8n, 56n, 64n, 0x7000n, 1n << 53n, (1n << 53n) + 8n, LAST_WORD];
    for (const address of written) memory.write(address, address + 1n);
    memory.write(8n, -1n);
    expect(written.map((address) => memory.read(address))).toEqual(
      written.map((address) => (address === 8n ? 2n ** 64n - 1n : address + 1n)),
    );
    for (const address of [16n, 72n, 0x8000n, LAST_WORD - 8n])
      expect(memory.read(address)).toBeGreaterThan(0n);
  });

  it('tells which page frames were written to, each once', () => {
    const memory = new SimulatedMemory();
    for (const address of [0x7000n, 0x7008n, 0x3000n, 0x7010n]) memory.write(address, 0n);
    expect(memory.takeWrites()).toEqual([7, 3]);
    memory.write(0x7018n, 0n);
    expect(memory.takeWrites()).toEqual([7]);
    expect(memory.takeWrites()).toEqual([]);
  });

  it('tells which page frames are handed out without being zeroed, down to the last word', () => {
    const memory = new SimulatedMemory();
    const zero = (frame: number): void => {
      for (let word = 0; word < 512; word += 1) memory.write(BigInt(frame * 4096 + word * 8), 0n);
    };
    for (const frame of [4, 5]) zero(frame);
    memory.write(0x5ff8n, 1n);
    const runs = [{ base: pfn(4), count: pageCount(3) }];
    expect(memory.handedOut(runs)).toEqual([5, 6]);
    zero(5);
    expect(memory.handedOut(runs)).toEqual([4, 6]);
  });

  it.each([-8n, 4n, LAST_WORD + 8n])('has no word at address %s', (address) => {
    const memory = new SimulatedMemory();
    const message = `physical address ${address} is not a multiple of 8 below 2^56`;
    expect(() => memory.read(address)).toThrow(message);
    expect(() => memory.write(address, 0n)).toThrow(message);
  });
});
