/** Progress bars on a terminal; nothing where standard error is none. */
import type { SingleBar } from 'cli-progress';
import type { Progress } from '../properties/random/index.ts';

interface BarOptions {
  readonly programs: number;
  readonly seconds: number | undefined;
  readonly isShown: boolean;
}

/** A bar that follows a campaign. */
export interface CampaignBar {
  readonly update: (progress: Progress) => void;
  stop(): void;
}

/** Bars are loaded where there is a terminal to draw them on. */
async function emptyBar(format: string): Promise<SingleBar> {
  const { default: progress } = await import('cli-progress');
  return new progress.SingleBar({ format, clearOnComplete: true, hideCursor: true, stream: process.stderr });
}

const FORMAT = '{bar} {percentage}%  {programs} programs, {rate} operations/s';

/** Returns a bar that follows a campaign by programs, or by seconds where they are what bounds it. */
export async function progressBar({ programs, seconds, isShown }: BarOptions): Promise<CampaignBar> {
  if (!isShown || !process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const bar = await emptyBar(FORMAT);
  bar.start(seconds ?? programs, 0, { programs: 0, rate: '-' });
  return {
    update: ({ programs: done, operations, seconds: elapsed }) => {
      const rate = elapsed > 0 ? Math.round(operations / elapsed).toLocaleString('en-US') : '-';
      bar.update(seconds === undefined ? done : Math.min(elapsed, seconds), { programs: done, rate });
    },
    stop: () => bar.stop(),
  };
}

/** What a search has come to, by and large. */
interface SearchCounts {
  readonly states: number;
  readonly transitions: number;
  /** Operations in the programs under way; null where they have no one length. */
  readonly depth: number | null;
}

/** A bar that follows a search. */
export interface SearchBar {
  readonly update: (counts: SearchCounts) => void;
  stop(): void;
}

const SEARCH_FORMAT = '{bar} {total} states{depth}, {rate} transitions/s';

/** Returns a bar that shows how many of the states met so far have had all operations performed. */
export async function searchBar(operations: number, isShown: boolean): Promise<SearchBar> {
  if (!isShown || !process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const bar = await emptyBar(SEARCH_FORMAT);
  const start = performance.now();
  bar.start(1, 0, { depth: '', rate: '-' });
  return {
    update: ({ states, transitions, depth }) => {
      const rate = Math.round((1000 * transitions) / (performance.now() - start)).toLocaleString('en-US');
      bar.setTotal(Math.max(1, states));
      const shown = depth === null ? '' : `, depth ${depth}`;
      bar.update(Math.min(states, Math.floor(transitions / operations)), { depth: shown, rate });
    },
    stop: () => bar.stop(),
  };
}
