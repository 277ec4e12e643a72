/** `frameproof judge`: says whether the specification admits a recorded run, and otherwise which line it does not admit. */

import { Command } from 'commander';
import { judgeLog } from '../counterexamples/log/index.ts';
import { type MemoryMap, type Profile, SpecError } from '../spec/index.ts';
import { EXIT, endWith } from './exit-codes.ts';
import { examples } from './help.ts';
import { judgeJson, judgeReport } from './judge-report.ts';
import { jsonOption } from './options.ts';
import { print } from './print.ts';
import { profileOption } from './profile-option.ts';
import { workBar } from './progress-bar.ts';
import { interruption } from './supervised.ts';

interface JudgeFlags {
  readonly map?: string;
  readonly mapFromLog?: boolean;
  readonly profile?: Profile;
  readonly json?: boolean;
}

const EXIT_OF = {
  admitted: EXIT.holds,
  violated: EXIT.violated,
  cut: EXIT.unusable,
  interrupted: EXIT.interrupted,
} as const;

/** Returns the memory map in a file, with the readers of all notations. */
async function readMap(path: string): Promise<MemoryMap> {
  const { readMemoryMap } = await import('../spec/maps/index.ts');
  return readMemoryMap(path).map;
}

async function judge(path: string, { map: mapFile, mapFromLog, profile, json }: JudgeFlags): Promise<void> {
  const map = mapFile === undefined ? undefined : await readMap(mapFile);
  const bar = await workBar(null, 'judged');
  const watched = { map, mapFromLog, profile, signal: interruption(), onProgress: bar.update };
  const log = await judgeLog(path, watched).finally(bar.stop);
  const text = json === true ? JSON.stringify(judgeJson(log, path), null, 1) : judgeReport(log, path);
  print(`${text}\n`);
  if (log.cut !== null) throw new SpecError(log.cut);
  endWith(EXIT_OF[log.verdict]);
}

/** Returns the command `frameproof judge`. Its errors are `SpecError`s and `OutdatedTraceError`s, thrown. */
export function judgeCommand(): Command {
  return new Command('judge')
    .description('say whether the specification admits a recorded run, and which line it does not admit')
    .argument('<log>', "log file or a console's output, or - for standard input")
    .option('--map <file>', "memory map of a console's log (default: the one in the log)")
    .option(
      '--map-from-log',
      'take the memory map from what the kernel printed before its log, in any notation',
    )
    .addOption(profileOption('JSON: what the allocator claims to do (default: what the log says)'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('npx frameproof judge boot.log', 'npx frameproof judge serial.txt --map-from-log'),
    )
    .action(judge);
}
