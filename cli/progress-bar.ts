/**
 * Progress bars on standard error, where that is a terminal. The library that draws them is loaded only there. The cursor stays
 * visible and lines wrap, so that a command that Ctrl-C ends leaves no terminal to repair.
 */

/** A bar of the library, as far as it is used here. The payload fills in the names of the format. */
export interface ProgressBar {
  readonly isActive: boolean;
  start(total: number, value: number, payload: Readonly<Record<string, string | number>>): void;
  update(value: number, payload: Readonly<Record<string, string | number>>): void;
  setTotal(total: number): void;
  stop(): void;
}

/** Returns a bar that was not started yet, or null where it is not to be shown or there is no terminal. A stopped bar is gone. */
export async function openBar(format: string, isShown = true): Promise<ProgressBar | null> {
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
