/** Progress bars on a terminal; nothing where standard error is none. */
import { SingleBar } from 'cli-progress';
import type { Progress } from '../properties/index.ts';

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

const FORMAT = '{bar} {percentage}%  {programs} programs, {rate} operations/s';

/** Returns a bar that follows a campaign by programs, or by seconds where they are what bounds it. */
export function progressBar({ programs, seconds, isShown }: BarOptions): CampaignBar {
  if (!isShown || !process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const bar = new SingleBar({
    format: FORMAT,
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
  });
  bar.start(seconds ?? programs, 0, { programs: 0, rate: '-' });
  return {
    update: ({ programs: done, operations, seconds: elapsed }) => {
      const rate = elapsed > 0 ? Math.round(operations / elapsed).toLocaleString('en-US') : '-';
      bar.update(seconds === undefined ? done : Math.min(elapsed, seconds), { programs: done, rate });
    },
    stop: () => bar.stop(),
  };
}
