/** A run: what was never met first, then every clause with both its sides, situations, calls and arguments. */
import { CLAUSES, counted, grouped } from '../../spec/index.ts';
import type { RunSection } from '../data.ts';

type Times = Readonly<Record<string, number>>;

function sumOf(times: Times): number {
  return Object.values(times).reduce((sum, n) => sum + n, 0);
}

/** A share of a line, 0 to 1, by the logarithm: counts of a run span six powers of ten. */
function logShare(n: number, most: number): number {
  return Math.log10(n + 1) / Math.log10(most + 2);
}

function Bar({ share, isLeft = false }: { share: number; isLeft?: boolean }) {
  return (
    <svg class="bar-of-times" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect x={isLeft ? 100 - 100 * share : 0} width={100 * share} height="10" />
    </svg>
  );
}

function TimesCell({ n }: { n: number }) {
  return <td class="times">{n === 0 ? <span class="badge">never</span> : grouped(n)}</td>;
}

/** Names with how often each was met, the rarest first. */
function TimesTable({ title, times }: { title: string; times: Times }) {
  const rows = Object.entries(times).sort(([, a], [, b]) => a - b);
  const most = Math.max(0, ...Object.values(times));
  return (
    <table class="counts">
      <caption>{title}</caption>
      <tbody>
        {rows.map(([name, n]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <TimesCell n={n} />
            <td class="share">
              <Bar share={logShare(n, most)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function least(sides: Times): number {
  return Math.min(...Object.values(sides));
}

/** Clauses with the two sides on which each was checked, back to back; those with a side that was never met first. */
function ClauseTable({ clauses }: { clauses: RunSection['result']['clauses'] }) {
  const rows = Object.entries(clauses).sort(([, a], [, b]) => Number(least(a) > 0) - Number(least(b) > 0));
  const most = Math.max(0, ...rows.flatMap(([, sides]) => Object.values(sides)));
  return (
    <table class="counts clauses">
      <caption>Clauses, and the two situations that each must be checked in</caption>
      <tbody>
        {rows.map(([name, sides]) => {
          const [one, other] = Object.entries(sides);
          return (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
                <small>{CLAUSES.find((clause) => clause.name === name)?.sentence}</small>
              </th>
              {[one, other].map((side, i) => (
                <td key={side?.[0]} class={i === 0 ? 'side left-side' : 'side'}>
                  <small>{side?.[0]}</small>
                  {side?.[1] === 0 ? <span class="badge">never</span> : <b>{grouped(side?.[1] ?? 0)}</b>}
                  <Bar share={logShare(side?.[1] ?? 0, most)} isLeft={i === 0} />
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** What a run did not meet, and what it could not. */
function Unmet({ result }: { result: RunSection['result'] }) {
  const { unreached, unchecked, situations, clauses } = result;
  const never = [
    ...Object.entries(situations).flatMap(([name, n]) => (n === 0 ? [name] : [])),
    ...Object.entries(clauses).flatMap(([name, sides]) =>
      Object.entries(sides).flatMap(([side, n]) => (n === 0 ? [`${name}: ${side}`] : [])),
    ),
  ];
  return (
    <section class="unmet">
      <h2>Never met in this run: {never.length}</h2>
      {never.length === 0 && <p class="quiet">Every situation, and both sides of every clause, were met.</p>}
      <ul>
        {never.map((name) => (
          <li key={name}>
            {name}
            {unreached.includes(name) && <span class="badge">a full run must meet it</span>}
          </li>
        ))}
      </ul>
      {unchecked.length > 0 && <h2>Not checked: the target does not claim it</h2>}
      <ul>
        {unchecked.map(({ what, why }) => (
          <li key={what}>
            {what}: {why}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Shares of the drawn arguments of one kind that lie on an edge. */
function edgeTimes({ drawn, edges }: { drawn: number; edges: Times }): Times {
  return Object.fromEntries(
    Object.entries(edges).map(([name, n]) => [
      `${name} (${Math.round((100 * n) / Math.max(1, drawn))} %)`,
      n,
    ]),
  );
}

export function Run({ section }: { section: RunSection }) {
  const { result } = section;
  const { verdict, programs, operations, seed, seconds, calls, situations, clauses } = result;
  return (
    <main class="sheet">
      <h1>
        {verdict}
        <small>
          {section.title}: {counted(programs, 'program')}, {counted(operations, 'operation')} in{' '}
          {seconds.toFixed(1)} s, seed {seed}
        </small>
      </h1>
      <Unmet result={result} />
      <ClauseTable clauses={clauses} />
      <div class="columns">
        <TimesTable title="Situations, the rarest first" times={situations} />
        {Object.entries(calls).map(([call, outcomes]) => (
          <TimesTable key={call} title={`${call}: ${counted(sumOf(outcomes), 'call')}`} times={outcomes} />
        ))}
        {Object.entries(result.arguments).map(([kind, edge]) => (
          <TimesTable
            key={kind}
            title={`${kind}: ${counted(edge.drawn, 'argument')}, of them`}
            times={edgeTimes(edge)}
          />
        ))}
      </div>
    </main>
  );
}
