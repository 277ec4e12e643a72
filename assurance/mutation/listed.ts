/**
 * The list of mutants that are meant to survive, with the reasons: `survivors.json`. For each file of code it names functions,
 * how many mutants of each mutator survive in each of them, and why. It names no text of lines, so that it outlives edits that
 * change nothing about them.
 */
import * as t from 'io-ts';
import { decode, parseJson } from '../../spec/index.ts';
import type { MutantName } from './report.ts';

/** Mutants that survive for one reason: the same number in each function of `within`. */
const Group = t.readonly(
  t.type({
    within: t.readonlyArray(t.string),
    /** By mutator. */
    survivors: t.record(t.string, t.Int),
    reason: t.string,
  }),
);

const Groups = t.record(t.string, t.readonlyArray(Group), 'listed survivors by file');

/** Mutants of one mutator that survive in one function for one reason. A function may have several such entries. */
export interface Listed extends MutantName {
  readonly survivors: number;
  readonly reason: string;
}

/** Returns the entries of a list; throws `SpecError` where it is malformed. */
export function readListed(text: string, source: string): readonly Listed[] {
  const files = decode(Groups, parseJson(text, source), source);
  return Object.entries(files).flatMap(([file, groups]) =>
    groups.flatMap(({ within: functions, survivors: byMutator, reason }) =>
      functions.flatMap((within) =>
        Object.entries(byMutator).map(([mutator, survivors]) => ({
          file,
          within,
          mutator,
          survivors,
          reason,
        })),
      ),
    ),
  );
}
