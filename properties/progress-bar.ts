/**
 * Progress bars on standard error, where that is a terminal. The library that draws them is loaded only there. The cursor stays
 * visible and lines wrap, so that a command that Ctrl-C ends leaves no terminal to repair.
 */
import type { SingleBar } from 'cli-progress';

/** Returns a bar that was not started yet, or null where it is not to be shown or there is no terminal. A stopped bar is gone. */
export async function openBar(format: string, isShown = true): Promise<SingleBar | null> {
  if (!isShown || !process.stderr.isTTY) return null;
  const { default: progress } = await import('cli-progress');
  return new progress.SingleBar({ format, clearOnComplete: true, linewrap: true, stream: process.stderr });
}

/** Yields items one after the other, under a bar that counts those done and names the one under way. */
export async function* withBar<T>(items: readonly T[], nameOf: (item: T) => string): AsyncGenerator<T> {
  const bar = await openBar('{bar} {value} of {total}: {name}');
  bar?.start(items.length, 0, { name: '' });
  try {
    for (const [done, item] of items.entries()) {
      bar?.update(done, { name: nameOf(item) });
      yield item;
    }
  } finally {
    bar?.stop();
  }
}
