import { describe, expect, it } from 'vitest';
import { config, memoryMap } from '../spec/index.ts';
import { ProgramTime } from './program-time.ts';

const worldOf = (pages: number) => ({
  map: memoryMap([{ type: 'conventional', start: 0n, pages }]),
  config: config(),
});
const SMALL = worldOf(16);

describe('the time of programs', () => {
  it('grows with the program and with the map, up to a minute', () => {
    const time = new ProgramTime(1000);
    expect(time.limitOf(SMALL, 0)).toBe(1001);
    expect(time.limitOf(SMALL, 20_000)).toBe(21_001);
    expect(time.limitOf(worldOf(2 ** 24), 0)).toBe(2678);
    expect(time.limitOf(worldOf(2 ** 32), 0)).toBe(60_000);
  });

  it('is what --program-time says, where that is more than a minute', () => {
    expect(new ProgramTime(600_000).limitOf(SMALL, 20_000)).toBe(600_000);
  });

  it('is confirmed with ten times as much, and only once', () => {
    const time = new ProgramTime(100);
    const asked: number[] = [];
    const attempt = (ms: number): null => {
      asked.push(ms);
      return null;
    };
    expect(time.confirm(100, attempt)).toBeNull();
    expect(time.confirm(100, attempt)).toBeNull();
    expect(asked).toEqual([1000]);
    expect(time.limitOf(worldOf(1), 0)).toBe(11);
    expect(time.message).toBe(
      'still running after 1 s: if it is slow, pass --program-time, or claim memoryBelow',
    );
  });

  it('is not less for a target that was only slow', () => {
    const time = new ProgramTime(100);
    expect(time.confirm(100, () => 'answered')).toBe('answered');
    expect(time.limitOf(worldOf(1), 0)).toBe(101);
  });
});
