/** The progress bars of commands: the text beside each, and the numbers that it follows. */
import type { Progress } from '../properties/random/index.ts';
import { openBar } from './progress-bar.ts';

interface CampaignBounds {
  readonly programs: number;
  readonly seconds: number | undefined;
}

/** A bar that is told of the progress made. */
interface Bar<A extends readonly unknown[]> {
  readonly update: (...progress: A) => void;
  readonly stop: () => void;
}

function perSecond(count: number, seconds: number): string {
  return seconds > 0 ? Math.round(count / seconds).toLocaleString('en-US') : '-';
}

/** Returns a bar that follows a campaign by programs, or by seconds where they are what bounds it. */
export async function campaignBar({ programs, seconds }: CampaignBounds): Promise<Bar<[Progress]>> {
  const bar = await openBar('{bar} {percentage}%  {programs} programs, {rate} operations/s');
  bar.start(seconds ?? programs, 0, { programs: 0, rate: '-' });
  return {
    update: ({ programs: done, operations, seconds: elapsed }) =>
      bar.update(seconds === undefined ? done : Math.min(elapsed, seconds), {
        programs: done,
        rate: perSecond(operations, elapsed),
      }),
    stop: () => bar.stop(),
  };
}

/** Returns a bar that follows a number of operations, or counts them where nobody knows how many there will be. */
export async function workBar(total: number | null, done: string): Promise<Bar<[operations: number]>> {
  const all = total === null ? '{value}' : '{bar} {value} of {total}';
  const bar = await openBar(`${all} operations ${done}, {rate}/s`);
  const start = performance.now();
  bar.start(total ?? 0, 0, { rate: '-' });
  return {
    update: (operations) =>
      bar.update(operations, { rate: perSecond(operations, (performance.now() - start) / 1000) }),
    stop: () => bar.stop(),
  };
}

interface SearchCounts {
  readonly states: number;
  readonly transitions: number;
  /** Operations in the programs under way; null where they have no one length. */
  readonly depth: number | null;
}

/** Returns a bar that shows how many of the states met so far have had all operations performed. */
export async function searchBar(operations: number): Promise<Bar<[SearchCounts]>> {
  const bar = await openBar('{bar} {total} states{depth}, {rate} transitions/s');
  const start = performance.now();
  bar.start(1, 0, { depth: '', rate: '-' });
  return {
    update: ({ states, transitions, depth }) => {
      bar.setTotal(Math.max(1, states));
      bar.update(Math.min(states, Math.floor(transitions / operations)), {
        depth: depth === null ? '' : `, depth ${depth}`,
        rate: perSecond(transitions, (performance.now() - start) / 1000),
      });
    },
    stop: () => bar.stop(),
  };
}

/** Returns a bar that follows one phase after the other, each with a number of parts known in advance; between two it is gone. */
export async function phaseBar(): Promise<Bar<[phase: string, done: number, of: number]>> {
  const bar = await openBar('{bar} {phase}: {value} of {total}');
  return {
    update: (phase, done, of) => {
      if (bar.isActive) bar.update(done, { phase });
      else bar.start(of, done, { phase });
      if (done === of) bar.stop();
    },
    stop: () => bar.stop(),
  };
}
