/** `frameproof record`: writes a log of a workload on a target, to try `judge` on or to compare with. */
import { setImmediate } from 'node:timers/promises';
import { Command } from 'commander';
import { type RecordOptions, recordLog } from '../properties/log/index.ts';
import { loadInteractiveTarget } from '../runner/load/index.ts';
import { config } from '../spec/index.ts';
import { readMemoryMap } from '../spec/maps/index.ts';
import { EXIT, endWith } from './exit-codes.ts';
import { examples } from './help.ts';
import { wholeNumber } from './options.ts';
import { openedFor, writtenOrSaid } from './output-file.ts';
import { print } from './print.ts';
import { workBar } from './progress-bar.ts';
import { interruption } from './supervised.ts';
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

/** Yields texts until the command is interrupted. Between two of them, there is time to hear of that. */
async function* untilInterrupted(texts: Iterable<string>, operations: number): AsyncGenerator<string, void> {
  const signal = interruption();
  const bar = await workBar(operations, 'recorded');
  let done = 0;
  try {
    for (const text of texts) {
      yield text;
      await setImmediate();
      done += BATCH;
      bar.update(Math.min(done, operations));
      if (!signal.aborted) continue;
      endWith(EXIT.interrupted);
      return;
    }
  } finally {
    bar.stop();
  }
}

/** Writes text batch by batch, until it ends or nobody reads it any longer. */
async function write(texts: AsyncIterable<string>, out: string): Promise<void> {
  if (out === '-') {
    for await (const text of texts) if (!print(text)) return;
    return;
  }
  const file = openedFor('--out', out);
  try {
    for await (const text of texts) if (writtenOrSaid('--out', () => file.write(text)) === null) return;
    writtenOrSaid('--out', () => file.close());
  } finally {
    file.abandon();
  }
}

async function record(flags: RecordFlags): Promise<void> {
  const target = await loadInteractiveTarget(flags.target);
  const { operations, seed, provoke = null } = flags;
  const provokesFrom = provoke === true ? 0 : provoke;
  const { map } = readMemoryMap(flags.map);
  const { policies, profile } = target;
  const asked = { target, map, config: config(), policies, profile, operations, seed, provokesFrom };
  await write(untilInterrupted(batches(asked), operations), flags.out);
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
