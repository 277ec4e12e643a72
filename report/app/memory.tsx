/** Memory: one strip a descriptor, lowest first, each as wide as the page; a strip can be zoomed into, down to a page frame. */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ModelState } from '../../model/index.ts';
import {
  counted,
  isRam,
  type MemoryMap,
  pfn,
  regionOf,
  grouped as thousands,
  toHex,
} from '../../spec/index.ts';
import { grouped, physical } from './hex.ts';
import { OwnWords } from './own-words.tsx';
import { disputedIn, type Frames, type Story } from './story.ts';
import { OWNERS, Strip, type View, widthOf } from './strip.tsx';

/** Consecutive page frames that are drawn as one strip. */
interface Area extends View {
  readonly title: string;
}

export const OWNER_WORDS = {
  absent: 'not RAM',
  firmware: 'firmware',
  boot: 'boot',
  pmm: 'free (pmm)',
  kept: 'kept by the manager',
  caller: 'caller',
} as const;

/** Page frames around what the step touches, when the view goes there. */
const AROUND = 24;
const NARROWEST = 8;
/** Of more descriptors than this, only RAM is shown. */
const MANY = 12;

/** Returns the descriptors in order, and the page frames that a target named outside all of them. */
function areasOf(map: MemoryMap, named: readonly Frames[]): readonly Area[] {
  const isShown = map.descriptors.length <= MANY ? () => true : isRam;
  const listed = map.descriptors
    .filter(({ pages, type }) => pages > 0 && isShown(type))
    .map((descriptor): Area => {
      const { base, count } = regionOf(descriptor);
      return { title: descriptor.type, base, end: base + count };
    });
  const isListed = ({ base }: Frames): boolean => listed.some((area) => area.base <= base && base < area.end);
  // A call may name what its answer names.
  const isFirst = ({ base }: Frames, i: number): boolean =>
    named.findIndex((frames) => frames.base === base) === i;
  const unlisted = named
    .filter((frames, i) => !isListed(frames) && isFirst(frames, i))
    .map(({ base, count }): Area => ({ title: 'not in the memory map', base, end: base + count }));
  return [...listed, ...unlisted].sort((a, b) => a.base - b.base);
}

/** Returns a view of at most `size` page frames around `middle`, within the area. */
function viewAround(area: View, middle: number, size: number): View {
  const length = Math.min(area.end - area.base, Math.max(NARROWEST, Math.round(size)));
  const base = Math.max(area.base, Math.min(area.end - length, Math.round(middle - length / 2)));
  return { base, end: base + length };
}

interface AreaProps {
  readonly area: Area;
  readonly story: Story;
  readonly at: number;
  /** Pixels, for the widest strip. */
  readonly room: number;
  readonly view: View;
  readonly setView: (view: View) => void;
  readonly cursor: number | null;
  readonly setCursor: (frame: number) => void;
}

/** The keys of a strip: arrows move the cursor, + and - zoom, 0 shows all of it. */
const KEYS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

