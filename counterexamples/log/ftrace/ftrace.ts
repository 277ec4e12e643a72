/**
 * Traces of Linux: the events `kmem:mm_page_alloc` and `kmem:mm_page_free` as a log, in the text of the trace file, of the console
 * (`tp_printk`), of trace-cmd or of perf.
 *
 *     init-91  [001] .....     2.262450: mm_page_alloc: page=00000000a1b2c3d4 pfn=0x5ff5 order=2 migratetype=0 gfp_flags=GFP_KERNEL
 *               └ CPU           └ seconds                                └ the first of 2^2 page frames
 *
 * Linux logs an allocation after it has taken the page frames, and a free before it gives them back, so that the two never overlap in
 * a log whose order is that of time. It does not log every allocation: bulk ones are missing. The clocks of two processors may be
 * apart by microseconds: where an allocation on one is followed that soon by a free on another, either may have been first.
 */
import {
  addressOf,
  config,
  decodeProfile,
  type MemoryMap,
  type Operation,
  type Outcome,
  pageCount,
  pfn,
  type Region,
  toHigherHalf,
  U64_MAX,
} from '../../../spec/index.ts';
import type { Delivery } from '../console/index.ts';
import type { Line } from '../lines.ts';
import type { LogEntry, LogReader } from '../log-format.ts';

/** One event. */
interface PageEvent extends Region {
  readonly kind: 'alloc' | 'free';
  readonly order: number;
  /** Null where the line does not say. */
  readonly cpu: string | null;
  readonly seconds: number | null;
  readonly line: number;
  /** Whether nobody can say what came first, it or an event of another processor. */
  isAmbiguous: boolean;
}

const EVENT = /\bmm_page_(alloc|free): .*?\bpfn=(0x[0-9a-f]+|\d+) order=(\d+)/;
const STAMP = /(?:\[(\d{3,4})\].*?)?\b(\d+\.\d{6,9})[:\]]/;
const LOST = /\[LOST (\d+) EVENTS\]/;
/** An allocation that failed has no page. */
const NO_PAGE = /\bpage=(0{8,16}|\(nil\)|\(null\)|\(____ptrval____\)) pfn=(?:0x0|0) /;
/** Clocks of processors are synchronized to less than this. */
const SLACK_SECONDS = 10e-6;

const CONFIG = config({ bitmapMaxAddr: 0n });
/** The claims of Linux's page allocator, as far as its events show them. */
const PROFILE = decodeProfile(
  {
    calls: ['alloc', 'allocBitmap', 'free', 'freeRegion'],
    zones: 1,
    contiguous: 'powers-of-two',
    failures: [],
  },
  'ftrace',
);
const MOST_ORDER = 20;

/** Events take a few hundred. */
const LONGEST_LINE = 4096;

/** Returns the event on a line, or null. */
function eventIn(text: string, line: number): PageEvent | null {
  if (text.length > LONGEST_LINE) return null;
  const [, kind, frame = '', orderText = ''] = EVENT.exec(text) ?? [];
  const [first, order] = [Number(frame), Number(orderText)];
  if ((kind !== 'alloc' && kind !== 'free') || order > MOST_ORDER || first >= 2 ** 40) return null;
  const [, cpu = null, seconds] = STAMP.exec(text) ?? [];
  const count = NO_PAGE.test(text) && kind === 'alloc' ? 0 : 2 ** order;
  return {
    kind,
    base: pfn(first),
    count: pageCount(count),
    order,
    cpu,
    seconds: seconds === undefined ? null : Number(seconds),
    line,
    isAmbiguous: false,
  };
}

function overlap(a: Region, b: Region): boolean {
  return a.base < b.base + b.count && b.base < a.base + a.count;
}

function entryOf({ kind, base, count, order }: PageEvent): LogEntry {
  const address = toHigherHalf(CONFIG, addressOf(base));
  const pages = BigInt(2 ** order);
  const run = { call: 'allocBitmap', count: pages, maxAddr: U64_MAX, alignment: pages << 12n } as const;
  const allocation: Operation = order === 0 ? { call: 'alloc' } : run;
  const free: Operation =
    order === 0 ? { call: 'free', address } : { call: 'freeRegion', address, count: pages };
  const granted: Outcome = count === 0 ? { kind: 'failed' } : { kind: 'address', address };
  return kind === 'alloc'
    ? { operation: allocation, response: { outcome: granted } }
    : { operation: free, response: { outcome: { kind: 'done' } } };
}

/** Takes the text of a trace line by line, and passes its events to a reader. */
export class FtraceDecoder {
  readonly #reader: LogReader;
  /** Events that another processor's may still come before. */
  #waiting: PageEvent[] = [];
  #events = 0;
  #lost = 0;

  constructor(reader: LogReader, map: MemoryMap) {
    this.#reader = reader;
    reader.onHeader({
      map,
      config: CONFIG,
      policies: [],
      profile: PROFILE,
      start: 'running',
      unseen: 'allocations',
    });
  }

  get isEmpty(): boolean {
    return this.#events === 0;
  }

  get delivery(): Delivery {
    const none = { lostNumbers: [], damaged: 0, repeated: 0, outOfOrder: 0, unknown: null };
    return { boots: 1, lost: this.#lost, ...none };
  }

  /** Takes one line. Returns whether to go on. */
  take({ text, number }: Line): boolean {
    const event = eventIn(text, number);
    if (event !== null) return this.#takeEvent(event);
    const [, lost] = LOST.exec(text) ?? [];
    if (lost === undefined) return true;
    this.#lost += Number(lost);
    return this.#flush(Number.POSITIVE_INFINITY) && this.#reader.onLoss(null);
  }

  /** Takes note of the end of the trace. Returns whether what was left holds. */
  end(): boolean {
    return this.#flush(Number.POSITIVE_INFINITY);
  }

  #takeEvent(event: PageEvent): boolean {
    this.#events += 1;
    if (event.seconds === null) return this.#flush(Number.POSITIVE_INFINITY) && this.#pass(event);
    if (!this.#flush(event.seconds - SLACK_SECONDS)) return false;
    if (event.kind === 'free') this.#doubt(event);
    this.#waiting.push(event);
    return true;
  }

  /** Marks a free and the allocations just before it, by other processors, that it may belong before. */
  #doubt(free: PageEvent): void {
    for (const earlier of this.#waiting)
      if (earlier.kind === 'alloc' && earlier.cpu !== free.cpu && overlap(earlier, free)) {
        earlier.isAmbiguous = true;
        free.isAmbiguous = true;
      }
  }

  /** Passes on the events from before a time. */
  #flush(before: number): boolean {
    while (this.#waiting.length > 0) {
      const [first] = this.#waiting;
      if (first === undefined || (first.seconds ?? 0) >= before) return true;
      this.#waiting.shift();
      if (!this.#pass(first)) return false;
    }
    return true;
  }

  #pass(event: PageEvent): boolean {
    return event.isAmbiguous ? this.#reader.onDoubt(event) : this.#reader.onEntry(entryOf(event), event.line);
  }
}
