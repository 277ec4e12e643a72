/** A result without a picture: what it says, line by line, and its counts. */
import type { ResultSection } from '../data.ts';
import { CallCells } from './call-cells.tsx';
import { ClauseTable, TimesTable } from './counts.tsx';
import { grouped } from './hex.ts';

function Facts({ facts }: ResultSection) {
  return (
    <table class="counts facts">
      <caption>Result</caption>
      <tbody>
        {facts.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{grouped(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LastCalls({ calls }: ResultSection) {
  return (
    <table class="counts">
      <caption>
        The last calls of the log, by line; owners were only partly known, so there is no memory to draw
      </caption>
      <tbody>
        {calls.map(({ line, call, answer }) => (
          <tr key={line}>
            <th scope="row">{line}</th>
            <CallCells call={call} answer={answer} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Result({ section }: { section: ResultSection }) {
  const { verdict, title, facts, calls, tables, clauses } = section;
  return (
    <main class="sheet">
      <h1>
        {verdict}
        <small>{title}</small>
      </h1>
      {facts.length > 0 && <Facts {...section} />}
      {calls.length > 0 && <LastCalls {...section} />}
      <div class="columns">
        {Object.entries(tables).map(([name, times]) => (
          <TimesTable key={name} title={name} times={times} />
        ))}
      </div>
      {Object.keys(clauses).length > 0 && <ClauseTable clauses={clauses} />}
    </main>
  );
}
