/**
 * Scenarios: the code that each row times. `page_stack_bench.c` does the same to the C baseline, with the same random numbers; change
 * both or neither.
 */
import { pc, straddling, superdome, zone } from './machine.ts';
import { Random } from './random.ts';
import type { Subject } from './subject.ts';

/** A prepared row. */
export interface Prepared {
  /** Runs `reps` repetitions and returns the number of operations. This is timed. */
  readonly run: (reps: number) => number;
  /** Prepares the state for a run, untimed. A scenario that has this runs one repetition at a time. */
  readonly before?: () => void;
}

/** Prepares a row for a size: page frames, or pages. */
type Scenario = <P, B>(subject: Subject<P, B>, size: number) => Prepared;

/** No limit: larger than any page frame number. */
const ALL = 2 ** 40;

/** A constant, unlike a declared function, is folded by the engine into what calls it. */
const succeeded = <P>(page: P | null): P => {
  if (page === null) throw new Error('a call that must succeed failed');
  return page;
};

function allocAll<P, B>(subject: Subject<P, B>, pages: B, size: number): void {
  for (let i = 0; i < size; i += 1) subject.set(pages, i, succeeded(subject.alloc()));
}

function freeAll<P, B>(subject: Subject<P, B>, pages: B, size: number): void {
  for (let i = 0; i < size; i += 1) subject.free(subject.get(pages, i));
}

const single: Scenario = (subject, size) => {
  subject.init(pc(0x40000));
  const pages = subject.batch(size);
  return {
    run: (reps) => {
      for (let r = 0; r < reps; r += 1) {
        allocAll(subject, pages, size);
        freeAll(subject, pages, size);
      }
      return reps * size * 2;
    },
  };
};

/** Calls in a turn of row 2. */
const CALLS = 10_000;

const churn: Scenario = (subject, size) => {
  const random = new Random();
  subject.init(pc(size));
  const pages = subject.batch(size);
  let live = 0;
  for (let page = subject.alloc(); page !== null; page = subject.alloc()) subject.set(pages, live++, page);
  for (const half = Math.floor(live / 2); live > half; ) {
    const k = random.next() % live;
    subject.free(subject.get(pages, k));
    live -= 1;
    subject.set(pages, k, subject.get(pages, live));
  }
  // A function that is called often: code that the engine makes for a loop while it runs keeps all values as they were before.
  const turn = (): void => {
    let count = live | 0; // a local and an integer: a variable shared with another function is read from memory each time
    for (let i = 0; i < CALLS; i += 1) {
      const r = random.next();
      if ((r & 1) !== 0) {
        const k = (r >>> 1) % (count >>> 0); // unsigned, as in C
        subject.free(subject.get(pages, k));
        count -= 1;
        subject.set(pages, k, subject.get(pages, count));
      } else {
        subject.set(pages, count, succeeded(subject.alloc()));
        count += 1;
      }
    }
    live = count;
  };
  return {
    run: (reps) => {
      for (let r = 0; r < reps; r += 1) turn();
      return reps * CALLS;
    },
  };
};

const BATCHES = 64;

const batch: Scenario = (subject, size) => {
  subject.init(pc(0x40000));
  const batches = Array.from({ length: BATCHES }, () => subject.batch(size));
  return {
    run: (reps) => {
      for (let r = 0; r < reps; r += 1) {
        for (const pages of batches) subject.allocPages(pages, size);
        for (const pages of batches) subject.freePages(pages, size);
      }
      return reps * BATCHES * size * 2;
    },
  };
};

const fill: Scenario = (subject, size) => {
  const count = Math.floor(size / 100) * 98;
  const machine = zone(size);
  return {
    before: () => subject.init(machine),
    run: () => {
      for (let i = 0; i < count; i += 1) succeeded(subject.allocBitmap(1, ALL, 1));
      return count;
    },
  };
};

const aligned: Scenario = (subject, size) => {
  const random = new Random();
  subject.init(zone(size));
  succeeded(subject.allocBitmap(size, ALL, 1));
  for (let frame = 0; frame < size; frame += 1) {
    if ((random.next() & 0x10000) !== 0) subject.free(subject.page(frame));
  }
  const runs = Array.from({ length: 8 }, () => subject.allocBitmap(0, 0, 1));
  return {
    run: (reps) => {
      for (let r = 0; r < reps; r += 1) {
        for (let i = 0; i < 8; i += 1) runs[i] = subject.allocBitmap(16, ALL, 16);
        for (const run of runs) if (run !== null) subject.freeRegion(run, 16);
      }
      return reps * 8;
    },
  };
};

const refuse: Scenario = (subject, size) => {
  subject.init(zone(size));
  succeeded(subject.allocBitmap(size, ALL, 1));
  for (let frame = 1; frame < size; frame += 2) subject.free(subject.page(frame));
  return {
    run: (reps) => {
      for (let r = 0; r < reps; r += 1) {
        if (subject.allocBitmap(2, ALL, 1) !== null) throw new Error('a call that must fail succeeded');
      }
      return reps;
    },
  };
};

/** 16 MiB in page frames: what old devices reach. */
const DMA_END = 0x1000;

const dma: Scenario = (subject, size) => {
  subject.init(zone(size));
  return {
    run: (reps) => {
      for (let r = 0; r < reps; r += 1) {
        for (let i = 0; i < DMA_END / 4; i += 1) succeeded(subject.allocBitmap(4, DMA_END, 1));
        subject.freeRegion(subject.page(0), DMA_END);
      }
      return (reps * DMA_END) / 4;
    },
  };
};

const dmaChurn: Scenario = (subject, size) => {
  const random = new Random();
  subject.init(zone(size));
  const count = DMA_END / 4;
  const pages = subject.batch(count);
  for (let i = 0; i < count; i += 1) subject.set(pages, i, succeeded(subject.allocBitmap(4, DMA_END, 1)));
  return {
    run: (reps) => {
      for (let r = 0; r < reps; r += 1) {
        const k = random.next() % count;
        subject.freeRegion(subject.get(pages, k), 4);
        subject.set(pages, k, succeeded(subject.allocBitmap(4, DMA_END, 1)));
      }
      return reps;
    },
  };
};

const region: Scenario = (subject, size) => {
  const machine = straddling(size);
  return {
    before: () => subject.init(machine),
    run: () => {
      subject.freeRegion(subject.page(0), size);
      return 1;
    },
  };
};

/** The size that stands for the 12 TiB machine. */
export const SUPERDOME_FRAMES = 3_221_225_472;

const init: Scenario = (subject, size) => {
  const machine = size === SUPERDOME_FRAMES ? superdome() : pc(size);
  return {
    run: (reps) => {
      for (let r = 0; r < reps; r += 1) subject.init(machine);
      return reps;
    },
  };
};

export const SCENARIOS = {
  single,
  churn,
  batch,
  fill,
  aligned,
  refuse,
  dma,
  dmaChurn,
  region,
  init,
} as const;
export type ScenarioName = keyof typeof SCENARIOS;

/** Whether a name is that of a scenario. */
export function isScenarioName(name: string): name is ScenarioName {
  return Object.hasOwn(SCENARIOS, name);
}
