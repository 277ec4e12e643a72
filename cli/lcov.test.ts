import { expect, test } from 'vitest';
import { lcovText } from './lcov.ts';

test('coverage is written as lcov', () => {
  const source = {
    file: '/home/me/pmm.c',
    lines: new Map([
      [9, 0],
      [7, 3],
      [8, 3],
      [11, 3],
    ]),
    branches: [
      { line: 8, count: 0 },
      { line: 8, count: 3 },
      { line: 11, count: 0 },
    ],
    functions: [{ name: 'pop', count: 3, line: 7 }],
  };
  expect(lcovText([source])).toBe(`SF:/home/me/pmm.c
FN:7,pop
FNDA:3,pop
BRDA:8,0,0,0
BRDA:8,0,1,3
BRDA:11,0,2,0
BRF:3
BRH:1
DA:7,3
DA:8,3
DA:9,0
DA:11,3
LF:4
LH:3
end_of_record
`);
});
