/** The words of our allocator at a step: those that the call has written, the summary of the bitmap zone as a tree, and its runs. */
import { useMemo, useState } from 'preact/hooks';
import { formatResponse } from '../../counterexamples/text/index.ts';
import { entriesOf, type FlatState, freeByBits, LAYOUT, NO_ORDINAL, sectionsIn } from '../../impl/index.ts';
import { type Config, counted } from '../../spec/index.ts';
import { grouped } from './hex.ts';
import { isRun, type OwnMoment, OwnRun } from './own-run.ts';
import type { Story } from './story.ts';

const WORD_BITS = 32;
/** Words, and runs of one kind, that are listed. */
const [LISTED_WORDS, LISTED_RUNS] = [10, 16];

/** A value with fewer characters stands in one line with the one after it. */
const SHORT = 30;

const HEADER: Readonly<Record<number, string>> = {
  [LAYOUT.FREE_BITMAP_AT]: 'free page frames of the bitmap zone',
  [LAYOUT.TOP_AT]: 'place of the top word of the free stack',
  [LAYOUT.MORE_AT]: 'page frames on the free stack, beyond one each word',
  [LAYOUT.SEARCH_FROM_AT]: 'ordinal at which a search begins',
};

/** Returns the page frames of some ordinals in words; ordinals between two sections have none. */
function framesOf({ sections: { list } }: FlatState, first: number, count: number): string {
  const parts = list.flatMap((section) => {
    const from = Math.max(first, section.first);
    const end = Math.min(first + count, section.first + section.count);
    const offset = section.base - section.first;
    return from < end ? [end - from === 1 ? `${offset + from}` : `${offset + from}–${offset + end - 1}`] : [];
  });
  return parts.length === 0 ? 'padding' : parts.join(', ');
}

/** A word that a call has written. */
interface Written {
  readonly name: string;
  readonly was: string;
  readonly is: string;
}

/** Returns the bits of a word, that of the lowest page frame first. */
function bitsOf(word: number): string {
  const bits = Array.from({ length: WORD_BITS }, (_, bit) => (((word >>> bit) & 1) === 1 ? '1' : '·'));
  return bits.join('').replaceAll(/.{8}(?!$)/g, '$& ');
}

function writtenAt(state: FlatState, at: number, [was, is]: readonly [number, number]): Written {
  const { levels, stackAt } = state.layout;
  const number = (word: number): string => String(word >>> 0);
  if (at < LAYOUT.HELD_AT) return { name: HEADER[at] ?? `word ${at}`, was: number(was), is: number(is) };
  if (at >= stackAt) {
    const said = (word: number): string => (word === NO_ORDINAL ? 'a run below' : number(word));
    return { name: `free stack, word ${at}`, was: said(was), is: said(is) };
  }
  const depth = levels.findLastIndex((level) => level.at <= at);
  const level = levels[depth];
  if (level === undefined) {
    const frames = framesOf(state, (at - LAYOUT.HELD_AT) * WORD_BITS, WORD_BITS);
    return { name: `held bits of page frames ${frames}`, was: bitsOf(was), is: bitsOf(is) };
  }
  const span = LAYOUT.LEAF_SPAN * LAYOUT.FANOUT ** depth;
  const frames = framesOf(state, (at - level.at) * span, span);
  const longest = (word: number): string => String(LAYOUT.LONGEST_COUNTED - word);
  return {
    name: `summary, longest free run from page frames ${frames} on`,
    was: longest(was),
    is: longest(is),
  };
}

function writtenIn({ state, before }: OwnMoment): readonly Written[] {
  const { words } = state;
  const written: Written[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const pair = [before[at] ?? 0, words[at] ?? 0] as const;
    if (pair[0] !== pair[1]) written.push(writtenAt(state, at, pair));
  }
  return written;
}

