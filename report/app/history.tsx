/** A concurrent history: a lane for each caller with its calls from begin to return, and why no order of them explains the answers. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { sentenceOf } from '../../spec/index.ts';
import type { HistorySection } from '../data.ts';
import { CallCells } from './call-cells.tsx';
import { grouped } from './hex.ts';

const LANE = 46;
const BAR = 28;
const LABEL = 76;
/** The width of a character. */
const CHARACTER = 7.3;

/** Callers by their numbers; the one that works alone, before and after the others, comes last. */
function inLaneOrder(a: string, b: string): number {
  const numberOf = (caller: string): number => Number(caller.replace('caller ', '')) || Number.MAX_VALUE;
  return numberOf(a) - numberOf(b);
}

type Order = HistorySection['deadEnds'][number];

interface LanesProps {
  readonly section: HistorySection;
  readonly order: Order | undefined;
}

/** The lanes. Calls of the chosen order are filled and say their place in it; those that cannot be next are hatched. */
function Lanes({ section: { calls }, order }: LanesProps) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useLayoutEffect(() => {
    const measure = (): void => setWidth(box.current?.clientWidth ?? 800);
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);
  const lanes = [...new Set(calls.map(({ caller }) => caller))].sort(inLaneOrder);
  const ends = Math.max(...calls.map(({ invoked, returned }) => returned ?? invoked)) + 1;
  const x = (at: number): number => LABEL + (at * (width - LABEL - 12)) / ends;
  return (
    <div ref={box} class="lanes">
      <svg width={width} height={lanes.length * LANE} aria-hidden="true">
        {lanes.map((caller, lane) => (
          <g key={caller}>
            <path class="edge" d={`M${LABEL} ${(lane + 0.5) * LANE}H${width}`} />
            <text y={(lane + 0.5) * LANE + 4}>{caller}</text>
          </g>
        ))}
        {calls.map(({ caller, call, invoked, returned }, n) => {
          const place = order?.order.indexOf(n + 1) ?? -1;
          const isStuck = order?.next.some(({ call }) => call === n + 1) === true;
          const bar = {
            x: x(invoked),
            y: lanes.indexOf(caller) * LANE + (LANE - BAR) / 2,
            width: Math.max(10, x(returned ?? ends) - x(invoked)),
            height: BAR,
          };
          return (
            <g key={`${caller} ${invoked}`} class="call">
              <rect {...bar} rx="4" class={place >= 0 ? 'placed' : ''} />
              {isStuck && <rect {...bar} rx="4" class="disputed" />}
              <text x={bar.x + 7} y={bar.y + BAR / 2 + 4} class={place >= 0 ? 'inverse' : ''}>
                {n + 1}
                {place >= 0 && ` · no. ${place + 1}`}
                {returned === null && ' …'}
                {bar.width > CHARACTER * (call.length + 10) && ` ${call}`}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** The schedule: who takes how many steps. */
function Schedule({ schedule }: { schedule: HistorySection['schedule'] }) {
  if (schedule.length === 0) return null;
  return (
    <section>
      <h2>Schedule</h2>
      <ol class="schedule">
        {schedule.map(([caller = 0, steps = 0], n) => (
          <li key={n}>
            caller {caller + 1} × {steps}
          </li>
        ))}
      </ol>
    </section>
  );
}

export function History({ section }: { section: HistorySection }) {
  const { clause, explanation, calls, deadEnds, left, schedule } = section;
  const [shown, show] = useState(0);
  const order = deadEnds[shown];
  return (
    <main class="sheet">
      <h1>
        <code>{clause}</code>
        <small>{sentenceOf({ clause })}</small>
      </h1>
      <p class="why">{grouped(explanation)}</p>
      <Lanes section={section} order={order} />
      {left > 0 && <p class="quiet">{left} other calls are not drawn.</p>}
      <table class="counts">
        <caption>Calls, in the order in which they begin</caption>
        <tbody>
          {calls.map(({ caller, call, answer, invoked }, n) => (
            <tr key={`${caller} ${invoked}`}>
              <th scope="row">{n + 1}</th>
              <td>{caller}</td>
              <CallCells call={call} answer={answer} />
            </tr>
          ))}
        </tbody>
      </table>
      {order !== undefined && (
        <section>
          <h2>The longest orders that explain a part of the answers</h2>
          <p class="orders">
            {deadEnds.map((one, n) => (
              <button type="button" key={n} aria-current={n === shown} onClick={() => show(n)}>
                {one.order.length === 0 ? 'none comes first' : one.order.join(', ')}
              </button>
            ))}
          </p>
          <ul class="quiet">
            {order.next.map(({ call, why }) => (
              <li key={call}>
                {call === 0 ? 'A call that is not drawn' : `Call ${call}`} cannot come next: {grouped(why)}
              </li>
            ))}
          </ul>
        </section>
      )}
      <Schedule schedule={schedule} />
      {section.replay !== null && (
        <p>
          <code>{section.replay}</code>
        </p>
      )}
    </main>
  );
}
