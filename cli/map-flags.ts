/**
 * Flags of commands that read maps, and how the values of flags about memory are read. Nothing of `spec/` is loaded here: commands that read maps and commands that
 * judge come by different doors.
 */
import { Option } from 'commander';

/** A flag with a bad value. It has the name of all errors of bad input, by which `failure.ts` knows them. */
class FlagError extends Error {
  override readonly name = 'SpecError';
}

function bad(flag: string, expected: string, text: string): FlagError {
  return new FlagError(`${flag}: expected ${expected}, found ${JSON.stringify(text)}`);
}

const PAGE_BYTES = 4096n;
const [FEWEST_BITS, MOST_BITS] = [32, 56];

/** Returns the page-aligned physical address in the text of a flag, in hex. */
export function pageAddress(flag: string): (text: string) => bigint {
  return (text) => {
    const address = /^0x[0-9a-f]{1,16}$/i.test(text) ? BigInt(text) : -1n;
    const isPage = address >= 0n && address <= 1n << BigInt(MOST_BITS) && address % PAGE_BYTES === 0n;
    if (isPage) return address;
    throw bad(flag, `a multiple of 4096 of at most 2^${MOST_BITS} as a hex string`, text);
  };
}

/** Returns which boot of a log `text` names: a number from 1, or `last`. */
export function boot(text: string): number | 'last' {
  if (text === 'last') return text;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw bad('--boot', 'a number from 1, or last', text);
}

const SHIFTS: Readonly<Record<string, bigint>> = { '': 0n, K: 10n, M: 20n, G: 30n, T: 40n };

/** Returns the bytes in `text` as `mem=` tells them to a kernel: 512M, 4G. */
export function memorySize(text: string): bigint {
  const [, digits, letter = ''] = /^(\d{1,12})([KMGT]?)$/i.exec(text) ?? [];
  if (digits === undefined) throw bad('--mem', 'a size such as 512M or 4G', text);
  return BigInt(digits) << (SHIFTS[letter.toUpperCase()] ?? 0n);
}

/** Returns the address at which physical memory ends on a machine with as many address bits as `text` says. */
export function physicalLimit(text: string): bigint {
  const bits = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (bits >= FEWEST_BITS && bits <= MOST_BITS) return 1n << BigInt(bits);
  throw bad('--physical-bits', `a number from ${FEWEST_BITS} to ${MOST_BITS}`, text);
}

/** `--html`. */
export function htmlOption(): Option {
  return new Option('--html <file>', 'write what was found as a page to look at in a browser');
}
