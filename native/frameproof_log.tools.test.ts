/** What a kernel is compiled with: it compiles everywhere, and what the header prints is read as it was meant. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { judgeLog } from '../counterexamples/log/index.ts';

const NATIVE = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'frameproof-log-header-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CALLS = `
    void *page = (void *)(uintptr_t)0xffff8020u, *pages[2] = {(void *)0x1000, (void *)0x2000};
    FP_START(0, 0x10000, "{\\"policies\\": []}");
    FP_MAP(7, 0, 64);
    FP_ALLOC(page);
    FP_ALLOC_PAGES(pages, 2, 1);
    FP_ALLOC_BITMAP(2, UINT64_MAX, 4096, page);
    FP_FREE(page);
    FP_FREE_PAGES(pages, 2);
    FP_FREE_REGION(page, 2);
    FP_TOTAL_AMOUNT(1);
    FP_FREE_AMOUNT(1);
    FP_RESERVED_AMOUNT(1);
    FP_RETAIN(page, 1);
    FP_ADD_REGION(page, 1);
    FP_REMOVE_REGION(page, 1, 1);
    FP_RELEASE(page);
    FP_JOIN(0, 0, "");
    (void)page, (void)pages;
`;
const FREESTANDING = `
#include <stdint.h>
void serial_put(char c);
void log_all(void);
#define FP_PUTCHAR(c) serial_put(c)
#define FP_LOG_IMPLEMENTATION
#include "frameproof_log.h"
void log_all(void) {${CALLS}}
`;

const STRICT = [
  '-ffreestanding',
  '-Wall',
  '-Wextra',
  '-Wpedantic',
  '-Werror',
  '-c',
  '-I',
  NATIVE,
  '-o',
  '/dev/null',
];
const COMPILERS = ['gcc', 'clang'];
const DIALECTS = ['c11', 'c17', 'c++17'];

describe('frameproof_kernel.c', () => {
  it.each(
    COMPILERS.flatMap((compiler) =>
      ['-m32', '-m64'].flatMap((bits) =>
        ['-O0', '-Os', '-O2'].map((level) => [compiler, bits, level] as const),
      ),
    ),
  )('needs no library: %s %s %s', (compiler, bits, level) => {
    const object = join(folder, 'kernel.o');
    const flags = [
      '-std=c11',
      '-ffreestanding',
      '-fno-pic',
      '-fno-stack-protector',
      '-Wall',
      '-Wextra',
      '-Werror',
    ];
    const source = join(NATIVE, 'frameproof_kernel.c');
    execFileSync(compiler, [...flags, bits, level, '-c', '-I', NATIVE, '-o', object, source]);
    const undefinedSymbols = execFileSync('nm', ['-u', object], { encoding: 'utf8' }).match(/\w+$/gm) ?? [];
    // Compilers call these wherever they like.
    const ofAnyKernel = new Set(['memcpy', 'memset', 'memmove', 'memcmp', 'fp_errno']);
    expect(undefinedSymbols.filter((name) => !ofAnyKernel.has(name))).toEqual([]);
  });
});

describe('frameproof_log.h', () => {
  const source = join(folder, 'all.c');
  writeFileSync(source, FREESTANDING);

  it.each(
    COMPILERS.flatMap((compiler) =>
      DIALECTS.flatMap((dialect) => ['-m32', '-m64'].map((bits) => ({ compiler, dialect, bits }))),
    ),
  )(
    'compiles with $compiler as $dialect with $bits, freestanding and without a warning',
    ({ compiler, dialect, bits }) => {
      const language = dialect.includes('++') ? 'c++' : 'c';
      for (const more of [[], ['-DFP_LOG_OFF']])
        execFileSync(compiler, [...STRICT, ...more, `-std=${dialect}`, bits, '-x', language, source]);
    },
  );

  it('prints what the reader reads', async () => {
    const main = `
#include <stdio.h>
#define FP_PUTCHAR(c) putchar(c)
#define FP_LOG_IMPLEMENTATION
#include "frameproof_log.h"
int main(void) {
    void *pages[2] = {(void *)0x20000, (void *)0x21000};
    FP_START(0, 0x10000,
             "{\\"calls\\": [\\"alloc\\", \\"allocPages\\", \\"allocBitmap\\", \\"free\\", \\"freePages\\", \\"freeRegion\\", "
             "\\"totalAmount\\", \\"freeAmount\\", \\"reservedAmount\\", \\"retain\\", \\"release\\", \\"addRegion\\", \\"removeRegion\\"], \\"mostReferences\\": 2}");
    FP_MAP(7, 0, 64);
    FP_ALLOC_PAGES(pages, 2, 1);
    FP_ALLOC((void *)0x22000);
    FP_RETAIN(0x22000, 1);
    FP_RETAIN(0x22000, 0);
    FP_RELEASE(0x22000);
    FP_REMOVE_REGION(0x21000, 2, 0);
    FP_REMOVE_REGION(0x30000, 2, 1);
    FP_ADD_REGION(0x30000, 2);
    FP_ALLOC_BITMAP(2, 0x10000, 0x2000, (void *)0x4000);
    FP_ALLOC_BITMAP(99, UINT64_MAX, 0, NULL);
    FP_TOTAL_AMOUNT(64);
    FP_FREE_AMOUNT(59);
    FP_RESERVED_AMOUNT(5);
    FP_FREE_PAGES(pages, 2);
    FP_FREE_REGION(0x4000, 2);
    FP_ALLOC_PAGES(pages, 99, 0);
    FP_FREE((void *)0x22000);
    FP_FREE_AMOUNT(64);
    return 0;
}
`;
    writeFileSync(join(folder, 'main.c'), main);
    execFileSync('cc', ['-I', NATIVE, '-o', join(folder, 'main'), join(folder, 'main.c')]);
    const log = join(folder, 'out.log');
    writeFileSync(log, execFileSync(join(folder, 'main')));
    const { verdict, operations, undecided, delivery } = await judgeLog(log);
    expect({ verdict, operations, undecided }).toEqual({
      verdict: 'admitted',
      operations: 18,
      undecided: {},
    });
    expect(delivery).toMatchObject({ boots: 1, lost: 0, damaged: 0 });
  });
});
