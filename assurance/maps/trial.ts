/**
 * Trials: dumps are edited at random and read again, and what became of their maps is counted. None may be read as
 * another map without a word.
 */
import { type Draws, drawsFrom } from '../../properties/random/index.ts';
import { type ImportedMap, importMemoryMap } from '../../spec/maps/index.ts';
import { EDITS, type Edit, edited } from './edits.ts';

/** A dump that is read as it is. */
export interface Dump {
  readonly name: string;
  readonly text: string;
  readonly map: ImportedMap;
}

/**
 * The outcome of an edited dump: it is read as the same map, refused, or read as another map. In the last case: with a warning
 * (`warned`), from one of several tables that the output names (`named`), with a line lost in a notation whose note says that this
 * cannot be seen (`noted`), or without a word (`silent`).
 */
export const OUTCOMES = ['same', 'refused', 'warned', 'named', 'noted', 'silent'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type Counts = Readonly<Record<Outcome, number>>;

/** The counts of one notation and one kind of edit. */
export interface Tally {
  readonly notation: string;
  readonly edit: Edit;
  readonly counts: Counts;
}

/** An edited dump that was read as another map without a word. */
export interface Finding {
  readonly name: string;
  readonly edit: Edit;
  readonly text: string;
}

export interface Trial {
  readonly edits: number;
  readonly tallies: readonly Tally[];
  readonly findings: readonly Finding[];
}

/** Returns a map as text in which the order of its descriptors does not matter, and how they are divided neither. */
function content({ map }: ImportedMap): string {
  const sorted = map.descriptors
    .filter(({ pages }) => pages > 0)
    .map(({ type, start, pages }) => ({ type, start, end: start + BigInt(pages) * 4096n }))
    .sort((a, b) => (a.start < b.start ? -1 : 1));
  const joined: { type: string; start: bigint; end: bigint }[] = [];
  for (const next of sorted) {
    const last = joined.at(-1);
    if (last?.type === next.type && last.end === next.start) last.end = next.end;
    else joined.push({ ...next });
  }
  return joined.map(({ type, start, end }) => `${type} ${start} ${end}`).join('\n');
}

function readOrNull(text: string): ImportedMap | null {
  try {
    return importMemoryMap(text, 'dump');
  } catch (error) {
    if (error instanceof Error && error.name === 'SpecError') return null;
    throw error;
  }
}

/** For each edit, the note of a reader that says that it cannot be seen. */
const UNSEEN: Readonly<Partial<Record<Edit, RegExp>>> = {
  lost: /missing.* cannot be seen$/,
  beheaded: /missing.* cannot be seen$/,
  joined: /of another machine,.* cannot be seen$/,
  cut: /cut.* cannot be seen/,
  reordered: /(?:missing|moved).* cannot be seen$|lists memory that .* lacks$/,
};

/** Returns the number of lines that hold only a log's prefix. */
function bareLines(text: string): number {
  return text.split('\n').filter((line) => /^[>\s]*(?:\[[^\]]*\]|\((?:XEN|d\d+)\))?\s*$/.test(line)).length;
}

/** Whether an edit left no more of a line than what a log puts before it: the line is lost. */
function isLost(before: string, after: string): boolean {
  return bareLines(after) > bareLines(before);
}

/** Returns what became of a dump by an edit. A note on what cannot be seen counts for the edit that it speaks of. */
function outcomeOf(dump: Dump, edit: Edit, text: string): Outcome {
  const after = readOrNull(text);
  if (after === null) return 'refused';
  if (content(dump.map) === content(after)) return 'same';
  if (after.warnings.length > 0) return 'warned';
  if (edit === 'joined' && after.unused.length > 0) return 'named';
  const unseen = UNSEEN[isLost(dump.text, text) ? 'lost' : edit];
  return unseen !== undefined && after.notes.some((note) => unseen.test(note)) ? 'noted' : 'silent';
}

/** Returns the dump that another is joined with: of the same notation, three times in four. */
function partner(dump: Dump, dumps: readonly Dump[], draws: Draws): Dump {
  const same = dumps.filter(({ map }) => map.notation === dump.map.notation);
  return draws.below(4) === 0 ? draws.of(dumps) : draws.of(same);
}

const NONE: Counts = { same: 0, refused: 0, warned: 0, named: 0, noted: 0, silent: 0 };
const MOST_FINDINGS = 50;

/** Makes `edits` edits of dumps, taking notations and kinds of edit in turn. The same seed makes the same edits. */
export function tried(dumps: readonly Dump[], edits: number, seed: number): Trial {
  const draws = drawsFrom(seed);
  const notations = [...new Set(dumps.map(({ map }) => map.notation))];
  const tallies = new Map<string, Tally>();
  const findings: Finding[] = [];
  for (let i = 0; i < edits; i += 1) {
    const edit = EDITS[i % EDITS.length] ?? 'lost';
    const notation = notations[Math.floor(i / EDITS.length) % notations.length] ?? '';
    const dump = draws.of(dumps.filter(({ map }) => map.notation === notation));
    const text = edited(dump.text, edit, partner(dump, dumps, draws).text, draws);
    const outcome = outcomeOf(dump, edit, text);
    const key = `${notation} ${edit}`;
    const { counts } = tallies.get(key) ?? { counts: NONE };
    tallies.set(key, { notation, edit, counts: { ...counts, [outcome]: counts[outcome] + 1 } });
    if (outcome === 'silent' && findings.length < MOST_FINDINGS)
      findings.push({ name: dump.name, edit, text });
  }
  return { edits, tallies: [...tallies.values()], findings };
}
