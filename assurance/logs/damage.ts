/**
 * Damage to a console's log: what a serial line, several processors and two boots do to it. The run behind the log is correct, so
 * a judge that finds a violation in what is left is wrong.
 */
import { compactText, entryBody } from '../../counterexamples/log/console/index.ts';
import type { LogEntry } from '../../counterexamples/log/index.ts';
import { runWorkload } from '../../properties/log/index.ts';
import { type Draws, drawsFrom } from '../../properties/random/index.ts';
import { OURS } from '../../runner/index.ts';
import { config, decodeProfile, MEMORY_TYPES, memoryMap } from '../../spec/index.ts';

export const MAP = memoryMap([
  { type: 'conventional', start: 0n, pages: 64 },
  { type: 'loaderData', start: 0x4_0000n, pages: 4 },
  { type: 'runtimeServicesData', start: 0x8_0000n, pages: 4 },
  { type: 'conventional', start: 0x10_0000n, pages: 256 },
]);
export const CONFIG = config({ bitmapMaxAddr: 0x2_0000n });
/** The claims of the logs: of some, that each call changes the owner of one page frame, so that a loss ends less of what is known. */
const CLAIMS = [
  { policies: ['lifo', 'first-fit'] },
  { calls: ['alloc', 'free', 'freeAmount', 'totalAmount', 'reservedAmount'] },
] as const;

function beginning(claims: object): readonly string[] {
  const regions = MAP.descriptors.map(
    ({ type, start, pages }) =>
      `m ${MEMORY_TYPES[type].efi.toString(16)} ${start.toString(16)} ${pages.toString(16)}`,
  );
  return [
    `h 1 ${CONFIG.higherHalf.toString(16)} ${CONFIG.bitmapMaxAddr.toString(16)} ${JSON.stringify(claims)}`,
    ...regions,
  ];
}

/** Returns the log of a boot: calls of our implementation, as a kernel prints them. */
export function boot(calls: number, seed: number): readonly string[] {
  const claims = CLAIMS[seed % CLAIMS.length] ?? {};
  const profile = decodeProfile(claims, 'claims');
  const performer = OURS.start({ map: MAP, config: CONFIG }).performer();
  const entries: LogEntry[] = [
    ...runWorkload(performer, { map: MAP, config: CONFIG, seed, provokesFrom: null, profile }, calls),
  ];
  return [...beginning(claims), ...entries.map(entryBody)].map((body, number) => compactText(number, body));
}

const NOISE = ['[    1.204593] usb 1-1: new device', '\u001b[32mok\u001b[0m', 'fp', 'fp 1f fp 20 a', ''];

type Edit = (lines: readonly string[], at: number, draws: Draws) => readonly string[];

/** Returns the line at a place with something else in place of it. */
function replacing(edit: (line: string, draws: Draws) => readonly string[]): Edit {
  return (lines, at, draws) => lines.toSpliced(at, 1, ...edit(lines[at] ?? '', draws));
}

/** Edits that keep a whole line from arriving. */
export const LOSSES: Readonly<Record<string, Edit>> = {
  lost: replacing(() => []),
  cut: replacing((line, draws) => [line.slice(0, draws.below(line.length))]),
  beheaded: replacing((line, draws) => [line.slice(4 + draws.below(line.length))]),
  mixed: replacing((line, draws) => {
    const middle = 4 + draws.below(line.length - 4);
    return [`${line.slice(0, middle)}${draws.of(NOISE)}~${line.slice(middle)}`];
  }),
  holed: replacing((line, draws) => {
    const [from, length] = [4 + draws.below(line.length - 5), 1 + draws.below(4)];
    return [line.slice(0, from) + line.slice(from + length)];
  }),
  garbled: replacing((line, draws) => {
    const from = 3 + draws.below(line.length - 3);
    const other = draws.of([...'0123456789abcdef \u0000'].filter((digit) => digit !== line[from]));
    return [`${line.slice(0, from)}${other}${line.slice(from + 1)}`];
  }),
};

/** Edits that lose nothing. */
const NUISANCES: Readonly<Record<string, Edit>> = {
  repeated: (lines, at) => lines.toSpliced(at, 0, lines[at] ?? ''),
  late: (lines, at, draws) =>
    lines.toSpliced(Math.min(lines.length, at + draws.below(20)), 0, lines[at] ?? ''),
  swapped: (lines, at) => lines.toSpliced(at, 2, ...lines.slice(at, at + 2).toReversed()),
  joined: (lines, at) => lines.toSpliced(at, 2, lines.slice(at, at + 2).join('')),
  stamped: replacing((line) => [`[   12.345678] \u001b[33m${line}\u001b[0m\r`]),
  noisy: (lines, at, draws) => lines.toSpliced(at, 0, draws.of(NOISE)),
};

/** Returns the lines with one in a hundred edited. */
export function damaged(
  lines: readonly string[],
  draws: Draws,
  edits: Readonly<Record<string, Edit>> = { ...LOSSES, ...NUISANCES },
): readonly string[] {
  let left = lines;
  for (let k = 0; k < lines.length / 100; k += 1)
    left = draws.of(Object.values(edits))(left, draws.below(left.length - 1), draws);
  return left;
}

/** Returns a damaged log: of one boot or two of one kernel, the first of which may end early, and from any of its lines on. */
export function damagedLog(all: readonly (readonly string[])[], seed: number): string {
  const draws = drawsFrom(seed);
  const boots = all.filter((_, k) => k % CLAIMS.length === seed % CLAIMS.length);
  const whole = draws.of(boots);
  const first = whole.slice(draws.of([0, 0, 1, draws.below(40)]));
  const lines =
    draws.below(2) === 0 ? first : [...first.slice(0, draws.below(first.length)), ...draws.of(boots)];
  return `${damaged(lines, draws).join('\n')}\n`;
}
