/**
 * Notations: the recipe by which every notation of memory maps made of lines is declared. A notation says three things: what a line looks like, what a table is, and which words mean which type.
 *
 * What a line looks like is a `mark`, by which a line claims to be an entry, and patterns of whole entries whose named
 * groups say what each part means:
 *
 *   start · end (exclusive) · last (inclusive) · startFrame · endFrame            the extent; all that are there must
 *   bytes · pages · size ("3.9G")                                                 agree
 *   type (number) · words · attributes (EFI: bits or flags)                        the memory type
 *   number · list                                                                 its place in the table, or in a list of it
 *   hole                                                                          not an entry: the printer names a gap
 *
 * A line that claims to be an entry and is not one whole is an error, never skipped.
 */
import type { MemoryType } from '../memory-map.ts';
import type { Entry, Extent } from './entry.ts';
import type { Line } from './lines.ts';
import type { Numbers, Types } from './memory-words.ts';

/** The named groups of the pattern that an entry matches; those that it lacks are undefined. */
export type Fields = Readonly<Record<string, string | undefined>>;

/** What an entry is: memory of a type, a hole that the printer names, or a use of memory that is not the machine's doing. */
export type EntryType = MemoryType | 'hole' | 'passed';

/** A notation of memory maps, made of lines. */
export interface Notation {
  /** `e820-dmesg`, `uefi-memmap`, … */
  readonly name: string;
  /** How messages call what prints it. */
  readonly printer: string;

  // What a line looks like.
  /** Begins what is or looks like an entry, in a line without log prefixes. No entry of another notation has it. */
  readonly mark: RegExp;
  /** Whole entries, from their mark to the end of the line. */
  readonly entry: readonly RegExp[];
  /** An entry, for messages. */
  readonly example: string;
  /** The base of numbers without `0x`: 16 unless said otherwise. */
  readonly base?: 10 | 16;
  /** The same of bytes and pages, where it is another one. */
  readonly lengthBase?: 10 | 16;
  /** The base of type numbers without `0x`: 10 unless said otherwise. */
  readonly typeBase?: 10 | 16;
  /** Lines that an entry takes, where it takes more than one. */
  readonly lines?: number;
  /** Whether the indentation of an entry nests it in the entry above. */
  readonly isNested?: boolean;

  // Which words mean which type.
  readonly types: Types;
  /** Says the type of an entry where words and numbers do not; null where it does not know. */
  readonly typeOf?: (fields: Fields) => EntryType | null;

  // What a table is.
  /** Begins a table. */
  readonly heading?: RegExp;
  /** Whether lines that look like entries are entries below a heading only, up to an `ending` or to what is `alike`. */
  readonly needsHeading?: boolean;
  /** Ends a table. */
  readonly ending?: RegExp;
  /** Begins lines that look like entries and are others. */
  readonly alike?: RegExp;
  /**
   * Lines that say something of the whole table, before or after it. Groups: `count`, `bytes`, `pages` or `size`; of the
   * entries of a `list`, or of those with these `words`, where it has such a group.
   */
  readonly figures?: readonly RegExp[];
  /** Lines within a table that say nothing of memory. */
  readonly passes?: RegExp;
  /** Whether entries are disjoint and aligned, as EFI promises: their order is kept. */
  readonly isOrderly?: boolean;
  /** Names of the tables that list all memory of this one and more, where the printer has both of one machine. */
  readonly derivedFrom?: readonly string[];
  /** Whether the kernel or its user changed the map before it was printed. */
  readonly isChanged?: boolean;
  /** The name of the table that a user gives instead of this one. */
  readonly restrictedBy?: string;
  /** Returns what the entries say together; each by itself unless said otherwise. */
  readonly arrange?: (entries: readonly ReadEntry[]) => readonly Entry[];
  /** What takes parts out of the map, printed by the same program elsewhere. */
  readonly carvedBy?: Notation;
  /** Whether ranges of a list touch only where they are of different kinds of memory. */
  readonly isSplitByKind?: boolean;
  /** Whether other lines may stand between the entries. */
  readonly isScattered?: boolean;
  /** Where the free text begins that an entry ends with. */
  readonly freeText?: RegExp;
  /** What an entry ends with, where it may be of any width: cutting its line may leave less that is whole. */
  readonly openEnd?: 'length' | 'attributes';
  /** The numbers that a printer of words has no word for, where it prints those as numbers. */
  readonly wordless?: Numbers;
  /** Whether what the boot loader may use, and the RAM, consists of whole page frames. */
  readonly isAligned?: boolean;
  /** Whether the printer joins entries of one type that touch. */
  readonly isJoined?: boolean;
}

/** An entry as it was read. */
export interface ReadEntry extends Extent {
  /** Its first line. */
  readonly line: Line;
  readonly type: EntryType;
  readonly fields: Fields;
  readonly list: string;
  readonly number: number | null;
  /** Whether the end is that of a rounded size: the entry ends there at the least. */
  readonly isRounded: boolean;
}
