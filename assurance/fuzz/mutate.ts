/**
 * Mutations: a sound file, spoilt in a few places. Some know nothing of what they spoil (bytes), some know numbers, strings and
 * keys, some know JSON, some know lines. Files are strings of bytes, one character a byte. Deterministic in their draws.
 */
import type { Draws } from '../../properties/random/index.ts';

/** Bytes as they would lie in a file. */
export function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Characters and words that readers stumble over. */
const ODD_TEXTS = [
  ...['', ' ', '\0', '\n', '\r', '\t', '"', "'", '\\', '{', '}', '[', ']', ',', ':', '0', '9', '-', 'x', '/'],
  ...['\u001b[2J', '\u009b', '\u202e', '\u2028', '\ufeff', '\ud83d', '👩‍👧', '\u007f', '\xff\xfe'],
  ...['null', 'true', 'NaN', '1e999', '-0', '\\u0000', '\\ud800', '//', '/*', '[[[[', '{"a":'],
].map(bytesOf);

const ODD_NUMBERS = [
  ...[
    '0',
    '-0',
    '-1',
    '1',
    '2',
    '0.5',
    '1e-7',
    '1e21',
    '1e308',
    '1e999',
    '-1e999',
    '007',
    '4294967295',
    '4294967296',
  ],
  ...[
    '9007199254740991',
    '9007199254740993',
    '1099511627776',
    '18446744073709551615',
    '18446744073709551616',
  ],
];

const ODD_STRINGS = [
  ...[
    '',
    'a',
    'zzzz',
    'a[999999999999999]',
    'a-0xffffffffffffffff',
    '__proto__',
    'constructor',
    'toString',
    'length',
  ],
  ...[
    '0x',
    '0x0',
    '-0x1',
    '0x1000',
    '0xfffffffffffff000',
    '0xffffffffffffffff',
    '0x10000000000000000',
    '0x8000000000000',
  ],
  ...[
    `0x${'f'.repeat(5000)}`,
    'x'.repeat(10_000),
    'a\u0000b',
    '\u001b[31m',
    '\u202e',
    'lifo',
    'alloc',
    'done',
    'pmm',
    'NaN',
  ],
];

const ODD_VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 2 ** 53, 2 ** 40, -(2 ** 53), [], {}, [[]], [null], { constructor: 1 }],
  ...ODD_STRINGS,
  JSON.parse('{"__proto__":{"x":1}}'),
  Array.from({ length: 1000 }, () => 'a'),
];

/** One way to spoil a file. `another` is a sound file of the same kind. */
type Mutation = (text: string, draws: Draws, another: string) => string;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Most spans are short, some are long. */
function spanIn(text: string, draws: Draws): Span {
  const start = draws.below(text.length + 1);
  const longest = draws.of([1, 4, 32, 1024, text.length]);
  return { start, end: Math.min(text.length, start + draws.below(longest + 1)) };
}

