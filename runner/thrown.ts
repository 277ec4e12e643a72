/**
 * Thrown values: what a target threw that is not a panic, in words that name the place in its code. A thrown value may be anything,
 * and to look at it may throw again.
 */
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isPromise } from 'node:util/types';
import type { Outcome, PlacedViolation, Trace } from '../spec/index.ts';

/** Messages of the engine where something frozen is changed: most likely, that was handed to the manager. */
const READ_ONLY = /read only property|is not extensible|Cannot (?:delete|redefine) property/;

/** Longer messages are cut. */
const LONGEST_MESSAGE = 500;

/** The folder of our rooms: of a checkout, or `dist/` of the package. */
const ROOT_URL = new URL('..', import.meta.url);
const ROOT = fileURLToPath(ROOT_URL);
const ROOMS = ['spec', 'model', 'impl', 'runner', 'counterexamples', 'properties', 'cli'];

/** Whether a path is that of a user's file. */
export function isUsersFile(path: string): boolean {
  const [first = ''] = relative(ROOT, path).split(sep);
  return !ROOMS.includes(first) && !path.split(sep).includes('node_modules');
}

/** A line of a stack: a URL or a path, a line and a column, some of them in parentheses behind a name. */
const FRAME = /^ {4}at (?:.* \(|async )?((?:file:\/\/\/|\/|[A-Za-z]:\\).*?)(:\d+:\d+)\)?$/;
/** The line before the stack of a syntax error. */
const SYNTAX = /^((?:file:\/\/\/|\/|[A-Za-z]:\\).*)(:\d+)$/;

/** Returns the path from the current folder, if it is shorter than the whole one. */
function shortPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.length < path.length ? fromHere : path;
}

/** Returns the place in the user's code at which an error was made, as `file:line:column`, or `file:line` for one of syntax; null where the stack names none. */
function placeIn(stack: string): string | null {
  for (const line of stack.split('\n')) {
    const [, file = '', place = ''] = FRAME.exec(line) ?? SYNTAX.exec(line) ?? [];
    const path = file.startsWith('file:') ? fileURLToPath(file) : file;
    if (path !== '' && isUsersFile(path)) return shortPath(path) + place;
  }
  return null;
}

/** Returns a description of a value that a target returned. */
export function described(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (isPromise(value)) return 'a Promise';
  if (typeof value === 'object' || typeof value === 'function')
    return typeof value === 'object' ? 'an object' : 'a function';
  return typeof value === 'string' ? JSON.stringify(value) : `${typeof value} ${String(value)}`;
}

function stackOfError({ stack }: Error): string {
  return typeof stack === 'string' ? stack : '';
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return described(error);
  const { name, message }: { readonly name: unknown; readonly message: unknown } = error;
  const text = typeof message === 'string' ? message.slice(0, LONGEST_MESSAGE) : described(message);
  return `${typeof name === 'string' ? name.slice(0, LONGEST_MESSAGE) : 'Error'}: ${text}`;
}

/** A thrown value, looked at once. */
interface Thrown {
  /** The error in one phrase, with its place where the stack names one. */
  readonly text: string;
  readonly place: string | null;
  /** The stack; empty for an error that was made while stacks were omitted, null for anything but an error. */
  readonly stack: string | null;
}

/** Looks at what a target threw. It never throws. */
export function lookAt(error: unknown): Thrown {
  try {
    const text = textOf(error);
    if (!(error instanceof Error)) return { text, place: null, stack: null };
    const stack = stackOfError(error);
    const place = placeIn(stack);
    const isWhole = /^ {4}at /m.test(stack);
    const where = place === null ? '' : ` (${place})`;
    const why = READ_ONLY.test(text) ? '; what a manager is handed is read-only' : '';
    return { text: text + where + why, place, stack: isWhole ? stack : '' };
  } catch {
    return { text: 'something that throws when it is looked at', place: null, stack: null };
  }
}

/** Whether an error was made by our code, and none of the user's called that. It never throws. */
export function isOurs(error: unknown): boolean {
  const { place, stack } = lookAt(error);
  return place === null && ROOMS.some((room) => stack?.includes(`${ROOT_URL.href}${room}/`));
}

/** The stacks of what targets threw, for people to read. They are not part of a trace. */
const STACKS = new WeakMap<Outcome, string>();

/** Returns the outcome of a call that threw something, while the manager did what `when` says. */
export function malformedBy(error: unknown, when = ''): Outcome {
  const { text, stack } = lookAt(error);
  const outcome: Outcome = { kind: 'malformed', message: `${when}it threw ${text}` };
  if (stack !== null) STACKS.set(outcome, stack);
  return outcome;
}

/** Returns the stack of the error that broke a clause in this thread: empty where it was omitted, null where no error did. */
export function stackOf({
  responses,
  violation,
}: {
  readonly responses: Trace['responses'];
  readonly violation?: PlacedViolation | null | undefined;
}): string | null {
  const outcome = violation == null ? undefined : responses[violation.at + 1]?.outcome;
  return (outcome === undefined ? undefined : STACKS.get(outcome)) ?? null;
}
