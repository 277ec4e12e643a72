/**
 * The program: numbered calls with their answers. Of a long one only the lines in view exist, all of equal height; in a short one, a long
 * call takes more lines.
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Story } from './story.ts';

/** In pixels; the styles hold every line of a long program to it. */
const LINE = 42;
/** Programs up to this length are shown whole, so that they print whole. */
const WHOLE_UP_TO = 300;
/** Lines that exist above and below those in view. */
const MARGIN = 10;

interface Props {
  readonly story: Story;
  readonly at: number;
  readonly go: (step: number) => void;
}

function markOf({ steps }: Story, at: number, n: number): string {
  if (steps[at]?.uses.includes(n)) return '◂ used here';
  return steps[at]?.usedBy.includes(n) ? '▸ uses it' : '';
}

export function ProgramList({ story, at, go }: Props) {
  const { steps, violated, skipped } = story;
  const digits = String(skipped + steps.length).length;
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const isWhole = steps.length <= WHOLE_UP_TO;
  const inView = (list.current?.clientHeight ?? 800) / LINE;
  const from = isWhole ? 0 : Math.max(0, Math.floor(top / LINE) - MARGIN);
  const to = isWhole ? steps.length : Math.min(steps.length, Math.ceil(top / LINE + inView) + MARGIN);
  useLayoutEffect(() => {
    const box = list.current;
    if (box === null) return;
    const line = isWhole ? box.querySelector<HTMLElement>('[aria-selected="true"]') : null;
    const { offsetTop: y, offsetHeight: height } = line ?? { offsetTop: at * LINE, offsetHeight: LINE };
    box.scrollTop = Math.min(Math.max(box.scrollTop, y + height - box.clientHeight), y);
  }, [at]);
  return (
    <div
      class={isWhole ? 'program whole' : 'program'}
      ref={list}
      role="listbox"
      tabIndex={0}
      aria-label="Program"
      aria-activedescendant={`step-${at}`}
      onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
    >
      <div
        style={{ height: isWhole ? 'auto' : `${steps.length * LINE}px`, '--digits': digits }}
        role="presentation"
      >
        <div style={isWhole ? {} : { transform: `translateY(${from * LINE}px)` }} role="presentation">
          {steps.slice(from, to).map(({ call, answer }, i) => {
            const n = from + i;
            return (
              <button
                type="button"
                tabIndex={-1}
                key={n}
                id={`step-${n}`}
                role="option"
                class={n === violated ? 'line violated' : 'line'}
                aria-selected={n === at}
                aria-setsize={steps.length}
                aria-posinset={n + 1}
                title={`${call}\n${answer}`}
                onClick={() => go(n)}
              >
                <span class="number">{n === 0 ? 0 : skipped + n}</span>
                <span class="call">{call}</span>
                <span class="mark">{n === violated ? 'violated' : markOf(story, at, n)}</span>
                <span class="answer">{answer}</span>
              </button>
            );
          })}
        </div>
      </div>
    </div>
  );
}
