/**
 * Edits: what happens to a dump on its way from a console into a file, one random edit at a time.
 */
import type { Draws } from '../../properties/random/index.ts';

export const EDITS = [
  'lost',
  'doubled',
  'cut',
  'beheaded',
  'wrapped',
  'quoted',
  'reordered',
  'joined',
] as const;
export type Edit = (typeof EDITS)[number];

/** Returns the lines after the edit of one of them, at an index of a line that is not empty. */
type OneLine = (lines: readonly string[], at: number, draws: Draws) => readonly string[];

function replaced(lines: readonly string[], at: number, ...by: readonly string[]): readonly string[] {
  return [...lines.slice(0, at), ...by, ...lines.slice(at + 1)];
}

/** Returns a place inside a line: something is left on both sides. */
function inside(line: string, draws: Draws): number {
  const blank = line.length - line.trimStart().length;
  const full = line.length - blank;
  return full < 2 ? line.length : blank + 1 + draws.below(full - 1);
}

/** Returns the places at which a mail may break a line. */
function blanks(line: string): readonly number[] {
  return [...line.matchAll(/(?<=\S) +(?=\S)/g)].map(({ index }) => index);
}

const ONE_LINE: Readonly<Record<Exclude<Edit, 'joined'>, OneLine>> = {
  lost: (lines, at) => replaced(lines, at),
  doubled: (lines, at) => replaced(lines, at, lines[at] ?? '', lines[at] ?? ''),
  cut: (lines, at, draws) => {
    const line = lines[at] ?? '';
    return replaced(lines, at, line.slice(0, inside(line, draws)));
  },
  beheaded: (lines, at, draws) => {
    const line = lines[at] ?? '';
    return replaced(lines, at, line.slice(inside(line, draws)));
  },
  wrapped: (lines, at, draws) => {
    const line = lines[at] ?? '';
    const places = blanks(line);
    if (places.length === 0) return lines;
    const place = draws.of(places);
    return replaced(lines, at, line.slice(0, place), line.slice(place + 1));
  },
  quoted: (lines, at, draws) => {
    const marks = draws.of(['> ', '> > ', '>> ', '>']);
    const end = draws.below(2) === 0 ? at + 1 : at + 1 + draws.below(lines.length - at);
    return lines.map((line, i) => (i >= at && i < end ? marks + line : line));
  },
  reordered: (lines, at, draws) => {
    const other = draws.below(2) === 0 ? Math.min(at + 1, lines.length - 1) : draws.below(lines.length);
    return lines.with(at, lines[other] ?? '').with(other, lines[at] ?? '');
  },
};

/** Returns a text after a random edit of one of its lines; `another` is the text that it is joined with. */
export function edited(text: string, edit: Edit, another: string, draws: Draws): string {
  const lines = text.replace(/\n$/, '').split('\n');
  if (edit === 'joined') return `${text.replace(/\n?$/, '\n')}${another}`;
  const full = lines.flatMap((line, i) => (line.trim() === '' ? [] : [i]));
  return `${ONE_LINE[edit](lines, draws.of(full), draws).join('\n')}\n`;
}
