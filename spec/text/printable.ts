/**
 * Printable text. What a file, a module or a process says may hold anything: characters that steer a terminal (ANSI escapes),
 * and those that show a line in another order than it is read (Unicode bidirectional controls). Such a character is shown as
 * its escape, `\u001b`; inside a JSON string that means the same character.
 */

/** Control characters but for the line break, bidirectional controls, and the line breaks that only Unicode has. */
const STEERING = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;
const CODE_DIGITS = 4;

function escaped(character: string): string {
  return character === '\n'
    ? character
    : `\\u${character.charCodeAt(0).toString(16).padStart(CODE_DIGITS, '0')}`;
}

/** Returns text that cannot steer a terminal. Line breaks stay. */
export function printable(text: string): string {
  return text.replaceAll(STEERING, escaped);
}

/** Returns text as one line that cannot steer a terminal. */
export function printableLine(text: string): string {
  return printable(text.trim().replaceAll(/\s*[\r\n]\s*/g, ' '));
}
