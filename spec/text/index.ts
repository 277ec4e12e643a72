/** TEXT for people: what may be shown on a terminal. A door of its own: whoever only prints loads no codecs. */
export { printable, printableLine } from './printable.ts';
