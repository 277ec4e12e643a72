/** A small world: every state that a search met as a dot, level by level, to walk from state to state. */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { bitmapLimit, counted, type Owner, ownedRegions, pfnEnd } from '../../spec/index.ts';
import type { GraphSection } from '../data.ts';
import { grouped } from './hex.ts';
import { Swatch } from './map.tsx';
import { OWNER_WORDS } from './memory.tsx';
import { Strip, widthOf } from './strip.tsx';

/** Pixels between the dots of two states, at most and at least. */
const [WIDEST, NARROWEST] = [20, 4];
const GAP = 22;
const TOP = 18;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where every state is drawn: a block of columns for each level. */
interface Layout {
  readonly pitch: number;
  readonly places: readonly Place[];
  readonly levels: readonly { readonly x: number; readonly size: number }[];
}

function layoutWith(
  { levels }: GraphSection['graph'],
  height: number,
  pitch: number,
): Layout & { width: number } {
  const rows = Math.max(1, Math.floor((height - TOP) / pitch));
  const places: Place[] = [];
  const blocks: { x: number; size: number }[] = [];
  let x = GAP / 2;
  for (const size of levels) {
    blocks.push({ x, size });
    for (let i = 0; i < size; i += 1)
      places.push({ x: x + Math.floor(i / rows) * pitch, y: TOP + (i % rows) * pitch });
    x += Math.ceil(size / rows) * pitch + GAP;
  }
  return { pitch, places, levels: blocks, width: x };
}

/** Returns the layout with the largest dots that fit. */
function layoutOf(graph: GraphSection['graph'], width: number, height: number): Layout {
  for (let pitch = WIDEST; ; pitch -= 1) {
    const layout = layoutWith(graph, height, pitch);
    if (layout.width <= width || pitch <= NARROWEST) return layout;
  }
}

/** The keys of the picture: from state to state. */
const KEYS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

const LETTERS: Readonly<Record<string, Owner>> = { p: 'pmm', c: 'caller', b: 'boot', k: 'kept' };

/** Returns the operations from init to a state, with the states that they lead to. */
function wayTo({ ways }: GraphSection['graph'], state: number): readonly { operation: number; to: number }[] {
  const way: { operation: number; to: number }[] = [];
  for (let to = state; ; ) {
    const [before, operation] = ways[to] ?? [];
    if (before === undefined || operation === undefined) return way.reverse();
    way.push({ operation, to });
    to = before;
  }
}

/** Returns the page frames that change hands between two states, in words; their owners are given a letter each. */
export function changeText(frames: readonly number[], from: string, to: string): string {
  const changed = new Map<Owner, number[]>();
  frames.forEach((frame, i) => {
    const owner = LETTERS[to[i] ?? ''];
    if (from[i] === to[i] || owner === undefined) return;
    changed.set(owner, [...(changed.get(owner) ?? []), frame]);
  });
  const words = [...changed].map(([owner, list]) => `${list.join(', ')} → ${OWNER_WORDS[owner]}`);
  return words.length === 0 ? 'only what the manager remembers' : words.join('; ');
}

interface DotsProps {
  readonly layout: Layout;
  readonly graph: GraphSection['graph'];
  readonly state: number;
  readonly go: (state: number) => void;
}

function Dots({ layout: { places, pitch, levels }, graph, state, go }: DotsProps) {
  const size = Math.max(2, pitch - 3);
  const all = useMemo(
    () => places.map(({ x, y }) => `M${x} ${y}h${size}v${size}h-${size}z`).join(''),
    [places, size],
  );
  const at = (n: number): string => {
    const { x, y } = places[n] ?? { x: 0, y: 0 };
    return `${x + size / 2} ${y + size / 2}`;
  };
  const half = size / 2 + 3;
  const out = (graph.next[state] ?? []).filter((_, i) => i % 2 === 1);
  const onClick = (event: MouseEvent): void => {
    if (!(event.currentTarget instanceof Element)) return;
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - left - size / 2, event.clientY - top - size / 2];
    const distances = places.map((place) => (place.x - x) ** 2 + (place.y - y) ** 2);
    go(distances.indexOf(Math.min(...distances)));
  };
  const right = Math.max(...places.map(({ x }) => x)) + GAP;
  const bottom = Math.max(...places.map(({ y }) => y)) + pitch + 4;
  return (
    <div
      class="graph"
      role="slider"
      tabIndex={0}
      aria-label="State"
      aria-valuemin={0}
      aria-valuemax={places.length - 1}
      aria-valuenow={state}
      onClick={onClick}
      onKeyDown={({ key }) => go(state + (KEYS[key] ?? 0))}
    >
      <svg width={right} height={bottom} aria-hidden="true">
        {levels.map((level, depth) => (
          <text key={level.x} x={level.x} y={TOP - 7}>
            {depth}
          </text>
        ))}
        <path class="state" d={all} />
        <path class="edge" d={out.map((to) => `M${at(state)}L${at(to)}`).join('')} />
        <path
          class="way"
          d={`M${at(0)}${wayTo(graph, state)
            .map(({ to }) => `L${at(to)}`)
            .join('')}`}
        />
        <path class="current" d={`M${at(state)}m-${half} -${half}h${2 * half}v${2 * half}h-${2 * half}z`} />
      </svg>
    </div>
  );
}

