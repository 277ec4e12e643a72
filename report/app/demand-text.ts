/** The demands of the specification in words, to stand beside what the target answered. */
import type { Moment } from '../../counterexamples/trace/index.ts';
import { argumentAt, counted, describedCall, grouped, parametersOf, toHex } from '../../spec/index.ts';

type Demand = NonNullable<Moment['demand']>;

function freedText(stretches: readonly { readonly pages: number }[], named: number): string {
  const pages = stretches.reduce((sum, stretch) => sum + stretch.pages, 0);
  return pages === 0 && named > 0 ? 'done: a reference less' : `done: ${counted(pages, 'page frame')} freed`;
}

/** The page frames that a call may hand out. */
function grantText({ operation, pages, promised, freed }: Demand, { before }: Moment): string {
  const { effect } = describedCall(operation.call);
  if (effect === 'shared') return 'done: one reference more';
  if (effect === 'added' || effect === 'removed') return `done: ${counted(pages, 'page frame')} ${effect}`;
  if (effect === 'named' || effect === 'region') return freedText(freed.flat(), freed.length);
  const stackOnly = before.world.profile.singlePages === 'stack-zone' && effect !== 'run';
  const zone = stackOnly ? ' of the stack zone' : '';
  const bound = parametersOf(operation.call)
    .filter(({ kind }) => kind !== 'runCount')
    .map(({ name, kind }) => {
      const value = argumentAt(operation, { name, kind });
      return `${name} ${typeof value === 'bigint' ? toHex(value) : String(value)}`;
    });
  if (promised !== null && promised.length > 0)
    return `page frame${promised.length === 1 ? '' : 's'} ${promised.slice(0, 8).join(', ')}${promised.length > 8 ? ' …' : ''} (${operation.call === 'allocAt' ? 'asked for' : effect === 'run' ? 'first-fit' : 'lifo'})`;
  if (effect === 'run') return `a run of ${counted(pages, 'free page frame')} (${bound.join(', ')})`;
  return pages === 1 ? `any free page frame${zone}` : `any ${counted(pages, 'free page frame')}${zone}`;
}

function amountText({ operation, free }: Demand, { after }: Moment): string {
  const { total } = after;
  if (operation.call === 'totalAmount') return String(total);
  return String(operation.call === 'freeAmount' ? free : total - free);
}

/** Returns the outcome that the specification demands, in words. */
export function expectedText(moment: Moment): string {
  const { demand, at } = moment;
  if (demand === null) return at < 0 ? 'the memory map, as it is' : 'nothing: it was not asked';
  const { expected, operation } = demand;
  if (expected.kind === 'misused') return `panic: ${expected.why}`;
  if (expected.kind === 'refused') return `failed, errno ENOMEM: ${expected.why}`;
  return describedCall(operation.call).effect === 'none'
    ? amountText(demand, moment)
    : grantText(demand, moment);
}

/** Whether the outcome itself violates the clause, and not what was observed besides it. */
export function isAnswerWrong({ violation, demand, response: { outcome } }: Moment): boolean {
  if (violation === null || demand === null) return violation !== null;
  const { kind } = demand.expected;
  const isRefusal = outcome.kind === 'failed' || outcome.kind === 'panicked' || outcome.kind === 'malformed';
  return violation.pfn !== null || (kind === 'granted') === isRefusal || outcome.kind === 'malformed';
}

/** An observation beside what the specification demands of it. */
export interface Comparison {
  readonly what: string;
  readonly expected: string;
  readonly observed: string;
  readonly differs: boolean;
}

function compared(what: string, expected: string | number, observed: unknown): readonly Comparison[] {
  if (observed === undefined) return [];
  const text = (value: unknown): string => (typeof value === 'number' ? grouped(value) : String(value));
  return [{ what, expected: text(expected), observed: text(observed), differs: expected !== observed }];
}

/** Returns what was observed of a call besides its outcome. Observations that the target does not offer are left out. */
export function comparisons({ demand, response, after }: Moment): readonly Comparison[] {
  const free = demand?.free ?? after.countOf('pmm');
  const { total } = after;
  const { profile } = after.world;
  const isFailure = demand?.expected.kind === 'refused';
  const reports = (report: 'errno' | 'warning'): boolean => isFailure && profile.failures.includes(report);
  const { errno, warnings, amounts } = response;
  return [
    ...compared('errno', reports('errno') ? 'ENOMEM' : 'unchanged', errno === null ? 'unchanged' : errno),
    ...compared('warnings', reports('warning') ? 1 : 0, warnings?.length),
    ...compared('total', total, amounts?.total),
    ...compared('free', free, amounts?.free),
    ...compared('reserved', total - free, amounts?.reserved),
  ];
}
