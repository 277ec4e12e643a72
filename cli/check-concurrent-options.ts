/** The options of `frameproof check --concurrent`, and which options of `check` do not go with it. */
import { SpecError } from '../spec/index.ts';

export interface ConcurrentOptions {
  readonly concurrent?: boolean;
  readonly calls?: number;
  readonly exhaustive?: boolean;
}

/** Options of a check in one thread of calls. */
const SEQUENTIAL_ONLY = [
  'time',
  'operations',
  'shard',
  'results',
  'shrinkTime',
  'stopFirst',
  'programTime',
  'stats',
  'junit',
  'profile',
] as const;
const CONCURRENT_ONLY = ['calls', 'exhaustive'] as const;

function flagOf(option: string): string {
  return `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Throws `SpecError` where an option was given that does not go with the others; `isGiven` says which were. */
export function refuseMixed(isConcurrent: boolean, isGiven: (option: string) => boolean): void {
  const [wrong] = (isConcurrent ? SEQUENTIAL_ONLY : CONCURRENT_ONLY).filter(isGiven);
  if (wrong === undefined) return;
  throw new SpecError(`${flagOf(wrong)}: ${isConcurrent ? 'does not go' : 'goes'} with --concurrent`);
}
