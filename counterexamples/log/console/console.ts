/**
 * Console output: whatever a kernel prints on its serial line, of which the compact lines are a log. A line that is missing, by
 * its number, is a loss: the calls on it are not known. A line that starts a boot begins the log anew.
 */
import {
  type Config,
  config,
  decodeProfile,
  HIGHER_HALF_48,
  isSpecError,
  MEMORY_TYPES,
  type MemoryMap,
  MemoryType,
  memoryMap,
  parseJson,
  SpecError,
  shortened,
  WHOLE,
} from '../../../spec/index.ts';
import type { Line } from '../lines.ts';
import type { LogHeader, LogReader } from '../log-format.ts';
import { type CompactLine, compactEntry, compactLinesIn, hexWord } from './compact-line.ts';

/**
 * The delivery of a log by a console: what arrived, and what did not.
 *
 * @public
 */
export interface Delivery {
  /** Boots that began in it. */
  readonly boots: number;
  /** Lines that are missing between others, by their numbers. */
  readonly lost: number;
  /** The first of their numbers, as ranges in hex; `…` stands for more. */
  readonly lostNumbers: readonly string[];
  /** Lines that look like one of the log's, and are not whole. Their numbers are among the lost ones. */
  readonly damaged: number;
  /** Lines that came twice. */
  readonly repeated: number;
  /** Lines whose number is lower than that of the one before. */
  readonly outOfOrder: number;
  /** Lines with the right checksum that are not of the format, and the first of them with its place; null if there are none. */
  readonly unknown: { readonly lines: number; readonly first: string } | null;
}

/** Returns the memory map in a text of any notation. */
export type MapReader = (text: string, source: string) => MemoryMap;

/** Ranges of lost numbers that are listed. */
const MOST_RANGES = 20;
/**
 * A longer gap, or one in the first lines, may hide a reboot, and then no line before it counts. A short one could only if all lines of
 * the new boot were lost up to just this number.
 */
const LONGEST_GAP = 16;
const FIRST_LINES = 64;
/** Boot logs are shorter. */
const MOST_TEXT_BEFORE = 4 * 2 ** 20;

const NO_MAP = memoryMap([]);

/** The low bits that tell page frames apart where nobody knows at which address physical memory is mapped. */
const ADDRESS_BITS = 47;

/** A log whose first line is lost says neither what its allocator claims nor where memory is mapped. */
const LOST_HEADER: LogHeader = {
  map: NO_MAP,
  config: config(),
  policies: [],
  profile: decodeProfile({ zones: 1, failures: [] }, 'profile'),
  start: 'running',
  unseen: 'allocations',
};

/** A header whose map may follow. */
interface Beginning {
  readonly header: Omit<LogHeader, 'map'>;
  readonly regions: { readonly type: MemoryType; readonly start: bigint; readonly pages: number }[];
  readonly place: string;
}

function typeOf(efi: bigint | null): MemoryType | null {
  const name = Object.entries(MEMORY_TYPES).find(([, type]) => BigInt(type.efi) === efi)?.[0];
  return MemoryType.is(name) ? name : null;
}

/** Takes console output line by line, and passes its log to a reader. */
export class ConsoleDecoder {
  readonly #reader: LogReader;
  readonly #source: string;
  readonly #readMap: MapReader | null;
  readonly #given: MemoryMap | null;
  #expected: number | null = null;
  #last: CompactLine | null = null;
  #beginning: Beginning | null = null;
  #addressOf: (word: bigint) => bigint = (word) => word;
  #before = '';
  #goesOn = true;
  #boots = 0;
  #lost = 0;
  readonly #ranges: string[] = [];
  #damaged = 0;
  #repeated = 0;
  #outOfOrder = 0;
  #unknown: Delivery['unknown'] = null;

  constructor(
    source: string,
    reader: LogReader,
    { readMap, map }: { readonly readMap: MapReader | null; readonly map: MemoryMap | null },
  ) {
    this.#source = source;
    this.#reader = reader;
    this.#readMap = readMap;
    this.#given = map;
  }

  /** Whether no line of a log came. */
  get isEmpty(): boolean {
    return this.#expected === null;
  }

  get delivery(): Delivery {
    return {
      boots: this.#boots,
      lost: this.#lost,
      lostNumbers: this.#ranges,
      damaged: this.#damaged,
      repeated: this.#repeated,
      outOfOrder: this.#outOfOrder,
      unknown: this.#unknown,
    };
  }

