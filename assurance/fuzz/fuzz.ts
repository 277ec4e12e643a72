/**
 * Fuzzing: a decoder reads spoilt files, and takes each or refuses it with an error of ours, of one line and of bounded length, in
 * bounded time. Anything else is a finding. The k-th file depends only on the seed and on k.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawsFrom } from '../../properties/random/index.ts';
import { isSpecError, OutdatedTraceError } from '../../spec/index.ts';
import type { Decoder } from './decoders.ts';
import { mutated } from './mutate.ts';

/** Which files a decoder reads: those from `from` up to `to`, which is not among them. */
export interface Stretch {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** Something that a decoder must not do. */
export interface Finding {
  readonly decoder: string;
  readonly seed: number;
  readonly file: number;
  readonly what: string;
}

/** The results of the files of a stretch. */
export interface Fuzzed {
  readonly accepted: number;
  readonly refused: number;
  readonly findings: readonly Finding[];
}

/** Milliseconds that a file of a MiB may take. */
const SLOW_MS = 2000;
/** Characters of a message, besides the path in it. */
const LONGEST_MESSAGE = 1000;

/** Seeds of neighbours must not give the same draws at a distance. */
const SEED_STEP = 1_000_003;

/** Returns the bytes of a file of a stretch. */
export function fileOf(samples: readonly string[], seed: number, file: number): Uint8Array {
  return Buffer.from(mutated(samples, drawsFrom(seed * SEED_STEP + file)), 'latin1');
}

/** Returns what is wrong with an error that a decoder threw, or null where it is one of ours. */
function faultIn(error: unknown): string | null {
  if (!isSpecError(error) && !(error instanceof OutdatedTraceError))
    return error instanceof Error ? (error.stack ?? error.message) : `it threw ${String(error)}`;
  const { message } = error;
  if (message.includes('\n')) return `a message of several lines: ${JSON.stringify(message)}`;
  return message.length > LONGEST_MESSAGE ? `a message of ${message.length} characters` : null;
}

/** Has a decoder read the files of a stretch. `onFile` hears of each before it is read. */
export async function fuzz(
  { name, samples, read }: Decoder,
  { seed, from, to }: Stretch,
  onFile: (file: number) => void = () => {},
): Promise<Fuzzed> {
  const sound = await samples();
  const counts = { accepted: 0, refused: 0 };
  const findings: Finding[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'frameproof-fuzz-'));
  const path = join(folder, 'spoilt.json');
  try {
    for (let file = from; file < to; file += 1) {
      const note = (what: string): unknown => findings.push({ decoder: name, seed, file, what });
      writeFileSync(path, fileOf(sound, seed, file));
      onFile(file);
      const start = performance.now();
      try {
        await read(path);
        counts.accepted += 1;
      } catch (error) {
        counts.refused += 1;
        const fault = faultIn(error);
        if (fault !== null) note(fault);
      }
      const ms = performance.now() - start;
      if (ms > SLOW_MS) note(`it took ${Math.round(ms)} ms`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { ...counts, findings };
}
