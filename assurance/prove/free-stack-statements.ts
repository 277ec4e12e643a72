/** The statement of the one bit trick of `impl/free-stack.ts`. */
import { type Statement, WORD } from './statement.ts';

/** The longest run has 2^30 ordinals: one more joins while at most this many lie ahead of its next. */
const MOST_AHEAD = 2 ** 30 - 2;

export const joins: Statement = {
  domain: [WORD, WORD],
  holds: (result: boolean, ahead: number, step: number) =>
    result === ((step === 1 || step === -1) && -MOST_AHEAD <= ahead && ahead <= MOST_AHEAD),
};
