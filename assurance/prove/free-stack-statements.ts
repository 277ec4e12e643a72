/** The statement of the one bit trick of `impl/free-stack.ts`. */
import { type Statement, WORD } from './statement.ts';

export const areNeighbours: Statement = {
  domain: [WORD],
  holds: (result: boolean, step: number) => result === (step === 1 || step === -1),
};
