import { describe, expect, it } from 'vitest';
import { readGcov } from './gcov.ts';

const GCC = `        -:    0:Source:/home/me/pmm.c
        -:    0:Runs:2
function pop called 3 returned 100% blocks executed 75%
        3:    7:static void *pop(void) {
        3:    8:    if (top == NULL) {
branch  0 taken 0 (fallthrough)
branch  1 taken 3
    #####:    9:        return NULL;
        -:   10:    }
       3*:   11:    return take() ?: NULL;
branch  0 never executed
branch  1 taken 3 (throw)
call    0 returned 3
        -:    0:Source:/usr/include/stdlib.h
        1:    3:inline
`;

describe('what gcov prints', () => {
  it('is read by line, branch and function, without headers of the system', () => {
    expect(readGcov(GCC)).toEqual([
      {
        file: '/home/me/pmm.c',
        lines: new Map([
          [7, 3],
          [8, 3],
          [9, 0],
          [11, 3],
        ]),
        branches: [
          { line: 8, count: 0 },
          { line: 8, count: 3 },
          { line: 11, count: 0 },
        ],
        functions: [{ name: 'pop', count: 3, line: 7 }],
      },
    ]);
  });
});
