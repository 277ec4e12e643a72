/**
 * Choice: which table of a dump is its map. The notation that says most, unless one is named; the one table of it, or the
 * one of the boot that is named; and that only if nothing speaks against it that the options do not let pass.
 */
import { SpecError } from '../errors.ts';

import type { Dump } from './claims.ts';
import type { Entry } from './entry.ts';
import { fault } from './lines.ts';
import type { ReadEntry } from './notation.ts';
import { NOTATIONS } from './notations.ts';
import { notesOn, warningsOn } from './notes.ts';
import type { Problem, Waiver } from './problems.ts';
import { isMemory } from './read-entry.ts';
import type { ImportedMap, ReadOptions, UnusedTable } from './reading.ts';
import { type Table, tablesOf } from './table.ts';

/** The tables of a dump in one notation. */
type Tables = readonly [Table, ...Table[]];

/** Returns the tables of a dump in every notation that some line of it claims, the one that says most first. */
export function tablesIn(dump: Dump): readonly Tables[] {
  return NOTATIONS.flatMap((notation) => {
    const [first, ...others] = tablesOf(notation, dump);
    return first === undefined ? [] : [[first, ...others] as const];
  });
}

const KINDS = [
  'a Linux boot log',
  'one of another kernel, hypervisor or boot loader',
  '`memmap` of the UEFI shell',
  '/proc/iomem as root',
  'a device tree',
  'the folder /sys/firmware/memmap',
  'or JSON of format "frameproof/memory-map"',
].join(', ');

/**
 * Whether something of the tables can be read, or a heading says that it should. Prose that looks like an entry does not
 * make a map.
 */
function isRecognised(tables: Tables): boolean {
  return tables.some(({ entries, notation }) => entries.some(isMemory) || notation.needsHeading === true);
}

function nameOf([{ notation }]: Tables): string {
  return notation.name;
}

/** Returns the tables of the notation to read; where none is recognised, those that are claimed, for their error. */
function chosenNotation(all: readonly Tables[], source: string, { table }: ReadOptions): Tables {
  const known = all.filter(isRecognised);
  if (table !== undefined) {
    const named = all.find((tables) => nameOf(tables) === table);
    if (named !== undefined) return named;
    const names = known.map(nameOf).join(', ') || 'none';
    throw new SpecError(`${source}: --table: expected a table of this dump (${names}), found "${table}"`);
  }
  const [first = all[0]] = known;
  if (first === undefined) throw new SpecError(`${source}: expected a memory map (${KINDS})`);
  return first;
}

function isSameMap(a: Table, b: Table): boolean {
  const [one, other] = [a.entries.filter(isMemory), b.entries.filter(isMemory)];
  const isSame = (x: ReadEntry, y: ReadEntry | undefined): boolean =>
    y !== undefined && x.start === y.start && x.end === y.end && x.type === y.type;
  return one.length === other.length && one.every((entry, i) => isSame(entry, other[i]));
}

/** Returns the tables that differ: of those that say the same, the one that the least speaks against. */
function differing(tables: readonly Table[]): readonly Table[] {
  const kept: Table[] = [];
  for (const table of tables) {
    const same = kept.findIndex((other) => isSameMap(other, table));
    if (same < 0) kept.push(table);
    else if (table.problems.length < (kept[same]?.problems.length ?? 0)) kept[same] = table;
  }
  return kept;
}

function chosenBoot(tables: readonly Table[], { boot }: ReadOptions): Table {
  const [first, second] = tables;
  if (first === undefined) throw new RangeError('a notation without tables');
  const named = boot === 'last' ? tables.at(-1) : tables[(boot ?? 1) - 1];
  if (named === undefined) throw fault(first.first, `--boot from 1 to ${tables.length}`, `${boot}`);
  if (boot === undefined && second !== undefined) {
    const expected = `one table of ${first.notation.name} (--boot 1 to ${tables.length}, or last, chooses one)`;
    throw fault(second.first, expected, `another one: ${second.first.text}`);
  }
  return named;
}

/** Returns the tables that have entries; those without are a problem of all. */
function withEntries(tables: Tables): readonly Table[] {
  const full = tables.filter(({ entries, problems }) => entries.length > 0 || problems.length === 0);
  return full.length === 0 ? tables : full;
}

const HINTS: Readonly<Record<Waiver, string>> = {
  lenient: '`frameproof map --lenient` leaves it out',
  partial: '`frameproof map --partial` reads what is there',
};

