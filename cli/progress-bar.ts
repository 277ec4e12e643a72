/**
 * Progress, of every command in the same way: a bar on standard error where that is a terminal, a line every ten seconds elsewhere (and
 * where `CI` is set: a log shows every step of a bar). Where the total is known, both say how long it will take. The
 * library that draws bars is loaded only on terminals. The cursor stays visible and lines wrap, so that a command that Ctrl-C ends leaves
 * no terminal to repair. The lines are printed by the supervisor, which is never busy.
 */
import type { Progress } from '../properties/random/index.ts';
import { drawsBars } from './exit-codes.ts';
import { streams } from './print.ts';
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

/** Returns the time that the rest takes at the same speed, behind a comma; nothing while it cannot be told. */
export function timeLeft(seconds: number, done: number, total: number): string {
  // A moment of it says little about the rest.
  if (seconds < 1 || done <= 0 || done >= total) return '';
  const left = (seconds * (total - done)) / done;
  if (left < 90) return `, ${Math.ceil(left)} s left`;
  return left < 5400 ? `, ${Math.round(left / 60)} min left` : `, ${(left / 3600).toFixed(1)} h left`;
}

/** A bar that knows how long it will take: `{left}` in its format. */
class EstimatingBar implements ProgressBar {
  readonly #bar: ProgressBar;
  #start = 0;
  #total = 0;

  constructor(bar: ProgressBar) {
    this.#bar = bar;
  }

  get isActive(): boolean {
    return this.#bar.isActive;
  }

  start(total: number, value: number, payload: Payload): void {
    this.#start = performance.now();
    this.#total = total;
    this.#bar.start(total, value, { left: '', ...payload });
  }

  update(value: number, payload: Payload): void {
    const seconds = (performance.now() - this.#start) / 1000;
    this.#bar.update(value, { left: timeLeft(seconds, value, this.#total), ...payload });
  }

  setTotal(total: number): void {
    this.#total = total;
    this.#bar.setTotal(total);
  }

  stop(): void {
    this.#bar.stop();
  }
}

/** Returns a bar that was not started yet. */
export async function openBar(
  format: string,
  report: (text: string) => void = reportProgress,
): Promise<ProgressBar> {
  if (!drawsBars()) return new EstimatingBar(new ReportedBar(format, report));
  const { default: progress } = await import('cli-progress');
  const settings = { format, clearOnComplete: true, linewrap: true, stream: process.stderr };
  return new EstimatingBar(new progress.SingleBar(settings));
}

/** Clears the line of a bar, for text to take its place. The bar is drawn again below. */
export function clearBar(): void {
  if (drawsBars()) streams.err('\r\u001b[K');
}

/** Yields items one after the other, under a bar that counts those done and names the one under way. */
export async function* withBar<T>(items: readonly T[], nameOf: (item: T) => string): AsyncGenerator<T> {
  const bar = await openBar('{bar} {value} of {total}: {name}{left}');
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
  const bar = await openBar('{bar} {percentage}%  {programs} programs, {rate} operations/s{left}');
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

/** Returns a bar that follows a number of operations. */
export async function workBar(total: number, done: string): Promise<Bar<[operations: number]>> {
  const bar = await openBar(`{bar} {value} of {total} operations ${done}, {rate}/s{left}`);
  const start = performance.now();
  bar.start(total, 0, { rate: '-' });
  return {
    update: (operations) =>
      bar.update(operations, { rate: perSecond(operations, (performance.now() - start) / 1000) }),
    stop: () => bar.stop(),
  };
}

/** Returns a bar that counts the operations of a log, and the page frames that callers hold. */
export async function judgeBar(): Promise<Bar<[operations: number, held: number]>> {
  const bar = await openBar('{value} operations judged, {rate}/s, {held} page frames held');
  const start = performance.now();
  bar.start(0, 0, { rate: '-', held: 0 });
  return {
    update: (operations, held) =>
      bar.update(operations, { rate: perSecond(operations, (performance.now() - start) / 1000), held }),
    stop: () => bar.stop(),
  };
}

/** Returns a bar that follows the time of a step that has so much, with a count behind what it does. It is there once that is known. */
async function timedBar(seconds: number, what: string): Promise<Bar<[count: number]>> {
  const bar = await openBar(`{bar} ${what}{left}`);
  let start = 0;
  const update = (count: number): void => {
    if (!bar.isActive) {
      start = performance.now();
      bar.start(seconds, 0, { count });
    }
    bar.update(Math.min(seconds, (performance.now() - start) / 1000), { count });
  };
  return { update, stop: () => bar.stop() };
}

/** Returns a bar that follows the time of shrinking, with the size of the simplest program so far. */
export function shrinkBar(seconds: number): Promise<Bar<[operations: number]>> {
  return timedBar(seconds, 'shrinking: {count} operations so far');
}

/** Returns a bar that follows the search for a shorter program. */
export function certifyBar(seconds: number): Promise<Bar<[tried: number]>> {
  return timedBar(seconds, 'looking for a shorter one: {count} tried');
}

interface SearchCounts {
  readonly states: number;
  readonly transitions: number;
  /** Operations in the programs under way; null where they have no one length. */
  readonly depth: number | null;
  /** After the search: how many states of how many are counted. */
  readonly counted: { readonly done: number; readonly of: number } | null;
}

/** Returns a bar that shows how many of the states met so far have had all operations performed, then how many are counted. */
export async function searchBar(operations: number): Promise<Bar<[SearchCounts]>> {
  const bar = await openBar('{bar} {total} states{depth}, {rate} transitions/s');
  const counting = await phaseBar();
  const start = performance.now();
  bar.start(1, 0, { depth: '', rate: '-' });
  return {
    update: ({ states, transitions, depth, counted }) => {
      if (counted !== null) {
        if (bar.isActive) bar.stop();
        counting.update('counting states', counted.done, counted.of);
        return;
      }
      bar.setTotal(Math.max(1, states));
      bar.update(Math.min(states, Math.floor(transitions / operations)), {
        depth: depth === null ? '' : `, depth ${depth}`,
        rate: perSecond(transitions, (performance.now() - start) / 1000),
      });
    },
    stop: () => {
      bar.stop();
      counting.stop();
    },
  };
}

/** Returns a bar that follows one phase after the other, each with a number of parts known in advance; between two it is gone. */
export async function phaseBar(): Promise<Bar<[phase: string, done: number, of: number]>> {
  const bar = await openBar('{bar} {phase}: {value} of {total}{left}');
  let present = '';
  return {
    update: (phase, done, of) => {
      // One that a find ended stands where it was.
      if (bar.isActive && phase !== present) bar.stop();
      present = phase;
      if (bar.isActive) bar.update(done, { phase });
      else bar.start(of, done, { phase });
      if (done === of) bar.stop();
    },
    stop: () => bar.stop(),
  };
}
