/**
 * Progress, of every command in the same way: a bar on standard error where that is a terminal, a line every ten seconds elsewhere. The
 * library that draws bars is loaded only on terminals. The cursor stays visible and lines wrap, so that a command that Ctrl-C ends leaves
 * no terminal to repair. The lines are printed by the supervisor, which is never busy.
 */
import { reportProgress } from './supervised.ts';

/** Fills in the names of a format. */
type Payload = Readonly<Record<string, string | number>>;

/** A bar of the library, as far as it is used here. A stopped bar is gone, and may be started again. */
export interface ProgressBar {
  readonly isActive: boolean;
  start(total: number, value: number, payload: Payload): void;
  update(value: number, payload: Payload): void;
  setTotal(total: number): void;
  stop(): void;
}

/** Between two reports; the supervisor prints far fewer. */
const REPORT_MS = 500;

/** The same bar as text, where nobody sees it move. */
class ReportedBar implements ProgressBar {
  isActive = false;
  readonly #format: string;
  readonly #report: (text: string) => void;
  #total = 0;
  #next = 0;

  constructor(format: string, report: (text: string) => void) {
    this.#format = format.replace('{bar} ', '');
    this.#report = report;
  }

  start(total: number, value: number, payload: Payload): void {
    this.isActive = true;
    this.#total = total;
    this.#next = 0;
    this.update(value, payload);
  }

  update(value: number, payload: Payload): void {
    const now = performance.now();
    if (!this.isActive || now < this.#next) return;
    this.#next = now + REPORT_MS;
    const percentage = Math.floor((100 * value) / Math.max(1, this.#total));
    const known: Payload = { value, total: this.#total, percentage, ...payload };
    this.#report(this.#format.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(known[name] ?? '')));
  }

  setTotal(total: number): void {
    this.#total = total;
  }

  stop(): void {
    if (this.isActive) this.#report('');
    this.isActive = false;
  }
}

/** Returns a bar that was not started yet. */
export async function openBar(
  format: string,
  report: (text: string) => void = reportProgress,
): Promise<ProgressBar> {
  if (!process.stderr.isTTY) return new ReportedBar(format, report);
  const { default: progress } = await import('cli-progress');
  return new progress.SingleBar({ format, clearOnComplete: true, linewrap: true, stream: process.stderr });
}

/** Yields items one after the other, under a bar that counts those done and names the one under way. */
export async function* withBar<T>(items: readonly T[], nameOf: (item: T) => string): AsyncGenerator<T> {
  const bar = await openBar('{bar} {value} of {total}: {name}');
  bar.start(items.length, 0, { name: '' });
  try {
    for (const [done, item] of items.entries()) {
      bar.update(done, { name: nameOf(item) });
      yield item;
    }
  } finally {
    bar.stop();
  }
}
