/** A counterexample, step by step: the program, the memory after each step, and what was expected beside what was observed. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { counted, grouped, sentenceOf } from '../../spec/index.ts';
import type { TraceSection } from '../data.ts';
import { CopyButtons } from './copy-buttons.tsx';
import { Memory } from './memory.tsx';
import { ProgramList } from './program-list.tsx';
import { type Step, type Story, storyOf } from './story.ts';
import { Verdict } from './verdict.tsx';

function Headline({ story }: { story: Story }) {
  const { trace, log } = story.section;
  const violation = story.steps[story.violated ?? -1]?.moment.violation ?? null;
  return (
    <h1>
      {violation === null ? 'holds' : <code>{violation.clause}</code>}
      <small>
        {violation === null ? '' : log === undefined ? 'violated by ' : 'violated in '}
        <code>{trace.target}</code>
        {violation === null ? ' answers as the specification demands.' : `: ${sentenceOf(violation)}`}
      </small>
    </h1>
  );
}

interface ScrubberProps {
  readonly story: Story;
  readonly step: Step;
  readonly at: number;
  readonly go: (step: number) => void;
}

function Scrubber({ story, step, at, go }: ScrubberProps) {
  const last = story.steps.length - 1;
  const { violated, skipped } = story;
  const place = at === 0 ? step.call : `operation ${grouped(skipped + at)}`;
  return (
    <div class="scrubber">
      <button type="button" aria-label="First step" disabled={at === 0} onClick={() => go(0)}>
        |◀
      </button>
      <button type="button" aria-label="Step back" disabled={at === 0} onClick={() => go(at - 1)}>
        ◀
      </button>
      <input
        type="range"
        min={0}
        max={last}
        value={at}
        aria-label="Step"
        aria-valuetext={`${place}: ${step.call}`}
        onInput={({ currentTarget }) => go(Number(currentTarget.value))}
      />
      <button type="button" aria-label="Step forward" disabled={at === last} onClick={() => go(at + 1)}>
        ▶
      </button>
      <button type="button" aria-label="Last step" disabled={at === last} onClick={() => go(last)}>
        ▶|
      </button>
      <output>
        {place} of {grouped(skipped + last)}
      </output>
      {violated !== null && (
        <button type="button" disabled={at === violated} onClick={() => go(violated)}>
          Violation
        </button>
      )}
      <CopyButtons section={story.section} />
    </div>
  );
}

/** Steps that a key goes. */
const KEYS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowUp: -1,
  ArrowRight: 1,
  ArrowDown: 1,
  PageUp: -10,
  PageDown: 10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

export function Counterexample({ section }: { section: TraceSection }) {
  const story = useMemo(() => storyOf(section), [section]);
  const last = story.steps.length - 1;
  const [at, setAt] = useState(story.violated ?? last);
  const [frame, setFrame] = useState<number | null>(null);
  const go = (step: number): void => setAt(Math.max(0, Math.min(last, step)));
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const by = KEYS[event.key];
      const isTyped =
        event.target instanceof HTMLInputElement || event.altKey || event.ctrlKey || event.metaKey;
      if (by === undefined || isTyped) return;
      event.preventDefault();
      setAt((now) => Math.max(0, Math.min(last, now + by)));
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [last]);
  const step = story.steps[at];
  if (step === undefined) return <p>This trace holds no answers: replay it to see them.</p>;
  const { violation } = step.moment;
  return (
    <main>
      <Headline story={story} />
      <Scrubber story={story} step={step} at={at} go={go} />
      <section class="left" aria-label="Calls">
        <h2>{story.section.log === undefined ? 'Program' : 'The last calls of the log'}</h2>
        <ProgramList story={story} at={at} go={go} />
        {story.unmade > 0 && <p class="quiet">{counted(story.unmade, 'further call')} not made.</p>}
      </section>
      <Memory story={story} at={at} cursor={frame} setCursor={setFrame} />
      <Verdict story={story} step={step} go={go} frame={frame} />
      <p class="spoken" role="status">
        {at === 0 ? step.call : `operation ${story.skipped + at}: ${step.call}`}. {step.answer}.{' '}
        {violation !== null && `Violates ${violation.clause}: ${violation.explanation}`}
      </p>
    </main>
  );
}
