/** Text as the page shows it: hexadecimal numbers in groups of four digits, `0xffff_8000_0000_1000`. */

/** Returns the text with the digits of its long hexadecimal numbers in groups. */
export function grouped(text: string): string {
  return text.replaceAll(
    /\b0x[0-9a-f]{5,}\b/g,
    (number) => `0x${number.slice(2).replaceAll(/\B(?=(?:.{4})+$)/g, '_')}`,
  );
}

/** Returns the physical address of a page frame, grouped. Page frames number less than 2^44. */
export function physical(frame: number): string {
  return grouped(`0x${(BigInt(frame) << 12n).toString(16)}`);
}
