/**
 * Bursts: operations of a program that repeat one or two calls in step, written as one. Each number in them, and each result and page
 * that they name, goes up or down by the same amount from one time to the next. So the first and the last time say all:
 *
 *   { times: 512, first: [free(a)], last: [free(sr)] }             free(a), free(b), … free(sr)
 *   { times: 64, first: [alloc(), free(a)], last: [alloc(), free(bl)] }
 *
 * Programs are lists of operations; bursts are how traces and reports write them down.
 */
import * as t from 'io-ts';
import { counted } from './counted.ts';
import { closed, withJsonForm } from './decode.ts';
import { type Argument, type Operation, operationOf, ProgramOperation, valuesOf } from './operation.ts';
import { namesResult, type Reference } from './reference.ts';

/** Operations that repeat. The first and the last time have the same calls. */
interface Burst {
  readonly times: number;
  readonly first: readonly Operation<Reference>[];
  readonly last: readonly Operation<Reference>[];
}

export type ProgramStep = Operation<Reference> | Burst;

/** JSON of a step of a program: an operation, or a burst. */
const BurstStep: t.Type<Burst, unknown, unknown> = t.readonly(
  closed(
    t.type({
      times: t.number,
      first: t.readonlyArray(ProgramOperation),
      last: t.readonlyArray(ProgramOperation),
    }),
  ),
);

export function isBurst(step: object): step is Burst {
  return 'times' in step;
}

/** Returns a context whose last place has a codec of which errors speak. */
function meantBy(context: t.Context, type: t.Decoder<unknown, unknown>): t.Context {
  const last = context.at(-1);
  return last === undefined ? context : [...context.slice(0, -1), { ...last, type }];
}

// What it has decides what it is, so that an error is about the one that was meant.
export const ProgramStep = new t.Type<ProgramStep, unknown, unknown>(
  'an operation, or a burst of them',
  (u): u is ProgramStep => BurstStep.is(u) || ProgramOperation.is(u),
  (u, context) => {
    const meant = typeof u === 'object' && u !== null && isBurst(u) ? BurstStep : ProgramOperation;
    return meant.validate(u, meantBy(context, meant));
  },
  (step) => (isBurst(step) ? BurstStep.encode(step) : ProgramOperation.encode(step)),
);
withJsonForm(ProgramStep, t.union([BurstStep, ProgramOperation]));

/** Operations are written as a burst where they repeat this often. */
const LEAST_TIMES = 8;
/** Most operations of a repetition. */
const LONGEST_PERIOD = 2;
/** A program that is read may have this many operations. */
export const MOST_OPERATIONS = 2 ** 20;

type Value = Argument | Reference | readonly Reference[];

/** Returns the numbers of a value that may go up or down, and `null` for what must stay. */
function numbersOf(value: Value): readonly bigint[] {
  if (typeof value === 'number') return [];
  if (typeof value === 'bigint') return [value];
  if (Array.isArray(value)) return value.flatMap(numbersOf);
  const reference = value as Reference;
  if (!namesResult(reference)) return [reference.absolute];
  return [BigInt(reference.result), BigInt(reference.page), reference.offset];
}

/** Returns what must be the same each time: kinds of references, and numbers that are not integers. */
function shapeOf(value: Value): string {
  if (typeof value === 'number') return `${value}`;
  if (typeof value === 'bigint') return 'n';
  if (Array.isArray(value)) return `[${value.map(shapeOf).join('')}]`;
  return namesResult(value as Reference) ? 'r' : 'a';
}

/** An operation as a shape and numbers. */
interface Numbered {
  readonly shape: string;
  readonly numbers: readonly bigint[];
}

function numbered(operation: Operation<Reference>): Numbered {
  const values = valuesOf(operation);
  return { shape: `${operation.call} ${values.map(shapeOf).join(' ')}`, numbers: values.flatMap(numbersOf) };
}

/** Whether three times of an operation are in step. */
function isInStep(a: Numbered | undefined, b: Numbered | undefined, c: Numbered | undefined): boolean {
  if (a === undefined || b === undefined || c === undefined) return false;
  if (a.shape !== b.shape || b.shape !== c.shape) return false;
  return b.numbers.every((number, i) => 2n * number === (a.numbers[i] ?? 0n) + (c.numbers[i] ?? 0n));
}