function isWaived({ waivers }: Problem, options: ReadOptions): boolean {
  return waivers.some((waiver) => options[waiver] === true);
}

/** Throws the first problem that the options do not let pass; returns what the others say. */
function waived(problems: readonly Problem[], options: ReadOptions): readonly string[] {
  const first = problems.find((problem) => !isWaived(problem, options));
  if (first !== undefined) {
    const [waiver] = first.waivers;
    throw waiver === undefined ? first.error : new SpecError(`${first.error.message} (${HINTS[waiver]})`);
  }
  return problems.map(({ error, line }) => error.message.slice(line.source.length + 2));
}

function where({ first, last }: Table): string {
  return first.number === last.number ? first.where : `lines ${first.number} to ${last.number}`;
}

function unusedTables(
  all: readonly Tables[],
  chosen: Table,
  differing: readonly Table[],
): readonly UnusedTable[] {
  const boots = differing.flatMap((table, i) =>
    table === chosen ? [] : [{ notation: table.notation.name, where: where(table), flag: `--boot ${i + 1}` }],
  );
  const others = all.filter(isRecognised).filter(([{ notation }]) => notation !== chosen.notation);
  return [
    ...boots,
    ...others.map(([table]) => ({
      notation: table.notation.name,
      where: where(table),
      flag: `--table ${table.notation.name}`,
    })),
  ];
}

/** Returns what the dump takes out of the map elsewhere, between the tables round the chosen one. */
function carved({ notation, first, last }: Table, tables: Tables, dump: Dump): readonly Table[] {
  if (notation.carvedBy === undefined) return [];
  const from = Math.max(
    0,
    ...tables.map((table) => (table.last.number < first.number ? table.last.number : 0)),
  );
  const next = tables.find((table) => table.first.number > last.number);
  const to = next?.first.number ?? Number.POSITIVE_INFINITY;
  const lines = dump.lines.filter(({ number }) => number > from && number < to);
  return tablesOf(notation.carvedBy, { lines, limit: dump.limit });
}

/** Returns a table of each other notation, where the dump's agree. */
function otherTables(all: readonly Tables[], chosen: Table): readonly Table[] {
  return all.filter(isRecognised).flatMap((tables) => {
    const [table, another] = differing(tables);
    const isOther = table !== undefined && table.notation !== chosen.notation;
    return isOther && another === undefined ? [table] : [];
  });
}

/** The known facts about the map that a table is. */
type Found = Omit<ImportedMap, 'map'> & { readonly isOrderly: boolean };

/**
 * Returns what the table of a dump says that is its map; throws a one-line `SpecError` where there is none, where several
 * differ, and where something speaks against it that the options do not let pass.
 */
export function choose(all: readonly Tables[], dump: Dump, source: string, options: ReadOptions): Found {
  const tables = chosenNotation(all, source, options);
  const distinct = differing(withEntries(tables));
  const chosen = chosenBoot(distinct, options);
  const carving = carved(chosen, tables, dump);
  const empty = tables.filter((table) => !distinct.includes(table) && table.entries.length === 0);
  const problems = [chosen, ...empty, ...carving].flatMap((table) => table.problems);
  const passed = waived(problems, options);
  const taken = carving.flatMap(({ entries }) => entries.filter(isMemory));
  const { usableBelow } = options;
  const setting = { chosen, others: otherTables(all, chosen), taken, lines: dump.lines, usableBelow };
  return {
    ...mapOf(chosen, taken),
    notes: notesOn(setting),
    warnings: [...passed, ...warningsOn(setting)],
    unused: unusedTables(all, chosen, distinct),
  };
}

/** Returns what a table lists, and what was taken out of it. */
function mapOf(table: Table, taken: readonly ReadEntry[]): Omit<Found, 'notes' | 'warnings' | 'unused'> {
  const { notation, entries, passed } = table;
  const listed = notation.arrange?.(entries) ?? entries.filter(isMemory);
  const parts = taken.filter(isMemory);
  return {
    notation: notation.name,
    printer: notation.printer,
    count: entries.filter(({ type }) => type !== 'hole').length,
    entries: [...listed, ...parts].map(({ type, start, end }): Entry => ({ type, start, end })),
    where: where(table),
    passed,
    isOrderly: notation.isOrderly === true && parts.length === 0,
  };
}
