import { expect, it } from 'vitest';
import { writtenOut } from './short-answer.ts';

const HALF = 0xffff_8000_0000_0000n;

it('writes out a program whose answers are short', () => {
  const short = [
    'd 10 10 0',
    'af000 = f 1',
    'se000-2,4000,5000+3 = 9 7',
    's = = =',
    'f = = =',
    'wrote 17',
    'n9 ? = =',
    'end',
    '',
  ];
  expect(writtenOut(short.join('\n'), HALF).split('\n')).toEqual([
    'done ? 16 16 0',
    'address 0xffff80000000f000 ? 16 15 1',
    `addresses ${['e', 'd', '4', '5', '6', '7'].map((page) => `0xffff80000000${page}000`).join(' ')} ? 16 9 7`,
    'addresses ? 16 9 7',
    'failed ? 16 9 7',
    'wrote 17',
    'amount 9 ? ? 9 7',
    'end',
    '',
  ]);
});

it('leaves what is not short as it is, and an address below the higher half where it is', () => {
  const text = 'skip\nwarn a 1 2 3\nmalformed it panicked: d 1 2 3\nend\n';
  expect(writtenOut(text, HALF)).toBe(text);
  expect(writtenOut('affffffffffff0000 1 1 0', 0x2_0000n)).toBe('address 0x10000 ? 1 1 0\n');
});

it('leaves out other lines of the kernel, and quotes the last one where the answer ends with it', () => {
  const text = 'd 1 1 0\n[ 1.25] usb: hello\n\na0 = 0 1\n';
  expect(writtenOut(`${text}end\n`, HALF)).toBe('done ? 1 1 0\naddress 0xffff800000000000 ? 1 0 1\nend\n');
  expect(writtenOut(`${text}trap 5\n`, HALF)).toMatch(/\nmalformed it printed "trap 5", and ended\n$/);
});
