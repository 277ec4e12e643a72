/** The moves of the shrinker, in the order in which they are tried: those that win much for little first. */
import type { Draft } from '../draft.ts';
import type { Counterexample } from '../trials.ts';
import { moveRun, simplifyArguments } from './arguments.ts';
import { freeBootMemory } from './boot-memory.ts';
import { closeGaps, plainBursts } from './bursts.ts';
import { reorder, simplifyCalls, useAddresses } from './calls.ts';
import { dropPages, lowerCounts } from './counts.ts';
import { deleteOne, deleteStretches, deleteThree, deleteTwo, startAtEnd, startLater } from './delete.ts';
import {
  dropDescriptors,
  joinDescriptors,
  lowerLimit,
  removePageFrames,
  shortenDescriptors,
  simplifyTypes,
  sortDescriptors,
  swapNeighbours,
  useDefaultHigherHalf,
} from './map.ts';
import { mergeOperations } from './merge.ts';
import { shortenBatches, simplifyReferences } from './references.ts';

/** Lists drafts that may be simpler than a counterexample's. Those that are simpler are tried, in this order. */
export type Move = (counterexample: Counterexample) => Iterable<Draft>;

/** The moves that leave the program as it is, for one that is cut as short as it gets and takes long to run. */
export const WORLD_MOVES: readonly Move[] = [
  dropDescriptors,
  useDefaultHigherHalf,
  simplifyTypes,
  lowerLimit,
  joinDescriptors,
  sortDescriptors,
  closeGaps,
];

/** The moves that come first then, each of which changes the whole program or its world at once. */
export const BURST_MOVES: readonly Move[] = [startAtEnd, dropDescriptors, plainBursts, closeGaps];

export const MOVES: readonly Move[] = [
  startLater,
  deleteStretches,
  deleteOne,
  freeBootMemory,
  dropDescriptors,
  mergeOperations,
  simplifyCalls,
  useDefaultHigherHalf,
  simplifyTypes,
  shortenBatches,
  lowerCounts,
  simplifyArguments,
  joinDescriptors,
  shortenDescriptors,
  removePageFrames,
  moveRun,
  simplifyReferences,
  dropPages,
  lowerLimit,
  sortDescriptors,
  swapNeighbours,
  deleteTwo,
  deleteThree,
  useAddresses,
  reorder,
];
