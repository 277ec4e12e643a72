/** A shrinking: how many operations were left after how many programs run, and each counterexample on the way. */
import { useState } from 'preact/hooks';
import { counted } from '../../spec/index.ts';
import type { ShrinkingSection } from '../data.ts';
import { grouped } from './hex.ts';

type Step = ShrinkingSection['steps'][number];

const [WIDTH, HEIGHT, MARGIN] = [900, 150, 8];

type Measure = 'operations' | 'pages';

/** Operations and page frames over programs run, all by the logarithm; the chosen step is marked. */
function Curves({ steps, at }: { steps: readonly Step[]; at: number }) {
  const last = steps.at(-1);
  const scale = (n: number, most: number, size: number): number =>
    MARGIN + (size - 2 * MARGIN) * (Math.log(n + 1) / Math.log(Math.max(2, most + 1)));
  const place = (step: Step | undefined, measure: Measure): readonly [string, string] => {
    const most = Math.max(...steps.map((one) => one[measure]));
    const x = scale(step?.executions ?? 0, last?.executions ?? 1, WIDTH);
    return [x.toFixed(1), (HEIGHT - scale(step?.[measure] ?? 0, most, HEIGHT)).toFixed(1)];
  };
  const lineOf = (measure: Measure): string =>
    steps
      .map((step, n) =>
        place(step, measure)
          .join(n === 0 ? ' ' : 'V')
          .replace(/^/, n === 0 ? 'M' : 'H'),
      )
      .join('');
  const [first] = steps;
  return (
    <figure>
      <figcaption>
        Solid: operations, from {first?.operations} to {last?.operations}. Dashed: page frames of the memory
        map, from {first?.pages.toLocaleString('en-US')} to {last?.pages}. To the right: programs run, up to{' '}
        {last?.executions}. All logarithmic.
      </figcaption>
      <svg class="curve" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <path class="edge" d={`M0 ${HEIGHT - 1}H${WIDTH}`} />
        <path class="limit" fill="none" d={lineOf('pages')} />
        <path class="way" d={lineOf('operations')} />
        {(['operations', 'pages'] as const).map((measure) => {
          const [x, y] = place(steps[at], measure);
          return <circle key={measure} class="chosen" cx={x} cy={y} r="5" />;
        })}
      </svg>
    </figure>
  );
}

/** A program, its calls that were not in the step before in bold. */
function Program({ step, before }: { step: Step; before: Step | undefined }) {
  const { program, operations, pages } = step;
  return (
    <section class="shrunk">
      <h2>
        {counted(operations, 'operation')} on {counted(pages, 'page frame')}, found by program{' '}
        {step.executions}
      </h2>
      {operations > program.length && <p class="quiet">{operations - program.length} calls before these</p>}
      {operations === 0 && <p class="quiet">No call: init violates the clause.</p>}
      <ol start={operations - program.length + 1}>
        {program.map((call, n) => (
          <li key={n}>
            <code class={before?.program.includes(call) === false ? 'changed' : ''}>{grouped(call)}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function Shrinking({ section: { steps, title } }: { section: ShrinkingSection }) {
  const [at, setAt] = useState(steps.length - 1);
  const step = steps[at];
  if (step === undefined) return <p>There was nothing to shrink.</p>;
  return (
    <main class="sheet">
      <h1>
        {title}
        <small>bold: what the step has changed</small>
      </h1>
      <div class="scrubber">
        <button type="button" aria-label="Step back" disabled={at === 0} onClick={() => setAt(at - 1)}>
          ◀
        </button>
        <input
          type="range"
          min={0}
          max={steps.length - 1}
          value={at}
          aria-label="Step of the shrinking"
          aria-valuetext={`${at}: ${counted(step.operations, 'operation')}`}
          onInput={({ currentTarget }) => setAt(Number(currentTarget.value))}
        />
        <button
          type="button"
          aria-label="Step forward"
          disabled={at === steps.length - 1}
          onClick={() => setAt(at + 1)}
        >
          ▶
        </button>
        <output>
          {at === 0 ? 'as found' : `step ${at}`} of {steps.length - 1}
        </output>
      </div>
      <Curves steps={steps} at={at} />
      <Program step={step} before={steps[at - 1]} />
    </main>
  );
}
