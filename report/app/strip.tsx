/**
 * A strip: consecutive page frames as a bar, coloured by owner. Few are cells, many are runs. One path an owner, however many
 * runs there are; runs too narrow to see are drawn as one with their neighbours of the same owner.
 */
import type { OwnedPart } from '../../model/index.ts';
import { type Owner, Owner as Owners } from '../../spec/index.ts';
import type { Frames } from './story.ts';

export const OWNERS = Object.keys(Owners.keys) as readonly Owner[];

const HEIGHT = 30;
/** Page frames at least this wide, in pixels, are cells. */
const CELL = 6;
/** Nor is one wider than this. */
const WIDEST = 72;
/** A run that matters is drawn at least this wide. */
const LEAST = 4;
/** The width of a digit in a cell. */
const DIGIT = 7;

/** The page frames [base, end) that a strip shows. */
export interface View {
  readonly base: number;
  readonly end: number;
}

export interface StripProps {
  readonly view: View;
  readonly width: number;
  readonly parts: readonly OwnedPart[];
  readonly touched: readonly Frames[];
  readonly disputed: readonly Frames[];
  readonly cursor: number | null;
  /** The bitmap limit. */
  readonly limit: number;
}

function rectangle(x: number, width: number): string {
  return `M${x.toFixed(1)} 0h${width.toFixed(1)}v${HEIGHT}h-${width.toFixed(1)}z`;
}

/** Returns one path for each owner. */
function paths({ view, width, parts }: StripProps): ReadonlyMap<Owner, string> {
  const perFrame = width / (view.end - view.base);
  const isCells = perFrame >= CELL;
  const drawn = new Map(OWNERS.map((owner): [Owner, string[]] => [owner, []]));
  const pending = new Map<Owner, { from: number; to: number }>();
  const flush = (owner: Owner): void => {
    const run = pending.get(owner);
    if (run !== undefined) drawn.get(owner)?.push(rectangle(run.from, run.to - run.from));
  };
  for (const { base, end, owner } of parts) {
    if (isCells) {
      for (let frame = base; frame < end; frame += 1)
        drawn.get(owner)?.push(rectangle((frame - view.base) * perFrame, perFrame - 1));
      continue;
    }
    const [from, to] = [(base - view.base) * perFrame, (end - view.base) * perFrame];
    const run = pending.get(owner);
    if (run !== undefined && from - run.to < 0.5) run.to = to;
    else {
      flush(owner);
      pending.set(owner, { from, to });
    }
  }
  for (const owner of pending.keys()) flush(owner);
  return new Map([...drawn].map(([owner, runs]) => [owner, runs.join('')]));
}

/** Returns the visible part of regions as one path. */
function outline({ view, width }: StripProps, regions: readonly Frames[]): string {
  const perFrame = width / (view.end - view.base);
  const gap = perFrame >= CELL ? 1 : 0;
  return regions
    .filter(({ base, count }) => base < view.end && base + count > view.base)
    .map(({ base, count }) => {
      const from = (Math.max(base, view.base) - view.base) * perFrame;
      const to = (Math.min(base + count, view.end) - view.base) * perFrame - gap;
      return rectangle(Math.min(from, width - LEAST), Math.max(LEAST, to - from));
    })
    .join('');
}

/** The numbers of the page frames, where there is room for them. */
function Numbers({ view, width, disputed }: StripProps) {
  const perFrame = width / (view.end - view.base);
  if (perFrame < DIGIT * String(view.end).length + 4) return null;
  return (
    <>
      {Array.from({ length: view.end - view.base }, (_, i) => view.base + i).map((frame) => {
        const isOnHatch = disputed.some(({ base, count }) => base <= frame && frame < base + count);
        return (
          <text
            key={frame}
            class={isOnHatch ? 'on-hatch' : ''}
            x={(frame - view.base + 0.5) * perFrame - 0.5}
            y={HEIGHT / 2 + 4}
          >
            {frame}
          </text>
        );
      })}
    </>
  );
}

/** Returns the width of a strip that may take `room`. */
export function widthOf({ base, end }: View, room: number): number {
  return Math.min(room, (end - base) * WIDEST);
}

export function Strip(props: StripProps) {
  const { view, width, touched, disputed, cursor, limit } = props;
  const byOwner = paths(props);
  const perFrame = width / (view.end - view.base);
  return (
    <svg class="strip" width={width} height={HEIGHT} aria-hidden="true">
      {OWNERS.map((owner) => (
        <path key={owner} class={owner} d={byOwner.get(owner) ?? ''} />
      ))}
      <path class="disputed" d={outline(props, disputed)} />
      <Numbers {...props} />
      <path class="touched" key={outline(props, touched)} d={outline(props, touched)} />
      {cursor !== null && <path class="cursor" d={outline(props, [{ base: cursor, count: 1 }])} />}
      {limit > view.base && limit < view.end && (
        <path class="limit" d={`M${(limit - view.base) * perFrame - 0.5} 0v${HEIGHT}`} />
      )}
    </svg>
  );
}