function WrittenWords({ moment }: { moment: OwnMoment }) {
  const written = writtenIn(moment);
  if (written.length === 0) return <p class="quiet">This step writes no word.</p>;
  return (
    <table class="counts words">
      <caption>{counted(written.length, 'word')} written by this step</caption>
      <tbody>
        {written.slice(0, LISTED_WORDS).map(({ name, was, is }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <code>{was.length < SHORT ? `${was} → ${is}` : `${was}\n${is}`}</code>
            </td>
          </tr>
        ))}
        {written.length > LISTED_WORDS && (
          <tr>
            <td class="quiet">{written.length - LISTED_WORDS} more</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

const NODE = 14;
/** Nodes of one level that are drawn. */
const MOST_NODES = 256;

/** The summary, its root nodes on top: the fuller a node, the longer the run of free page frames that it allows for. */
function Summary({ moment: { state, before }, width }: { moment: OwnMoment; width: number }) {
  const { words, layout } = state;
  const levels = layout.levels.filter(({ nodes }) => nodes <= MOST_NODES).toReversed();
  if (state.sections.bitmapFrames === 0) return null;
  const rectangle = (x: number, y: number, w: number, h: number): string =>
    `M${x.toFixed(1)} ${y}h${w.toFixed(1)}v${h}h-${w.toFixed(1)}z`;
  const paths = levels.map(({ at, nodes }, row) => {
    const pitch = Math.min(width / nodes, 8 * NODE);
    const top = row * (NODE + 4);
    const each = (draw: (node: number, x: number) => string): string =>
      Array.from({ length: nodes }, (_, node) => draw(node, node * pitch)).join('');
    const gap = Math.max(1, pitch - 2);
    return {
      frame: each((_, x) => rectangle(x, top, gap, NODE)),
      fill: each((node, x) => {
        const share = 1 - (words[at + node] ?? 0) / LAYOUT.LONGEST_COUNTED;
        return rectangle(x, top, gap * share, NODE);
      }),
      written: each((node, x) =>
        words[at + node] === before[at + node] ? '' : rectangle(x - 1, top - 1, gap + 2, NODE + 2),
      ),
    };
  });
  const [root] = levels;
  const longest =
    LAYOUT.LONGEST_COUNTED - Math.min(...words.subarray(root?.at, (root?.at ?? 0) + (root?.nodes ?? 1)));
  return (
    <figure class="summary">
      <figcaption>
        Summary of the bitmap zone: a bar for {LAYOUT.LEAF_SPAN} page frames, filled by the longest run that
        may be free in it; above, the longest of {LAYOUT.FANOUT} bars (now{' '}
        {longest === LAYOUT.LONGEST_COUNTED ? `${longest} or more` : longest})
      </figcaption>
      <svg width={width} height={levels.length * (NODE + 4)} aria-hidden="true">
        {paths.map(({ frame, fill, written }, row) => (
          <g key={row}>
            <path class="node" d={frame} />
            <path class="claim" d={fill} />
            <path class="touched" d={written} />
          </g>
        ))}
      </svg>
    </figure>
  );
}

function Runs({ title, runs }: { title: string; runs: readonly string[] }) {
  return (
    <p class="runs">
      <b>{title}</b>
      {runs.length === 0 && <span class="quiet"> none</span>}
      {runs.slice(0, LISTED_RUNS).map((run, n) => (
        <code key={n}>{run}</code>
      ))}
      {runs.length > LISTED_RUNS && <span class="quiet">{runs.length - LISTED_RUNS} more</span>}
    </p>
  );
}

function OwnState({ moment, width }: { moment: OwnMoment; width: number }) {
  const { state } = moment;
  const free = freeByBits(state.words, sectionsIn(state.sections, 'bitmap'));
  const entries = [...entriesOf(state.words, state.layout.stackAt)];
  const frame = (ordinal: number): string => framesOf(state, ordinal, 1);
  return (
    <>
      <WrittenWords moment={moment} />
      <Summary moment={moment} width={width} />
      <Runs
        title="Free runs of the bitmap zone"
        runs={free.map(({ first, end }) => framesOf(state, first, end - first))}
      />
      <Runs
        title="Entries of the free stack, top first"
        runs={entries.map(({ next, last }) =>
          next === last ? frame(next) : `${frame(next)} → ${frame(last)}`,
        )}
      />
    </>
  );
}

/** A screen that is at least this high, in pixels, has room for the words. */
const HIGH = 1000;

function Parting({ run, at, config }: { run: OwnRun; at: number; config: Config }) {
  const { parting } = run;
  if (parting === null || parting.at >= at) return null;
  const isHere = parting.at + 1 === at;
  const answer = grouped(formatResponse(config, { outcome: parting.answer }));
  return (
    <p class="quiet">
      {isHere ? 'Here' : `At operation ${parting.at + 1}`} our allocator answers <code>{answer}</code>
      {isHere ? '' : ', and this target did not'}; this is its state before.
    </p>
  );
}

/** What our allocator holds after the calls up to a step. */
export function OwnWords({ story, at, width }: { story: Story; at: number; width: number }) {
  const { trace } = story.section;
  const [isOpen, setOpen] = useState(innerHeight >= HIGH);
  const run = useMemo(() => (isRun(story.section) ? new OwnRun(story) : null), [story]);
  if (run === null) return null;
  const moment = isOpen ? run.after(at) : null;
  return (
    <details class="own" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Words of our allocator after the same calls</summary>
      {moment !== null && (
        <>
          <Parting run={run} at={at} config={trace.scenario.config} />
          <OwnState moment={moment} width={width} />
        </>
      )}
    </details>
  );
}