interface WorldProps {
  readonly section: Pick<GraphSection, 'map' | 'config'>;
  readonly frames: readonly number[];
  /** The owners of these page frames, a letter each, and those in the state before. */
  readonly now: string;
  readonly before: string;
}

/** The page frames of a state. */
export function World({ section: { map, config }, frames, now, before }: WorldProps) {
  const owners = new Map<number, Owner>();
  for (const { base, count, owner } of ownedRegions(map))
    for (let frame: number = base; frame < base + count; frame += 1) owners.set(frame, owner);
  frames.forEach((frame, i) => {
    owners.set(frame, LETTERS[now[i] ?? ''] ?? 'absent');
  });
  const view = { base: 0, end: pfnEnd(map) };
  const touched = frames.filter((_, i) => now[i] !== before[i]);
  return (
    <>
      <Strip
        view={view}
        width={widthOf(view, 340)}
        parts={[...owners].map(([base, owner]) => ({ base, end: base + 1, owner }))}
        touched={touched.map((base) => ({ base, count: 1 }))}
        disputed={[]}
        cursor={null}
        limit={bitmapLimit(config)}
      />
      <p class="quiet owners">
        {[...new Set(owners.values())].map((owner) => (
          <Swatch key={owner} owner={owner} />
        ))}
      </p>
    </>
  );
}

export function Graph({ section }: { section: GraphSection }) {
  const { graph, operations } = section;
  const [walked, setWalked] = useState<readonly number[]>([0]);
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState({ width: 850, height: 560 });
  useLayoutEffect(() => {
    const measure = (): void => {
      if (box.current !== null) setRoom({ width: box.current.clientWidth, height: box.current.clientHeight });
    };
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);
  const layout = useMemo(() => layoutOf(graph, room.width - 16, room.height - 16), [graph, room]);
  const state = walked.at(-1) ?? 0;
  const ownersOf = (n: number): string => graph.owners[n] ?? '';
  const go = (to: number): void => {
    if (to !== state && graph.owners[to] !== undefined) setWalked([...walked, to]);
  };
  const next = graph.next[state] ?? [];
  const ways = next.flatMap((operation, i) => (i % 2 === 0 ? [{ operation, to: next[i + 1] ?? 0 }] : []));
  const way = wayTo(graph, state);
  const stack = graph.stacks[state] ?? [];
  return (
    <main class="walk">
      <h1>
        {counted(graph.owners.length, 'state')}
        <small>
          {section.title}: {counted(operations.length, 'operation')} tried in each; a column of dots is a
          level, the calls that it takes to get there
        </small>
      </h1>
      <div ref={box} class="dots">
        <Dots layout={layout} graph={graph} state={state} go={go} />
      </div>
      <aside class="verdict" aria-label="State">
        <section>
          <h2>
            State {state}, level {way.length}
          </h2>
          <World
            section={section}
            frames={graph.frames}
            now={ownersOf(state)}
            before={ownersOf(walked.at(-2) ?? state)}
          />
          <p class="quiet">
            {stack.length === 0
              ? 'No order of the free stack.'
              : `Free stack, top first: ${stack.join(', ')}`}
          </p>
          <p>
            <button type="button" disabled={walked.length < 2} onClick={() => setWalked(walked.slice(0, -1))}>
              Back
            </button>{' '}
            <button type="button" disabled={state === 0} onClick={() => go(0)}>
              Init
            </button>
          </p>
        </section>
        <section>
          <h2>The shortest way here</h2>
          {way.length === 0 && <p class="quiet">This is the state after init.</p>}
          <ol class="ways">
            {way.map(({ operation, to }) => (
              <li key={to}>
                <button type="button" class="link" onClick={() => go(to)}>
                  {grouped(operations[operation] ?? '')}
                </button>
              </li>
            ))}
          </ol>
        </section>
        <section>
          <h2>{counted(ways.length, 'way')} on; every other operation leaves this state as it is</h2>
          <ol class="ways">
            {ways.map(({ operation, to }) => (
              <li key={to}>
                <button type="button" class="link" onClick={() => go(to)}>
                  {grouped(operations[operation] ?? '')}
                </button>{' '}
                <small>{changeText(graph.frames, ownersOf(state), ownersOf(to))}</small>
              </li>
            ))}
          </ol>
        </section>
      </aside>
      <p class="spoken" role="status">
        State {state}, level {way.length}, {counted(ways.length, 'way')} on
      </p>
    </main>
  );
}
