/**
 * `frameproof map`: shows what a manager makes of a memory map, or turns any dump into the JSON that every other command
 * reads.
 */
import { Command } from 'commander';
import {
  config,
  DEFAULT_BITMAP_MAX_ADDR,
  MemoryMap,
  type PhysicalAddress,
  readMemoryMap,
  toHex,
} from '../spec/maps/index.ts';
import { examples } from './help.ts';
import { pageAddress } from './map-flags.ts';
import { mapReport } from './map-report.ts';
import { print } from './print.ts';

interface MapOptions {
  readonly json?: boolean;
  readonly bitmapMaxAddr?: PhysicalAddress;
}

const DEFAULT_WIDTH = 80;

/** Returns what the command prints for a path, without the last line break. Throws `SpecError`. */
function render(path: string, { json, bitmapMaxAddr }: MapOptions): string {
  const imported = readMemoryMap(path);
  if (json === true) return JSON.stringify(MemoryMap.encode(imported.map), null, 2);
  const settings = config(bitmapMaxAddr === undefined ? {} : { bitmapMaxAddr });
  return mapReport({ imported, config: settings, width: process.stdout.columns ?? DEFAULT_WIDTH });
}

/** Returns the command `frameproof map`. Its errors are `SpecError`s, thrown. */
export function mapCommand(): Command {
  return new Command('map')
    .description('show what a memory map holds, whatever its notation')
    .argument(
      '<path>',
      'a boot log or another dump, the folder /sys/firmware/memmap, or - for standard input',
    )
    .option('--json', 'print the map as JSON, the form that every other command reads')
    .option(
      '--bitmap-max-addr <address>',
      `end of the bitmap zone (default: ${toHex(DEFAULT_BITMAP_MAX_ADDR)})`,
      pageAddress('--bitmap-max-addr'),
    )
    .addHelpText('after', examples('npx frameproof map boot.log', 'npx frameproof map /proc/iomem --json'))
    .action((path: string, options: MapOptions) => {
      print(`${render(path, options)}\n`);
    });
}
