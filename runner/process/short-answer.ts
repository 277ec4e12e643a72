/**
 * Short answers: a program's answers as a kernel writes them on its serial line, which takes microseconds a byte (native/PROTOCOL.md).
 * They are written out before they are read like any other.
 *
 *     af000 = f 1         address 0xffff80000000f000 ? 16 15 1
 *     se000-2,4000 = c 4  addresses 0xffff80000000e000 0xffff80000000d000 0xffff800000004000 ? 16 12 4
 */
const WORDS: Readonly<Record<string, string>> = {
  a: 'address',
  s: 'addresses',
  n: 'amount',
  d: 'done',
  f: 'failed',
  r: 'refused',
};
const SHORT = /^([asndfr])([0-9a-f,+-]*) (\?|=|[0-9a-f]{1,16}) (\?|=|[0-9a-f]{1,16}) (\?|=|[0-9a-f]{1,16})$/;
const PAGE = 4096n;
/** A run of a batch is no longer than a batch can be; what claims more stays as it is, and is refused. */
const MOST_PAGES = 2 ** 22;

function number(hex: string): bigint {
  return BigInt(`0x${hex}`);
}

/** Returns the addresses of a run: one page, or a number of pages upwards or downwards. */
function addressesOf(run: string, higherHalf: bigint): readonly string[] {
  const [, start = '0', sign = '+', count = '1'] =
    /^([0-9a-f]{1,16})(?:([+-])([0-9a-f]{1,6}))?$/.exec(run) ?? [];
  const step = sign === '-' ? -PAGE : PAGE;
  const pages = Math.min(MOST_PAGES, Number(number(count)));
  return Array.from(
    { length: pages },
    (_, k) => `0x${BigInt.asUintN(64, higherHalf + number(start) + BigInt(k) * step).toString(16)}`,
  );
}

function valuesOf(letter: string, text: string, higherHalf: bigint): readonly string[] {
  if (text === '') return [];
  if (letter === 'n') return [number(text).toString()];
  return text.split(',').flatMap((run) => addressesOf(run, higherHalf));
}

/** The other lines of an answer. */
const OTHER = /^(warn|says|stray|wrote|kept|malformed|died|memory|skip|end)\b/;

/**
 * Returns the text of an answer with its short lines written out. `higherHalf` is the program's. Whatever else the kernel prints is left
 * out; where the answer has no end, it says why.
 */
export function writtenOut(text: string, higherHalf: bigint): string {
  let amounts = ['?', '?', '?'];
  let printed = '';
  const lines = text.split('\n').flatMap((line) => {
    const [, letter = '', values = '', ...given] = SHORT.exec(line) ?? [];
    if (letter === '' && OTHER.test(line)) return [line];
    if (letter === '') {
      if (line.trim() !== '') printed = line.trim();
      return [];
    }
    amounts = given.map((amount, k) =>
      amount === '=' ? (amounts[k] ?? '?') : amount === '?' ? amount : number(amount).toString(),
    );
    return [[WORDS[letter], ...valuesOf(letter, values, higherHalf), '?', ...amounts].join(' ')];
  });
  const isCut = lines.at(-1) !== 'end' && printed !== '';
  return [
    ...lines,
    ...(isCut ? [`malformed it printed ${JSON.stringify(printed)}, and ended`] : []),
    '',
  ].join('\n');
}
