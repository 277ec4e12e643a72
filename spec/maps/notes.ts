/**
 * Notes: what is said of a table that was read. Notes hold of every table of its notation, or cast no doubt on this one;
 * warnings do: the dump itself says that the table is not all there is.
 */
import { byStart, type Extent, overlaps } from './entry.ts';
import type { Line } from './lines.ts';
import type { ReadEntry } from './notation.ts';
import { isMemory } from './read-entry.ts';
import type { Loss, Table } from './table.ts';

/** A table that was chosen, among what else its dump says. */
export interface Setting {
  readonly chosen: Table;
  /** A table of each other notation of which the dump has one. */
  readonly others: readonly Table[];
  /** What was taken out of the map. */
  readonly taken: readonly ReadEntry[];
  readonly lines: readonly Line[];
  readonly usableBelow: bigint | undefined;
}

const LOSS: Readonly<Record<Loss, (name: string) => readonly string[]>> = {
  seen: () => [],
  'seen but at the end': (name) => [
    `${name} does not count its entries: last ones that are missing cannot be seen`,
  ],
  unseen: (name) => [
    `${name} neither numbers nor counts its entries: lines that are missing, or of another machine, cannot be seen`,
  ],
};

const OPEN_END = {
  length: 'a number of any width: that one was cut cannot be seen but where another entry follows at its end',
  attributes: 'attributes: that some were cut off cannot be seen',
};

/** Returns what cannot be seen of a table: the same for every table of its notation that has no more to it. */
function blindSpots({ notation: { name, lines, openEnd }, loss }: Table): readonly string[] {
  return [
    ...LOSS[loss](name),
    ...(lines === undefined
      ? []
      : [`${name} takes several lines for an entry: lines moved between entries cannot be seen`]),
    ...(openEnd === undefined ? [] : [`${name} ends its lines with ${OPEN_END[openEnd]}`]),
  ];
}

/** Returns notes on entries that overlap: the least usable type holds. A tree's entries do by their nature. */
function overlapping({ entries, notation: { isNested } }: Table): readonly string[] {
  if (isNested === true) return [];
  const memory = entries.filter(isMemory).filter(({ start, end }) => start < end);
  const sorted = memory.toSorted(byStart);
  return sorted.flatMap((entry, i) => {
    const before = sorted.slice(0, i).findLast((other) => overlaps(other, entry));
    if (before === undefined || before.type === entry.type || before.list !== entry.list) return [];
    return [`${entry.line.where} overlaps ${before.line.where}: the less usable type holds`];
  });
}

/** Returns the first extent that no other covers, or null. */
function uncovered(extents: readonly ReadEntry[], cover: readonly Extent[]): ReadEntry | null {
  const sorted = cover.toSorted(byStart);
  const found = extents.find(({ start, end }) => {
    let at = start;
    for (const other of sorted) if (other.start <= at && at < other.end) at = other.end;
    return at < end;
  });
  return found ?? null;
}

/** Returns the note on a map that a user gave, where it lacks memory that the kernel had found. */
function restrictions({ chosen, others }: Setting): readonly string[] {
  return others.flatMap(({ notation, entries }) => {
    if (notation.restrictedBy !== chosen.notation.name) return [];
    const missing = uncovered(entries.filter(isMemory), chosen.entries.filter(isMemory));
    if (missing === null) return [];
    return [`${missing.line.where}: ${notation.name} lists memory that ${chosen.notation.name} lacks`];
  });
}

const MEM = /\bcommand line: .*?\bmem=(\d+[KMGT]?)\b/i;

/** Returns the note on a `mem=` of the kernel's command line, where no table says what the kernel made of it. */
function memory({ others, lines, usableBelow }: Setting): readonly string[] {
  if (usableBelow !== undefined || others.some(({ notation }) => notation.isChanged === true)) return [];
  const line = lines.find(({ text }) => MEM.test(text));
  const size = MEM.exec(line?.text ?? '')?.[1];
  return size === undefined ? [] : [`${line?.where}: mem=${size} is not used: --mem ${size} uses it`];
}

function carved({ taken }: Setting): readonly string[] {
  const [first] = taken;
  if (first === undefined) return [];
  const ranges = taken.length === 1 ? 'a range' : `${taken.length} ranges`;
  return [
    `${first.line.where}: ${ranges} of reserved memory taken out, as the firmware's`,
    'that lines of reserved memory are missing cannot be seen',
  ];
}

/** Returns the notes on a table. */
export function notesOn(setting: Setting): readonly string[] {
  const { chosen } = setting;
  return [
    ...blindSpots(chosen),
    ...overlapping(chosen),
    ...carved(setting),
    ...restrictions(setting),
    ...memory(setting),
  ];
}

/**
 * Returns what is wrong with a table that lacks memory which another one of the same machine has, although that one
 * derives from it: its entries are missing. Nothing can be said where the kernel or its user changed the map.
 */
function contradictions({ chosen, others }: Setting): readonly string[] {
  if (others.some(({ notation }) => notation.isChanged === true)) return [];
  const { name } = chosen.notation;
  return others.flatMap(({ notation, entries }) => {
    if (notation.derivedFrom?.includes(name) !== true) return [];
    const usable = entries.filter(({ type }) => type === 'conventional');
    const missing = uncovered(usable, chosen.entries.filter(isMemory));
    if (missing === null) return [];
    return [`${name} lacks memory that ${notation.name} lists in ${missing.line.where}: entries are missing`];
  });
}

/**
 * Returns what is wrong with ranges of one node that touch: the kernel would have made them one, were they not of different
 * kinds, and nothing that it printed says of which.
 */
function unexplained({ chosen: { notation, entries }, taken }: Setting): readonly string[] {
  if (notation.isSplitByKind !== true) return [];
  const isBorder = (at: bigint): boolean => taken.some(({ start, end }) => start === at || end === at);
  return entries.flatMap((entry, i) => {
    const before = entries[i - 1];
    if (before?.end !== entry.start || before.list !== entry.list || isBorder(entry.start)) return [];
    const touch = `${entry.line.where} touches ${before.line.where}`;
    return [`${touch}: one of them is nomap, perhaps, and the dump does not say which`];
  });
}

/** Returns the warnings on a table. */
export function warningsOn(setting: Setting): readonly string[] {
  return [...contradictions(setting), ...unexplained(setting)];
}
