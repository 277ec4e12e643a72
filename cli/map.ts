/**
 * `frameproof map`: shows what a manager makes of a memory map and how it was read, writes it in another form, or shows
 * what differs between two.
 */
import { Command, Option } from 'commander';
import {
  type Config,
  config,
  DEFAULT_BITMAP_MAX_ADDR,
  type ImportedMap,
  type ReadOptions,
  readMemoryMap,
  SpecError,
  toHex,
} from '../spec/maps/index.ts';
import { EXIT, endWith } from './exit-codes.ts';
import { examples } from './help.ts';
import { boot, htmlOption, memorySize, pageAddress, physicalLimit } from './map-flags.ts';
import { mapReport } from './map-report.ts';
import { columns, print, say } from './print.ts';

interface MapOptions {
  readonly json?: boolean;
  readonly html?: string;
  readonly as?: 'e820' | 'limine';
  readonly bitmapMaxAddr?: bigint;
  readonly boot?: number | 'last';
  readonly table?: string;
  readonly lenient?: boolean;
  readonly partial?: boolean;
  readonly mem?: bigint;
  readonly physicalBits?: bigint;
}

function read(path: string, options: MapOptions): ImportedMap {
  const { boot, table, lenient, partial, mem, physicalBits } = options;
  const how: ReadOptions = {
    boot,
    table,
    lenient,
    partial,
    usableBelow: mem,
    physicalLimit: physicalBits,
  };
  return readMemoryMap(path, how);
}

/** Prints on standard error, for standard output is the map, what else there is to say of it. */
function warn(lines: readonly string[]): void {
  for (const line of lines) say(line);
}

/** Prints a map in another form. */
async function write(form: 'json' | 'e820' | 'limine', imported: ImportedMap): Promise<void> {
  const { writtenAs } = await import('../spec/maps/output/index.ts');
  const { text, merged } = writtenAs(form, imported.map);
  print(`${text}\n`);
  const told = merged.length === 0 ? [] : [`${form} has fewer types: written ${merged.join(', ')}`];
  warn([...imported.warnings.map((warning) => `warning: ${warning}`), ...told]);
}

/** Prints what differs between two maps; the exit code says whether anything does. */
async function compare(before: ImportedMap, after: ImportedMap): Promise<void> {
  const [{ differencesOf }, { differenceReport }] = await Promise.all([
    import('../spec/maps/output/index.ts'),
    import('./map-difference.ts'),
  ]);
  const found = differencesOf(before.map, after.map);
  print(`${differenceReport({ before, after, found })}\n`);
  if (found.length > 0) endWith(EXIT.violated);
}

function settingsOf({ bitmapMaxAddr, physicalBits }: MapOptions): Config {
  const limits = bitmapMaxAddr === undefined ? {} : { bitmapMaxAddr };
  return config({ ...limits, physicalLimit: physicalBits });
}

function show(imported: ImportedMap, options: MapOptions): void {
  const report = mapReport({
    imported,
    config: settingsOf(options),
    width: columns(),
  });
  print(`${report}\n`);
}

async function run(path: string, otherPath: string | undefined, options: MapOptions): Promise<void> {
  const form = options.json === true ? 'json' : options.as;
  if (otherPath !== undefined && form !== undefined)
    throw new SpecError(`--${form === 'json' ? form : 'as'}: goes with one memory map, and not with two`);
  const imported = read(path, options);
  const other = otherPath === undefined ? null : read(otherPath, options);
  if (options.html !== undefined) {
    const { writeHtml } = await import('./html.ts');
    const beside = other === null ? null : { title: otherPath ?? '', map: other.map };
    const picture = { title: path, map: imported.map, config: settingsOf(options), other: beside };
    writeHtml(options.html, [{ kind: 'map', ...picture }]);
  }
  if (other !== null) return compare(imported, other);
  return form === undefined ? show(imported, options) : write(form, imported);
}

/** Returns the command `frameproof map`. Its errors are `SpecError`s, thrown. */
export function mapCommand(): Command {
  return new Command('map')
    .description('show what a memory map holds, whatever its notation, or how two differ (exit code 1)')
    .argument(
      '<path>',
      'a boot log or another dump, the folder /sys/firmware/memmap, or - for standard input',
    )
    .argument('[other]', 'a memory map to compare it with')
    .addOption(htmlOption())
    .option('--json', 'print the map as JSON, the form that every other command reads')
    .addOption(
      new Option('--as <form>', 'print the map as the e820 table of a boot log, or as a Limine request in C')
        .choices(['e820', 'limine'])
        .conflicts(['json']),
    )
    .option('--boot <n>', 'which of several boots in the dump to read, from 1, or last', boot)
    .option('--table <name>', 'which of several tables to read, by its notation')
    .option('--lenient', 'leave out entries and lines that cannot be read, and say so')
    .option('--partial', 'read a table of which entries are missing, and say so')
    .option('--mem <size>', 'use no RAM beyond this, as mem= tells a kernel: 512M', memorySize)
    .option('--physical-bits <n>', 'bits of a physical address: 56 on RISC-V (default: 52)', physicalLimit)
    .option(
      '--bitmap-max-addr <address>',
      `end of the bitmap zone (default: ${toHex(DEFAULT_BITMAP_MAX_ADDR)})`,
      pageAddress('--bitmap-max-addr'),
    )
    .addHelpText(
      'after',
      examples(
        'npx frameproof map boot.log',
        'npx frameproof map boot.log --boot last --json',
        'npx frameproof map before.log after.log',
        'npx frameproof map boot.log --html map.html',
      ),
    )
    .action(run);
}
