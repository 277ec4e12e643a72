/** `frameproof record`: writes a log of a workload on a target, to try `judge` on or to compare with. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { type RecordOptions, recordLog } from '../properties/log/index.ts';
import { loadInteractiveTarget } from '../runner/load/index.ts';
import { config, SpecError } from '../spec/index.ts';
import { readMemoryMap } from '../spec/maps/index.ts';
import { examples } from './help.ts';
import { wholeNumber } from './options.ts';
import { moduleOption } from './target-options.ts';

interface RecordFlags {
  readonly target: string;
  readonly map: string;
  readonly out: string;
  readonly operations: number;
  readonly seed: number;
  /** True where it was given without a number. */
  readonly provoke?: number | true;
}

const DEFAULT_OPERATIONS = 1000;
/** Lines handed over at a time. */
const BATCH = 1024;

function* batches(options: RecordOptions): Generator<string, void> {
  let lines: string[] = [];
  for (const line of recordLog(options)) {
    lines.push(line);
    if (lines.length < BATCH) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}

async function write(text: Readable, out: string): Promise<void> {
  try {
    if (out === '-') await pipeline(text, process.stdout, { end: false });
    else await pipeline(text, createWriteStream(out));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new SpecError(`--out: expected a file that can be written to, found ${out}: ${String(error.code)}`);
  }
}

async function record(flags: RecordFlags): Promise<void> {
  const target = await loadInteractiveTarget(flags.target);
  const { operations, seed, provoke = null } = flags;
  const provokesFrom = provoke === true ? 0 : provoke;
  const { map } = readMemoryMap(flags.map);
  const { policies } = target;
  const text = Readable.from(
    batches({ target, map, config: config(), policies, operations, seed, provokesFrom }),
  );
  await write(text, flags.out);
}

/** Returns the command `frameproof record`. Its errors are `SpecError`s, thrown. */
export function recordCommand(): Command {
  return new Command('record')
    .description('write a log of a long run of an allocator, for judge and shrink')
    .requiredOption('--map <path>', 'memory map to run on')
    .option('--out <file>', 'file to write, or - for standard output', '-')
    .addOption(moduleOption())
    .option('--operations <n>', 'operations to record', wholeNumber('--operations', 1), DEFAULT_OPERATIONS)
    .option('--seed <n>', 'seed of the workload', wholeNumber('--seed', 0), 1)
    .option(
      '--provoke [operation]',
      'from this operation on, also make calls that just fit, that must be refused and that must panic',
      wholeNumber('--provoke', 0),
    )
    .addHelpText(
      'after',
      examples('npx frameproof record --map machine.txt --operations 100000 --provoke --out run.log'),
    )
    .action(record);
}
