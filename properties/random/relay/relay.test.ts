import { expect, it } from 'vitest';
import { OURS, type Target } from '../../../runner/index.ts';
import { config, memoryMap, STANDARD_CALLS, WHOLE } from '../../../spec/index.ts';
import { repertoire } from '../arbitraries/operations.ts';
import type { DrawnProgram } from '../commands.ts';
import { Relay } from './relay.ts';

const DRAWN: DrawnProgram = {
  world: {
    map: memoryMap([{ type: 'conventional', start: 0n, pages: 4 }]),
    config: config({ bitmapMaxAddr: 0n }),
  },
  calls: repertoire(0, STANDARD_CALLS),
  commands: [],
};

/** Runs programs in a relay, of which one does not hold. Returns what happened to which. */
function relayed(programs: number, broken: number): readonly string[] {
  const seen: string[] = [];
  let [started, judged] = [0, 0];
  const target: Pick<Target, 'policies' | 'profile' | 'start'> = {
    policies: [],
    profile: WHOLE,
    start: (world) => {
      const n = started++;
      seen.push(`start ${n}`);
      return { ...OURS.start(world), drop: () => seen.push(`drop ${n}`) };
    },
  };
  const relay = new Relay({ ...OURS, ...target }, () => {
    seen.push(`judge ${judged}`);
    return judged++ !== broken;
  });
  for (let i = 0; i < programs && relay.next(DRAWN); i += 1);
  relay.last();
  return seen;
}

it('programs run ahead of the judge, are judged in order, and are given up once one does not hold', () => {
  expect(relayed(6, -1).filter((what) => what.startsWith('judge'))).toHaveLength(6);
  expect(relayed(100, 1).join(', ')).toBe(
    'start 0, start 1, start 2, start 3, start 4, judge 0, start 5, judge 1, drop 2, drop 3, drop 4, drop 5',
  );
});
