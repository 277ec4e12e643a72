/** TEXT for people: what may be shown on a terminal. A separate door: whoever only prints loads no codecs. */
export { printable, printableLine } from './printable.ts';