function AreaStrip({ area, story, at, room, view, setView, cursor, setCursor }: AreaProps) {
  const moment = story.steps[at]?.moment;
  if (moment === undefined) return null;
  const { after } = moment;
  const parts = after.ownersIn(view.base, view.end);
  const isWhole = view.base === area.base && view.end === area.end;
  const own = cursor !== null && cursor >= area.base && cursor < area.end ? cursor : null;
  const size = view.end - view.base;
  const width = widthOf(view, room);
  const zoom = (factor: number, middle = own ?? view.base + size / 2): void =>
    setView(viewAround(area, middle, size * factor));
  const move = (frame: number): void => {
    const kept = Math.max(area.base, Math.min(area.end - 1, frame));
    setCursor(kept);
    if (kept < view.base || kept >= view.end) setView(viewAround(area, kept, size));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = KEYS[event.key];
    if (by !== undefined) move((own ?? view.base - Math.max(0, by)) + by);
    else if (event.key === '+') zoom(0.25);
    else if (event.key === '-') zoom(4);
    else if (event.key === '0') setView(area);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const frameAt = ({ clientX, currentTarget }: MouseEvent): number =>
    currentTarget instanceof HTMLElement
      ? view.base + Math.floor(((clientX - currentTarget.getBoundingClientRect().left) / width) * size)
      : view.base;
  const shares = OWNERS.flatMap((owner) => {
    const frames = parts.reduce((sum, part) => sum + (part.owner === owner ? part.end - part.base : 0), 0);
    return frames === 0 ? [] : [`${frames} ${OWNER_WORDS[owner]}`];
  });
  const { bitmapLimit } = after.world;
  return (
    <div class="area">
      <div class="ends">
        <code>
          {physical(view.base)} – {physical(view.end)}
        </code>
        <span>
          {area.title}, {isWhole ? '' : `${thousands(size)} of `}
          {counted(area.end - area.base, 'page frame')}
        </span>
        {area.end - area.base > NARROWEST && (
          <span class="zoom">
            <button type="button" aria-label={`Zoom into ${area.title}`} onClick={() => zoom(0.25)}>
              +
            </button>
            <button
              type="button"
              aria-label={`Zoom out of ${area.title}`}
              disabled={isWhole}
              onClick={() => zoom(4)}
            >
              −
            </button>
          </span>
        )}
      </div>
      <div
        class="bar-of-frames"
        style={{ width: `${width}px` }}
        role="slider"
        tabIndex={0}
        aria-label={`${area.title} from ${physical(view.base)} to ${physical(view.end)}: ${shares.join(', ')}`}
        aria-valuemin={area.base}
        aria-valuemax={area.end - 1}
        aria-valuenow={own ?? area.base}
        aria-valuetext={
          own === null ? 'no page frame' : `page frame ${own}, ${OWNER_WORDS[after.ownerOf(pfn(own))]}`
        }
        onKeyDown={onKeyDown}
        onClick={(event) => setCursor(frameAt(event))}
        onMouseMove={(event) => setCursor(frameAt(event))}
        onDblClick={(event) => zoom(0.25, frameAt(event))}
      >
        <Strip
          view={view}
          width={width}
          parts={parts}
          touched={moment.touched}
          disputed={disputedIn(moment)}
          cursor={own}
          limit={bitmapLimit}
        />
      </div>
    </div>
  );
}

/** Where the two zones meet, between two strips or inside the one above. */
function LimitLine({ limit, isInside = false }: { limit: number; isInside?: boolean }) {
  const [below, above] = isInside ? ['←', '→'] : ['↑', '↓'];
  return (
    <p class="limit-line">
      <span>bitmap zone {below}</span> <code>{physical(limit)}</code> <span>{above} stack zone</span>
    </p>
  );
}

interface Props {
  readonly story: Story;
  readonly at: number;
  readonly cursor: number | null;
  readonly setCursor: (frame: number) => void;
}

type Views = ReadonlyMap<number, View>;
const ALL: Views = new Map();

/** Returns the views in which what a step is about can be seen, by the first page frame of their areas. */
function viewsOf(areas: readonly Area[], about: readonly Frames[], views = ALL): Views {
  const next = new Map(views);
  for (const area of areas) {
    const first = about.find((frames) => meets(area, frames));
    if (first !== undefined)
      next.set(area.base, viewAround(area, first.base + first.count / 2, first.count + 2 * AROUND));
  }
  return next;
}

function meets(area: Area, { base, count }: Frames): boolean {
  return base < area.end && base + count > area.base;
}

function aboutIn(story: Story, at: number | null): readonly Frames[] {
  const moment = story.steps[at ?? -1]?.moment;
  return moment === undefined ? [] : [...disputedIn(moment), ...moment.touched];
}

function Legend({ state }: { state: ModelState }) {
  return (
    <ul class="legend">
      {OWNERS.filter((owner) => owner !== 'kept' || state.countOf(owner) > 0).map((owner) => (
        <li key={owner}>
          <svg width="12" height="12" aria-hidden="true">
            <path class={owner} d="M0 0h12v12h-12z" />
          </svg>{' '}
          {OWNER_WORDS[owner]}{' '}
          {owner !== 'absent' && <b data-owner={owner}>{thousands(state.countOf(owner))}</b>}
        </li>
      ))}
      <li>
        <svg width="12" height="12" aria-hidden="true">
          <path class="pmm" d="M0 0h12v12h-12z" />
          <path class="disputed" d="M0 0h12v12h-12z" />
        </svg>{' '}
        differs
      </li>
    </ul>
  );
}

export function Memory({ story, at, cursor, setCursor }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(600);
  const { map, config } = story.section.trace.scenario;
  const areas = useMemo(() => areasOf(map, aboutIn(story, story.violated)), [story]);
  const [views, setViews] = useState(() => viewsOf(areas, aboutIn(story, story.violated)));
  useLayoutEffect(() => {
    const measure = (): void => setRoom(Math.max(200, (box.current?.clientWidth ?? 600) - 32));
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);
  useLayoutEffect(() => box.current?.querySelector('.here')?.scrollIntoView({ block: 'nearest' }), [at]);
  const state = story.steps[at]?.moment.after;
  if (state === undefined) return null;
  const about = aboutIn(story, at);
  const { bitmapLimit: limit, profile } = state.world;
  return (
    <section class="memory" ref={box} aria-label="Memory">
      <header>
        <h2>Memory</h2>
        <button
          type="button"
          disabled={about.length === 0}
          onClick={() => setViews(viewsOf(areas, about, views))}
        >
          Zoom to step
        </button>
        <button type="button" disabled={views.size === 0} onClick={() => setViews(ALL)}>
          Show all
        </button>
        <Legend state={state} />
      </header>
      {areas.length === 0 && <p>The memory map has no page frames: every allocation must fail.</p>}
      {areas.map((area, n) => (
        <div key={area.base} class={about.some((frames) => meets(area, frames)) ? 'here' : ''}>
          {limit <= area.base && (areas[n - 1]?.end ?? 0) <= limit && <LimitLine limit={limit} />}
          <AreaStrip
            area={area}
            story={story}
            at={at}
            room={room}
            view={views.get(area.base) ?? area}
            setView={(view) => setViews(new Map(views).set(area.base, view))}
            cursor={cursor}
            setCursor={setCursor}
          />
          {area.base < limit && limit < area.end && <LimitLine limit={limit} isInside />}
        </div>
      ))}
      {limit >= (areas.at(-1)?.end ?? limit) && profile.zones === 2 && <LimitLine limit={limit} />}
      <p class="note">
        Physical address 0x0 is mapped at <code>{grouped(toHex(config.higherHalf))}</code>, the base of the
        higher half.
      </p>
      <OwnWords story={story} at={at} width={room} />
    </section>
  );
}
