/** A verification: what was done and what was not, both answers to every call where two allocators differ, and how their times compare. */
import { formatResponse } from '../../counterexamples/text/index.ts';
import { formatProgram, rounded, type Trace } from '../../spec/index.ts';
import type { VerificationSection } from '../data.ts';
import { grouped } from './hex.ts';

function Steps({ steps }: VerificationSection) {
  return (
    <table class="counts">
      <caption>Steps</caption>
      <tbody>
        {steps.map(({ name, verdict, evidence, seconds }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{verdict === 'holds' ? verdict : <span class="badge">{verdict}</span>}</td>
            <td>{evidence}</td>
            <td class="times">{seconds.toFixed(1)} s</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function answerOf({ scenario, responses }: Trace, at: number): string {
  const response = responses[at + 1];
  return response === undefined ? 'not run' : grouped(formatResponse(scenario.config, response));
}

/** The free amount that a side told after a call. */
function amountOf({ responses }: Trace, at: number): string {
  const free = responses[at + 1]?.amounts?.free;
  return free === undefined ? '' : ` (${free} free)`;
}

function Answers({
  difference: { at: differs, candidate, baseline },
}: {
  difference: VerificationSection['differences'][number];
}) {
  const calls = ['init', ...formatProgram(candidate.scenario.operations)];
  return (
    <table class="counts answers">
      <caption>Where they differ</caption>
      <thead>
        <tr>
          <th scope="col">call</th>
          <th scope="col">{candidate.target}</th>
          <th scope="col">{baseline.target}</th>
        </tr>
      </thead>
      <tbody>
        {calls.slice(0, differs + 2).map((call, n) => (
          <tr key={`${n} ${call}`} class={n - 1 === differs ? 'differs' : ''}>
            <th scope="row">
              {n} <code>{grouped(call)}</code> {n - 1 === differs && <span class="badge">differs</span>}
            </th>
            {[candidate, baseline].map((trace, side) => (
              <td key={side === 0 ? 'candidate' : 'baseline'}>
                <code>{answerOf(trace, n - 1)}</code>
                {amountOf(trace, n - 1)}
                {trace.violation?.at === n - 1 && (
                  <small>
                    violates {trace.violation.clause}: {trace.violation.explanation}
                  </small>
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const WIDTH = 720;
const HEIGHT = 64;
/** Ratios are drawn from a quarter to four times, and farther where one lies beyond. */
const REACH = 4;

/** The ratio of every turn, on a logarithmic line: left of 1 the candidate is faster. */
function Speed({ speed: { median, ratios } }: { speed: NonNullable<VerificationSection['speed']> }) {
  const reach = Math.log(Math.max(REACH, ...ratios.map((ratio) => Math.max(ratio, 1 / ratio))));
  const x = (ratio: number): number => WIDTH / 2 + (WIDTH / 2 - 6) * (Math.log(ratio) / reach);
  return (
    <figure>
      <figcaption>
        {ratios.length} turns: the candidate takes {rounded(median)} times the baseline's time (median, solid;
        dashed: as fast; farther left: faster)
      </figcaption>
      <svg class="ratios" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <path class="edge" d={`M0 ${HEIGHT / 2}H${WIDTH}`} />
        {ratios.map((ratio, turn) => (
          <circle key={turn} class="ratio" cx={x(ratio)} cy={HEIGHT / 2 + ((turn % 5) - 2) * 7} r="3.5" />
        ))}
        <path class="limit" d={`M${x(1)} 0V${HEIGHT}`} />
        <path class="way" d={`M${x(median)} 0V${HEIGHT}`} />
      </svg>
    </figure>
  );
}

export function Verification({ section }: { section: VerificationSection }) {
  const { verdict, title, differences, speed } = section;
  return (
    <main class="sheet">
      <h1>
        {verdict}
        <small>{title}</small>
      </h1>
      <Steps {...section} />
      {differences.map((difference, n) => (
        <Answers key={n} difference={difference} />
      ))}
      {speed !== null && <Speed speed={speed} />}
    </main>
  );
}
