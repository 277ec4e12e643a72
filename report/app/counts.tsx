/** Tables of counts with bars: names with how often each was met, and clauses with both their sides. */
import { grouped, sentenceOf } from '../../spec/index.ts';

export type Times = Readonly<Record<string, number>>;

export function sumOf(times: Times): number {
  return Object.values(times).reduce((sum, n) => sum + n, 0);
}

/** A share of a line, 0 to 1, by the logarithm: counts of a run span six powers of ten. */
export function logShare(n: number, most: number): number {
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

/** A table with more rows may go on in the next column. */
const LONG = 20;

/** Names with how often each was met, the rarest first; numbers in their order. */
export function TimesTable({ title, times }: { title: string; times: Times }) {
  const rows = Object.entries(times).sort(([one, a], [other, b]) =>
    Number(one) >= 0 ? Number(one) - Number(other) : a - b,
  );
  const most = Math.max(0, ...Object.values(times));
  return (
    <table class={rows.length > LONG ? 'counts long' : 'counts'}>
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
export function ClauseTable({ clauses }: { clauses: Readonly<Record<string, Times>> }) {
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
                <small>{sentenceOf({ clause: name })}</small>
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
