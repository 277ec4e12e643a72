/**
 * Remnants: what is left of an entry whose line was cut, at its begin or at its end, when it stands right before or right
 * after a table. Within a table any such line is foreign; at the edge it is told by what it becomes when it is given a
 * part of another entry:
 *
 *     BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable      an entry of the table
 *                       0000009fc00-0x000000000009ffff] reserved         the line in question
 *     BIOS-e820: [mem 0x0000009fc00-0x000000000009ffff] reserved         both: an entry, so the line is a remnant
 */
import { type Claim, isForeign, shapeOf } from './claims.ts';
import { type Line, withoutLogPrefix } from './lines.ts';
import type { Notation } from './notation.ts';
import { isCutWord, isShaped } from './read-entry.ts';

/** What a line is compared with: a table's entry, and the prefix that its entries have. */
interface Donor {
  readonly notation: Notation;
  readonly line: Line;
  readonly shape: string;
}

function isWhole({ notation, line, shape }: Donor, raw: string): boolean {
  const text = withoutLogPrefix(raw);
  const found = notation.mark.exec(text);
  if (found === null || shapeOf(text.slice(0, found.index)) !== shape) return false;
  return isShaped(notation, line, text.slice(found.index).trimEnd());
}

/** Whether some part of `whole`, an entry, makes an entry of `text`. */
function completes(donor: Donor, whole: string, text: string): boolean {
  const { freeText } = donor.notation;
  // Any line would do for the free text at the end of an entry: only what stands before it tells.
  const cuts = freeText === undefined ? whole.length - 1 : whole.search(freeText);
  for (let k = 1; k <= cuts; k += 1)
    if (isWhole(donor, whole.slice(0, k) + text) || isWhole(donor, text + whole.slice(k))) return true;
  return false;
}

/** Whether a line begins or ends as one of the lines of an entry that takes several, numbers apart. */
function isPart({ raw, text }: Line, lines: readonly Line[]): boolean {
  return lines.some((line) =>
    [[shapeOf(text), shapeOf(line.text)] as const, [shapeOf(raw), shapeOf(line.raw)] as const].some(
      ([part, whole]) => part !== '' && (whole.startsWith(part) || whole.endsWith(part)),
    ),
  );
}

function isRemnant(line: Line, { claims, notation, shape }: Claimed, lines: readonly Line[]): boolean {
  if (!isForeign(notation, line)) return false;
  if (isCutWord(notation, line.text)) return true;
  const donors = [claims[0], claims.at(-1)].filter((claim) => claim?.entry != null);
  return donors.some((claim) => {
    if (claim === undefined) return false;
    const donor = { notation, line: claim.line, shape };
    if (claim.to - claim.from > 1) return isPart(line, lines.slice(claim.from, claim.to));
    return completes(donor, donor.line.text, line.text) || completes(donor, donor.line.raw, line.raw);
  });
}

/** The claims of a table, and the shape of prefix that they have. */
export interface Claimed {
  readonly notation: Notation;
  readonly claims: readonly Claim[];
  readonly shape: string;
}

/** Returns the index of the first line from `at` on, up or down, that a table does not pass over. */
function neighbour({ passes, heading }: Notation, lines: readonly Line[], at: number, step: 1 | -1): number {
  const isPassed = (text = ''): boolean =>
    text !== '' && passes?.test(text) === true && heading?.test(text) !== true;
  let index = at;
  while (isPassed(lines[index]?.text)) index += step;
  return index;
}

/**
 * Returns the lines next to a table that are remnants of an entry; where other lines may stand between its entries,
 * those among them too. O(length²) of each such line.
 */
export function remnantsOf(claimed: Claimed, lines: readonly Line[]): readonly Line[] {
  const { claims, notation } = claimed;
  const [first, last] = [claims[0], claims.at(-1)];
  if (first === undefined || last === undefined) return [];
  const [from, to] = [neighbour(notation, lines, first.from - 1, -1), neighbour(notation, lines, last.to, 1)];
  const edges = [lines[from], lines[to]].filter((line) => line !== undefined);
  const between = notation.isScattered === true ? lines.slice(first.from, last.to) : [];
  return [...edges, ...between].filter((line) => isRemnant(line, claimed, lines));
}
