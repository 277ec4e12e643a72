/**
 * Shard files: the result of one shard of a run, as JSON that `merge` reads. A file names the run and the shard, and holds the counts of
 * each block, so that a merged run can end where the undivided run would have ended.
 */
import { join } from 'node:path';
import * as t from 'io-ts';
import { makeFolder, readText, writeFile } from '../../../spec/files/index.ts';
import { closed, decode, Natural, parseJson, Trace } from '../../../spec/index.ts';
import { Counts } from '../campaign/counts.ts';
import { RunIdentity } from './run-identity.ts';

const ShardCodec = t.refinement(
  t.readonly(closed(t.type({ index: Natural, of: Natural }))),
  ({ index, of }) => index < of,
  'a shard {index, of} with index below of',
);

/** A trace of the corpus, and its verdict on the target. */
const Replayed = t.readonly(
  closed(
    t.type({
      path: t.string,
      /** Whether it is part of this package. */
      isOwn: t.boolean,
      verdict: t.keyof({ holds: null, violated: null, beyond: null, outdated: null, unusable: null }),
      reason: t.union([t.string, t.null], 'a string or null'),
    }),
  ),
);

/** A finding, and the simplest program found from there. */
const ShrunkFinding = t.readonly(
  closed(
    t.type({
      trace: Trace,
      shrunk: Trace,
      from: t.union([t.string, t.null], 'a string or null'),
      block: t.union([Natural, t.null], 'a whole number or null'),
    }),
  ),
);
export type ShrunkFinding = t.TypeOf<typeof ShrunkFinding>;

export const ShardFile = t.readonly(
  closed(
    t.type(
      {
        format: t.literal('frameproof/shard'),
        version: t.literal(1),
        run: RunIdentity,
        shard: ShardCodec,
        seconds: t.number,
        corpus: t.readonlyArray(Replayed),
        /** The counts of each block, up to the one that the shard ended with. */
        blocks: t.readonlyArray(t.readonly(closed(t.type({ index: Natural, counts: Counts })))),
        isCutShort: t.boolean,
        findings: t.readonlyArray(ShrunkFinding),
      },
      'the result of a shard',
    ),
  ),
);
export type ShardFile = t.TypeOf<typeof ShardFile>;

/** The fields that tell the file of a shard from other files. */
const Format = t.type(
  { format: t.literal('frameproof/shard'), version: t.literal(1) },
  'the file of a shard',
);

/** Returns the name under which a shard's file is stored. */
function shardFileName({ shard: { index, of } }: Pick<ShardFile, 'shard'>): string {
  return `shard-${String(index).padStart(String(of - 1).length, '0')}-of-${of}.json`;
}

/**
 * Writes a shard's file into a folder, atomically, and returns its path. Creates the folder if it is missing.
 * @public
 */
export function writeShard(folder: string, file: ShardFile): string {
  const path = join(folder, shardFileName(file));
  makeFolder(folder);
  writeFile(path, `${JSON.stringify(ShardFile.encode(file))}\n`);
  return path;
}

/** The counts of 1024 blocks take some 10 MiB, and two traces for each finding may be added. */
const SHARD_FILE = { of: 'file of a shard', mostBytes: 32 * 1024 * 1024 };

/** Reads a shard's file. Throws `SpecError` if it cannot be read or is not a shard's file. */
export function readShard(path: string): ShardFile {
  const text = readText(path, SHARD_FILE);
  const data = parseJson(text, path);
  decode(Format, data, path);
  return decode(ShardFile, data, path);
}