/** Returns how often the `period` operations from `from` on are repeated in step. */
function timesFrom(all: readonly Numbered[], from: number, period: number): number {
  let at = from + 2 * period;
  while (isInStep(all[at - 2 * period], all[at - period], all[at])) at += 1;
  return Math.floor((at - from) / period);
}

/** Returns a program as steps. O(operations). */
export function stepsOf(program: readonly Operation<Reference>[]): readonly ProgramStep[] {
  const all = program.map(numbered);
  const steps: ProgramStep[] = [];
  for (let at = 0; at < program.length; ) {
    const found = Array.from({ length: LONGEST_PERIOD }, (_, k) => ({
      period: k + 1,
      times: timesFrom(all, at, k + 1),
    })).find(({ times }) => times >= LEAST_TIMES);
    if (found === undefined) {
      steps.push(...program.slice(at, at + 1));
      at += 1;
      continue;
    }
    const { period, times } = found;
    const end = at + period * times;
    steps.push({ times, first: program.slice(at, at + period), last: program.slice(end - period, end) });
    at = end;
  }
  return steps;
}

/** Returns the number of operations of a step. */
export function lengthOfStep(step: ProgramStep): number {
  return isBurst(step) ? step.times * step.first.length : 1;
}

/** Returns the number that lies `k` of `times - 1` equal parts of the way; null where the parts are not integers. */
function between(first: bigint, last: bigint, k: number, times: number): bigint | null {
  const parts = BigInt(Math.max(1, times - 1));
  return (last - first) % parts === 0n ? first + ((last - first) / parts) * BigInt(k) : null;
}

function valueBetween(first: Value, last: Value, k: number, times: number): Value | null {
  if (typeof first === 'bigint' && typeof last === 'bigint') return between(first, last, k, times);
  if (typeof first !== 'object') return first;
  if (Array.isArray(first)) {
    const others = last as readonly Reference[];
    const values = first.map((one, i) => valueBetween(one, others[i] ?? one, k, times));
    return values.every((one) => one !== null) ? (values as readonly Reference[]) : null;
  }
  const [a, b] = [first as Reference, last as Reference];
  if (!namesResult(a) || !namesResult(b)) {
    const absolute = between('absolute' in a ? a.absolute : 0n, 'absolute' in b ? b.absolute : 0n, k, times);
    return absolute === null ? null : { absolute };
  }
  const result = between(BigInt(a.result), BigInt(b.result), k, times);
  const page = between(BigInt(a.page), BigInt(b.page), k, times);
  const offset = between(a.offset, b.offset, k, times);
  if (result === null || page === null || offset === null) return null;
  return { result: Number(result), page: Number(page), offset };
}

/** Returns the operations of a step, or what is wrong with it. */
export function operationsOfStep(step: ProgramStep): readonly Operation<Reference>[] | string {
  return isBurst(step) ? operationsOf(step) : [step];
}

function operationsOf({ times, first, last }: Burst): readonly Operation<Reference>[] | string {
  if (!Number.isInteger(times) || times < 1) return `times: expected a whole number above 0, found ${times}`;
  if (times * first.length > MOST_OPERATIONS)
    return `expected at most ${counted(MOST_OPERATIONS, 'operation')}`;
  const isAlike =
    first.length === last.length &&
    first.every((operation, i) => numbered(operation).shape === numbered(last[i] ?? operation).shape);
  if (!isAlike) return 'expected the same calls the first and the last time';
  const operations: Operation<Reference>[] = [];
  for (let k = 0; k < times; k += 1)
    for (const [i, operation] of first.entries()) {
      const ends = valuesOf(last[i] ?? operation);
      const values = valuesOf(operation).map((value, j) => valueBetween(value, ends[j] ?? value, k, times));
      if (!values.every((value) => value !== null))
        return 'expected numbers that change by a whole number each time';
      operations.push(operationOf(operation.call, values as readonly Value[]));
    }
  return operations;
}