function replaced(text: string, { start, end }: Span, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

const ofBytes: readonly Mutation[] = [
  (text, draws) => replaced(text, spanIn(text, draws), ''),
  (text, draws) => replaced(text, spanIn(text, draws), draws.of(ODD_TEXTS)),
  (text, draws) => {
    const { start, end } = spanIn(text, draws);
    return replaced(text, { start, end: start }, text.slice(start, end).repeat(1 + draws.below(3)));
  },
  (text, draws) => {
    const at = draws.below(text.length + 1);
    return replaced(text, { start: at, end: at + 1 }, String.fromCharCode(draws.below(256)));
  },
  (text, draws) => text.slice(0, draws.below(text.length + 1)),
  (text, draws, another) => {
    const { start, end } = spanIn(another, draws);
    return replaced(text, spanIn(text, draws), another.slice(start, end));
  },
];

/** Returns the text with one match of a pattern replaced. */
function oneReplaced(text: string, pattern: RegExp, draws: Draws, by: (found: string) => string): string {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return text;
  const { index, 0: found } = draws.of(matches);
  return replaced(text, { start: index, end: index + found.length }, by(found));
}

function odd(draws: Draws): string {
  return bytesOf(JSON.stringify(draws.of(ODD_STRINGS)));
}

const ofTokens: readonly Mutation[] = [
  (text, draws) => oneReplaced(text, /-?\b\d+\b/g, draws, () => draws.of(ODD_NUMBERS)),
  (text, draws) =>
    oneReplaced(text, /\b0x[0-9a-f]+\b/gi, draws, () =>
      draws.of(ODD_STRINGS.filter((s) => s.startsWith('0x'))),
    ),
  (text, draws) => oneReplaced(text, /"[^"\\\n]*"/g, draws, () => odd(draws)),
  (text, draws) => oneReplaced(text, /"[^"\\\n]*" ?:/g, draws, () => `${odd(draws)}:`),
  (text, draws) => oneReplaced(text, /"[^"\\\n]*" ?:/g, draws, (key) => `${key}null,${key}`),
  (text, draws) =>
    oneReplaced(text, /\b[a-z]+\b/gi, draws, () => draws.of(['', 'usable', 'reserved', 'alloc', 'end'])),
  (text, draws) => oneReplaced(text, /[[{]/g, draws, (bracket) => bracket.repeat(draws.of([2, 50, 20_000]))),
];

const ofLines: readonly Mutation[] = [
  (text, draws) => {
    const lines = text.split('\n');
    lines.splice(draws.below(lines.length), 1 + draws.below(3));
    return lines.join('\n');
  },
  (text, draws) => {
    const lines = text.split('\n');
    const copied = draws.of(lines);
    lines.splice(
      draws.below(lines.length),
      0,
      ...Array.from({ length: draws.of([1, 2, 100]) }, () => copied),
    );
    return lines.join('\n');
  },
  (text, draws, another) => {
    const lines = text.split('\n');
    lines[draws.below(lines.length)] = draws.of(another.split('\n'));
    return lines.join('\n');
  },
];

/** A place in a JSON value: the object or array that holds it, and where. */
interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function placesIn(root: unknown): readonly Place[] {
  const places: Place[] = [];
  const waiting: unknown[] = [root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (!isHolder(value)) continue;
    for (const key of Object.keys(value)) {
      places.push({ holder: value, key });
      waiting.push(value[key]);
    }
  }
  return places;
}

const ofPlaces: readonly ((place: Place, draws: Draws, other: Place) => void)[] = [
  ({ holder, key }, draws) => {
    holder[key] = draws.of(ODD_VALUES);
  },
  ({ holder, key }) => {
    delete holder[key];
  },
  ({ holder, key }, _, other) => {
    [holder[key], other.holder[other.key]] = [other.holder[other.key], holder[key]];
  },
  ({ holder, key }, draws) => {
    // As JSON.parse would: `__proto__` becomes a key like any other. An array has none.
    const property = { value: holder[key], enumerable: true, configurable: true, writable: true };
    if (!Array.isArray(holder)) Object.defineProperty(holder, draws.of(ODD_STRINGS), property);
  },
  ({ holder, key }, draws) => {
    const value = holder[key];
    if (Array.isArray(value))
      holder[key] = Array.from({ length: draws.of([2, 10, 300]) }, () => value).flat();
  },
];

/** Spoils one value of a text that is JSON, or of one of its lines that is. */
const ofJson: Mutation = (text, draws) => {
  const lines = text.split('\n');
  const isWhole = draws.below(2) === 0;
  const at = isWhole ? 0 : draws.below(lines.length);
  try {
    const value: unknown = JSON.parse(isWhole ? text : (lines[at] ?? ''));
    const places = placesIn(value);
    if (places.length === 0) return text;
    draws.of(ofPlaces)(draws.of(places), draws, draws.of(places));
    const written = bytesOf(JSON.stringify(value));
    return isWhole ? written : lines.with(at, written).join('\n');
  } catch (error) {
    // It is spoilt already, was never JSON, or holds itself now.
    if (error instanceof SyntaxError || error instanceof TypeError) return text;
    throw error;
  }
};

const KINDS: readonly (readonly Mutation[])[] = [ofBytes, ofTokens, ofLines, [ofJson], [ofJson]];

/** Most files are spoilt in one or two places: what is spoilt in many is refused for the first of them. */
const PLACES = [1, 1, 1, 2, 2, 3, 6];

/** Most bytes of a file after repetitions: a longer one tests only the reader's speed. */
const MOST_BYTES = 1 << 20;

/** Returns a file spoilt in a few places. `samples` are sound. */
export function mutated(samples: readonly string[], draws: Draws): string {
  let text = draws.of(samples);
  for (let left = draws.of(PLACES); left > 0; left -= 1)
    text = draws.of(draws.of(KINDS))(text, draws, draws.of(samples)).slice(0, MOST_BYTES);
  return text;
}
