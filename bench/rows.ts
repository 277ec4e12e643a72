/** Rows: the scenario, its sizes, and the limit on our time relative to the C baseline that checks what it frees, as ours does. */
import { type ScenarioName, SUPERDOME_FRAMES } from './scenarios.ts';

/** One size of a row. */
export interface Point {
  /** Page frames, or pages in a batch. */
  readonly size: number;
  readonly label: string;
  /** Ours / checked C at most; null where no limit is set. */
  readonly limit: number | null;
  /** Present for a size on which C is not run. */
  readonly oursOnly?: true;
}

/** One row of the table, at one or more sizes. */
export interface Row {
  readonly number: number;
  readonly title: string;
  readonly scenario: ScenarioName;
  /** The name of one operation. */
  readonly unit: string;
  readonly points: readonly Point[];
}

const GIB = 0x40000;

function point(size: number, label: string, limit: number | null): Point {
  return { size, label, limit };
}

/** The sizes of the zone in rows 5 and 6, with the limit at each. */
function zones(atFirst: number, beyond: number): readonly Point[] {
  return [
    point(GIB / 16, '64 MiB', atFirst),
    point(GIB / 2, '512 MiB', beyond),
    point(GIB * 4, '4 GiB', beyond),
    point(GIB * 64, '64 GiB', beyond),
  ];
}

export const ROWS: readonly Row[] = [
  {
    number: 1,
    title: 'alloc, then free, 200,000 pages of 1 GiB',
    scenario: 'single',
    unit: 'call',
    points: [point(200_000, '1 GiB', 1.25)],
  },
  {
    number: 2,
    title: 'random frees and allocs at half occupancy',
    scenario: 'churn',
    unit: 'call',
    points: [point(GIB, '1 GiB', 1.25), point(GIB * 64, '64 GiB', 1.6)],
  },
  {
    number: 3,
    title: 'allocPages, freePages in batches',
    scenario: 'batch',
    unit: 'page',
    points: [point(64, '64', 1.25), point(512, '512', 1.25)],
  },
  {
    number: 4,
    title: 'allocBitmap(1) until 98 % full',
    scenario: 'fill',
    unit: 'call',
    points: [point(GIB / 16, '64 MiB', 0.01)],
  },
  {
    number: 5,
    title: 'allocBitmap(16, 64 KiB aligned), half of it random holes',
    scenario: 'aligned',
    unit: 'call',
    points: zones(0.5, 0.5),
  },
  {
    number: 6,
    title: 'allocBitmap(2) refused, every second frame taken',
    scenario: 'refuse',
    unit: 'call',
    points: zones(0.02, 0.02),
  },
  {
    number: 7,
    title: 'allocBitmap(4) below 16 MiB until none is left',
    scenario: 'dma',
    unit: 'call',
    points: [point(GIB * 4, '4 GiB', 0.05)],
  },
  {
    number: 7,
    title: 'the same with all but one run taken: freeRegion, allocBitmap',
    scenario: 'dmaChurn',
    unit: 'pair',
    points: [point(GIB * 4, '4 GiB', null)],
  },
  {
    number: 8,
    title: 'freeRegion, half in each zone',
    scenario: 'region',
    unit: 'call',
    points: [
      point(GIB / 64, '16 MiB', null),
      point(GIB / 8, '128 MiB', null),
      point(GIB, '1 GiB', 0.02),
      point(GIB * 8, '8 GiB', null),
    ],
  },
  {
    number: 9,
    title: 'init',
    scenario: 'init',
    unit: 'call',
    points: [
      point(GIB, '1 GiB', null),
      point(GIB * 64, '64 GiB', null),
      point(GIB * 1024, '1 TiB', 0.01),
      { ...point(SUPERDOME_FRAMES, '12 TiB, HP Superdome 2', null), oursOnly: true },
    ],
  },
];

/** Row 10: bytes of state a page frame, at most. */
export const STATE_ROW = {
  number: 10,
  title: 'bytes of state a page frame',
  frames: GIB,
  fresh: 0.3,
  worst: 9,
};
/** The row whose addresses have a limit too: nanoseconds a page. */
export const BATCH_ROW = { number: 3, addressesNs: 5 };
/** The rows that the chart shows. */
export const CHARTED: readonly number[] = [5, 6, 8, 9];