  /** Takes one line of output. Returns whether to go on. */
  take({ text, number }: Line): boolean {
    this.#damaged += compactLinesIn(text, (line) => {
      this.#goesOn = this.#takeLine(line, number);
      return this.#goesOn;
    });
    if (this.#readMap !== null && this.#before.length < MOST_TEXT_BEFORE) this.#before += `${text}\n`;
    return this.#goesOn;
  }

  /** Takes note of the end of the output. */
  end(): void {
    if (this.#goesOn && this.#beginning !== null) this.#begin();
  }

  #takeLine(line: CompactLine, place: number): boolean {
    if (this.#isRepeated(line)) return true;
    this.#last = line;
    if (line.letter === 'h' || line.letter === 'j') return this.#takeHeader(line, place);
    const missing = this.#follow(line.number);
    const isWhole = missing === 0;
    if (this.#beginning !== null && line.letter === 'm' && isWhole) return this.#takeRegion(line, place);
    if (this.#beginning !== null && !this.#begin(isWhole)) return false;
    if (!isWhole && !this.#reader.onLoss(missing)) return false;
    const entry = compactEntry(line, this.#addressOf);
    if (entry === null) return this.#takeUnknown(line, place);
    return this.#reader.onEntry(entry, place);
  }

  #isRepeated(line: CompactLine): boolean {
    const last = this.#last;
    const isSame =
      last !== null &&
      last.number === line.number &&
      last.letter === line.letter &&
      last.words.join(' ') === line.words.join(' ');
    if (isSame) this.#repeated += 1;
    return isSame;
  }

  /** Compares a number with the one that is due. Returns how many lines are missing before it; null where nobody can say. */
  #follow(number: number): number | null {
    const isFirst = this.#expected === null;
    const expected = this.#expected ?? 0;
    if (isFirst) this.#beginAnew(LOST_HEADER);
    this.#expected = number + 1;
    if (number < expected) {
      this.#outOfOrder += 1;
      return null;
    }
    const missing = number - expected;
    if (missing > 0) this.#noteLost(expected, number - 1);
    const mayBeReboot = missing > LONGEST_GAP || (missing > 0 && expected < FIRST_LINES);
    return isFirst || mayBeReboot ? null : missing;
  }

  #noteLost(first: number, last: number): void {
    this.#lost += last + 1 - first;
    const [from, to] = [first.toString(16), last.toString(16)];
    if (this.#ranges.length < MOST_RANGES) this.#ranges.push(from === to ? from : `${from}-${to}`);
    else if (this.#ranges.length === MOST_RANGES) this.#ranges.push('…');
  }

  /** A line with the right checksum that is not one of a log: its writer has another version, or a defect. */
  #takeUnknown({ letter, words }: CompactLine, line: number): boolean {
    const first = `${this.#source}:${line}: ${shortened([letter, ...words].join(' '))}`;
    this.#unknown = { first, ...this.#unknown, lines: (this.#unknown?.lines ?? 0) + 1 };
    return this.#reader.onLoss(1);
  }

  #takeHeader({ number, letter, words }: CompactLine, line: number): boolean {
    if (this.#beginning !== null && !this.#begin()) return false;
    const place = `${this.#source}:${line}`;
    const [version, base, bitmapEnd, ...claims] = words;
    if (version !== '1') throw new SpecError(`${place}: expected a log of version 1, found ${version}`);
    const [higherHalf, bitmapMaxAddr] = [hexWord(base), hexWord(bitmapEnd)];
    if (higherHalf === null || bitmapMaxAddr === null)
      throw new SpecError(`${place}: expected the higher half and the end of the bitmap zone in hex`);
    const profile = claims.join('') === '' ? WHOLE : decodeProfile(parseJson(claims.join(' '), place), place);
    const start = letter === 'j' ? ({ start: 'running' } as const) : {};
    const settings = this.#configure(higherHalf, bitmapMaxAddr, place);
    this.#beginning = {
      header: { config: settings, policies: profile.policies, profile, ...start },
      regions: [],
      place,
    };
    this.#expected = number + 1;
    return true;
  }

  #configure(higherHalf: bigint, bitmapMaxAddr: bigint, place: string): Config {
    // Where pointers are physical addresses, they are judged, and shown, in the higher half: 0 is not an address.
    this.#addressOf = higherHalf === 0n ? (word) => word + HIGHER_HALF_48 : (word) => word;
    try {
      return config({ bitmapMaxAddr, higherHalf: higherHalf === 0n ? HIGHER_HALF_48 : higherHalf });
    } catch (error) {
      if (!isSpecError(error)) throw error;
      throw new SpecError(`${place}: ${error.message}`, { cause: error });
    }
  }

  #takeRegion(line: CompactLine, place: number): boolean {
    const [efi, start, pages] = line.words;
    const type = typeOf(hexWord(efi));
    const [first, count] = [hexWord(start), hexWord(pages)];
    if (type === null || first === null || count === null)
      return this.#begin(false) && this.#takeUnknown(line, place);
    this.#beginning?.regions.push({ type, start: first, pages: Number(count) });
    return true;
  }

  /** Passes on the header, now that its map is known. Without a map, the log is judged as one that starts in the middle. */
  #begin(isWhole = true): boolean {
    const beginning = this.#beginning;
    this.#beginning = null;
    if (beginning === null) return true;
    const map = isWhole ? this.#mapOf(beginning) : null;
    this.#boots += 1;
    const unknown = map === null ? ({ map: NO_MAP, start: 'running' } as const) : { map };
    return this.#reader.onHeader({ ...beginning.header, ...unknown });
  }

  #mapOf({ regions, place }: Beginning): MemoryMap | null {
    if (this.#given !== null) return this.#given;
    if (this.#readMap !== null) return this.#readMap(this.#before, this.#source);
    if (regions.length === 0) return null;
    try {
      return memoryMap(regions);
    } catch (error) {
      if (!isSpecError(error)) throw error;
      throw new SpecError(`${place}: the memory map after this line: ${error.message}`, { cause: error });
    }
  }

  #beginAnew(header: LogHeader): void {
    this.#addressOf = (word) => HIGHER_HALF_48 + BigInt.asUintN(ADDRESS_BITS, word);
    this.#reader.onHeader(header);
  }
}
