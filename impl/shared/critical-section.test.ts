/** The critical section: what its guard is told on each way out of it. */
import { describe, expect, test } from 'vitest';
import { PmmPanic } from '../../spec/index.ts';
import { CriticalSection } from './critical-section.ts';
import type { Guard } from './lock.ts';

/** Runs an act in a critical section. Returns what came out of it, and what the guard was told. */
function told(act: () => unknown): { readonly came: unknown; readonly told: readonly string[] } {
  const told: string[] = [];
  const guard: Guard = {
    enter: (visit) => told.push(`enter ${visit}`),
    leave: () => told.push('leave'),
    noteBroken: () => told.push('broken'),
  };
  const run = (): unknown => {
    try {
      return new CriticalSection(guard).run('free', () => {
        told.push('inside');
        return act();
      });
    } catch (error) {
      return error;
    }
  };
  return { came: run(), told };
}

function thrown(error: Error): () => never {
  return () => {
    throw error;
  };
}

describe('a critical section', () => {
  test('is left after what was done inside, and returns it', () => {
    expect(told(() => 7)).toEqual({ came: 7, told: ['enter free', 'inside', 'leave'] });
  });

  test('is left by a panic over misuse, which breaks nothing', () => {
    const panic = new PmmPanic('misuse', { call: 'free', pfn: null, owner: null });
    expect(told(thrown(panic))).toEqual({ came: panic, told: ['enter free', 'inside', 'leave'] });
  });

  test('is left as broken by any other error', () => {
    const defect = new RangeError('a defect');
    expect(told(thrown(defect))).toEqual({ came: defect, told: ['enter free', 'inside', 'broken', 'leave'] });
  });
});
