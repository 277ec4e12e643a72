/** A small world with too many states to draw: walked by choosing operations, with the shortest way to any state. */
import { useMemo, useState } from 'preact/hooks';
import { counted, grouped } from '../../spec/index.ts';
import type { TreeSection } from '../data.ts';
import { changeText, World } from './graph.tsx';
import { TreeWalk, type Way } from './tree-walk.ts';

interface WaysProps {
  readonly section: TreeSection;
  readonly walk: TreeWalk;
  readonly go: (state: number) => void;
}

/** The way from init to a state, and the page frames after each call. */
function WayThere({ section, walk, go, way }: WaysProps & { readonly way: readonly Way[] }) {
  const { words, tree } = section;
  return (
    <ol class="ways trail">
      {way.map(({ operation, to }, n) => (
        <li key={to}>
          <button type="button" class="link" onClick={() => go(to)}>
            {words[operation]}
          </button>
          <World
            section={section}
            frames={tree.frames}
            now={walk.ownersIn(to)}
            before={walk.ownersIn(way[n - 1]?.to ?? 0)}
          />
        </li>
      ))}
    </ol>
  );
}

function WaysOn({ section, walk, go, state }: WaysProps & { readonly state: number }) {
  const { words, tree } = section;
  const ways = useMemo(() => walk.waysFrom(state), [walk, state]);
  return (
    <section>
      <h2>{counted(ways.length, 'way')} on; every other operation leaves this state as it is</h2>
      <ol class="ways">
        {ways.map(({ operation, to }) => (
          <li key={to}>
            <button type="button" class="link" onClick={() => go(to)}>
              {words[operation]}
            </button>{' '}
            <small>{changeText(tree.frames, walk.ownersIn(state), walk.ownersIn(to))}</small>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function Tree({ section }: { section: TreeSection }) {
  const { tree, words } = section;
  const walk = useMemo(() => new TreeWalk(section), [section]);
  const [walked, setWalked] = useState<readonly number[]>([0]);
  const state = walked.at(-1) ?? 0;
  const go = (to: number): void => {
    if (to !== state && to >= 0 && to < walk.size) setWalked([...walked, to]);
  };
  const way = walk.wayTo(state);
  const stack = walk.stackIn(state);
  return (
    <main class="walk">
      <h1>
        {counted(walk.size, 'state')}
        <small>
          {section.title}: {counted(words.length, 'operation')} tried in each; {tree.levels.length} levels of{' '}
          {tree.levels.map((size) => grouped(size)).join(', ')}
        </small>
      </h1>
      <div class="dots">
        <h2>
          The shortest way to state {grouped(state)}: {counted(way.length, 'call')}
        </h2>
        {way.length === 0 && (
          <p class="quiet">This is the state after init: choose an operation, or any state.</p>
        )}
        <WayThere section={section} walk={walk} go={go} way={way} />
      </div>
      <aside class="verdict" aria-label="State">
        <section>
          <h2>
            State {grouped(state)}, level {way.length}
          </h2>
          <World
            section={section}
            frames={tree.frames}
            now={walk.ownersIn(state)}
            before={walk.ownersIn(walked.at(-2) ?? state)}
          />
          <p class="quiet">
            {stack.length === 0
              ? 'No order of the free stack.'
              : `Free stack, top first: ${stack.join(', ')}`}
          </p>
          <p class="scrubber">
            <button type="button" disabled={walked.length < 2} onClick={() => setWalked(walked.slice(0, -1))}>
              Back
            </button>
            <input
              type="range"
              min={0}
              max={walk.size - 1}
              value={state}
              aria-label="State"
              onChange={({ currentTarget }) => go(Number(currentTarget.value))}
            />
          </p>
        </section>
        <WaysOn section={section} walk={walk} go={go} state={state} />
      </aside>
      <p class="spoken" role="status">
        State {state}, level {way.length}
      </p>
    </main>
  );
}
