import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawsFrom } from '../../properties/random/index.ts';
import { dumpsIn, FIXTURES } from './dumps.ts';
import { EDITS, edited } from './edits.ts';
import { tableOf } from './report.ts';
import { OUTCOMES, tried } from './trial.ts';

const MAPS = join(import.meta.dirname, '../../../shared/maps');

describe('edited memory maps', () => {
  it('are never read as another map without a word: a part of `npm run maps:mutate`, which tries 100,000', () => {
    const dumps = [FIXTURES, MAPS, join(MAPS, 'more')].flatMap(dumpsIn);
    const trial = tried(dumps, 6000, 1);
    console.log(tableOf(trial).split('\n').slice(-3).join('\n'));
    expect(trial.findings.map(({ name, edit }) => `${name}, ${edit}`)).toEqual([]);
    // Every outcome but that one is met, so the edits do something and the trial tells them apart.
    const met = OUTCOMES.filter((outcome) => trial.tallies.some(({ counts }) => counts[outcome] > 0));
    expect(met).toEqual(['same', 'refused', 'warned', 'named', 'noted']);
  });

  it('are found out where a reader would be silent: a dump that is read as a map it is not', () => {
    const [dump, other] = dumpsIn(FIXTURES).filter(
      ({ map }) => map.notation === 'seabios-e820' || map.notation === 'smap',
    );
    if (dump === undefined || other === undefined) throw new Error('two fixtures are expected');
    const swapped = tried([{ ...dump, map: other.map }], 16, 1);
    expect(swapped.tallies.some(({ counts }) => counts.silent > 0)).toBe(true);
    expect(swapped.findings.length).toBeGreaterThan(0);
  });

  it('change by one line, and the same seed makes the same edits', () => {
    const text = ['one', 'two three', 'four', ''].join('\n');
    for (const edit of EDITS) {
      const [once, again] = [1, 1].map((seed) => edited(text, edit, 'five\n', drawsFrom(seed)));
      expect(again).toBe(once);
    }
    expect(edited(text, 'lost', '', drawsFrom(1)).split('\n')).toHaveLength(3);
    expect(edited(text, 'doubled', '', drawsFrom(1)).split('\n')).toHaveLength(5);
    expect(edited(text, 'joined', 'five\n', drawsFrom(1))).toBe(`${text}five\n`);
  });
});
