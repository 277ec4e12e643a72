/** A run: what was never met first, then every clause with both its sides, situations, calls and arguments. */
import { REACHED } from '../../properties/random/index.ts';
import { counted, grouped } from '../../spec/index.ts';
import type { RunSection } from '../data.ts';
import { ClauseTable, logShare, sumOf, type Times, TimesTable } from './counts.tsx';

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

const [BARS, COLUMN] = [46, 7];

/** The programs by how far they went: a column for each power of two, its height by the logarithm. */
function ReachedChart({ name, programs, most }: { name: string; programs: Times; most: number }) {
  const powers = Object.entries(programs).map(([power, n]) => [Math.log2(Number(power) || 0.5), n] as const);
  const first = Math.min(...powers.map(([power]) => power));
  const last = Math.max(...powers.map(([power]) => power));
  const highest = Math.max(0, ...Object.values(programs));
  const columns = powers.map(([power, n]) => {
    const height = 2 + (BARS - 2) * logShare(n, highest);
    return `M${(power - first) * COLUMN} ${BARS}v-${height.toFixed(1)}h${COLUMN - 2}v${height.toFixed(1)}z`;
  });
  const least = first < 0 ? 0 : 2 ** first;
  return (
    <figure class="reached">
      <figcaption>{name}</figcaption>
      <svg width={(last - first + 1) * COLUMN} height={BARS} aria-hidden="true">
        <path d={columns.join('')} />
      </svg>
      <p class="quiet">
        {grouped(least)} to {grouped(most)}
      </p>
    </figure>
  );
}

/** How far the programs went. */
function ReachedCharts({ result: { reached, furthest } }: RunSection) {
  return (
    <section>
      <h2>How far the programs went, by powers of two; what lies beyond was not reached</h2>
      <div class="charts">
        {Object.entries(REACHED).map(([measure, name]) => (
          <ReachedChart
            key={measure}
            name={name}
            programs={reached[measure] ?? {}}
            most={furthest[measure] ?? 0}
          />
        ))}
      </div>
    </section>
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
      <ReachedCharts {...section} />
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
