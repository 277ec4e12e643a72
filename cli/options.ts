/** Options that several commands share, and how their values are read. Bad values are `SpecError`s of one line. */
import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import * as either from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import type { Shard } from '../properties/random/index.ts';
import {
  decodeProfile,
  HexPageAddress,
  type PhysicalAddress,
  Policy,
  type Profile,
  parseJson,
  SpecError,
} from '../spec/index.ts';

function flagValue<A>(
  codec: t.Decoder<unknown, A> & { readonly name: string },
  flag: string,
  text: string,
): A {
  const decoded = codec.decode(text);
  if (either.isRight(decoded)) return decoded.right;
  throw new SpecError(`${flag}: expected ${codec.name}, found ${JSON.stringify(text)}`);
}

/** Returns a reader of whole numbers of at least `least`; the reader throws `SpecError` naming the flag. */
export function wholeNumber(flag: string, least: number): (text: string) => number {
  return (text) => {
    const n = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(n) && n >= least) return n;
    throw new SpecError(
      `${flag}: expected a whole number of at least ${least}, found ${JSON.stringify(text)}`,
    );
  };
}

/** Returns the number of seconds in `text`; throws `SpecError` unless it is above 0. */
export function seconds(flag: string): (text: string) => number {
  return (text) => {
    const n = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (n > 0) return n;
    throw new SpecError(`${flag}: expected seconds above 0, found ${JSON.stringify(text)}`);
  };
}

/** Returns a reader of numbers above 0. */
export function positive(flag: string): (text: string) => number {
  return (text) => {
    const n = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (n > 0) return n;
    throw new SpecError(`${flag}: expected a number above 0, found ${JSON.stringify(text)}`);
  };
}

/** Returns the policies that `text` lists, separated by commas; none for `none`. */
export function policyList(text: string): readonly Policy[] {
  if (text === 'none') return [];
  return text.split(',').map((name) => flagValue(Policy, '--policy', name.trim()));
}

/** Returns the page-aligned physical address in `text`, in hex. */
export function pageAddress(flag: string): (text: string) => PhysicalAddress {
  return (text) => flagValue(HexPageAddress, flag, text);
}

function readProfile(path: string): Profile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new SpecError(`--profile: expected a readable file, found ${path}: ${reason}`, { cause: error });
  }
  return decodeProfile(parseJson(text, path), path);
}

/** The option that says what a target claims. */
export function profileOption(): Option {
  return new Option(
    '--profile <file>',
    'JSON: what the target claims to do (default: what it says itself)',
  ).argParser(readProfile);
}

/** The option that bounds the time of a program in an executable. */
export function programMsOption(): Option {
  return new Option(
    '--program-ms <n>',
    'milliseconds that a program may take in an executable (default: 1000, more for large maps)',
  ).argParser(wholeNumber('--program-ms', 1));
}

/** Adds one more value of an option that may be given several times. */
export function repeated(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

/** The variable in which a Kubernetes Indexed Job numbers its pods. */
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';

/** Returns the shard in `text`: I/N, or N alone where the environment says which one this is. */
export function shard(text: string, environment: NodeJS.ProcessEnv = process.env): Shard {
  const named = environment[INDEX_VARIABLE];
  const [, index = named ?? '', of = ''] = /^(?:(\d+)\/)?(\d+)$/.exec(text) ?? [];
  if (/^\d+$/.test(index) && Number(index) < Number(of)) return { index: Number(index), of: Number(of) };
  const known = named === undefined ? 'is not set' : `is ${JSON.stringify(named)}`;
  throw new SpecError(
    `--shard: expected I/N with I from 0 to N - 1, or N with I in ${INDEX_VARIABLE}, which ${known}, found ${JSON.stringify(text)}`,
  );
}

/** More threads than this say nothing that fewer do not. */
export const MOST_WORKERS = 64;

/** Returns the number of workers in `text`. */
export function workers(text: string): number {
  const n = wholeNumber('--workers', 2)(text);
  if (n <= MOST_WORKERS) return n;
  throw new SpecError(`--workers: expected at most ${MOST_WORKERS}, found ${JSON.stringify(text)}`);
}
