/** Callers of executables, as the guide to C builds and checks them. */
import { exec } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './testing/copy-of-sources.ts';
import { frameproof } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const guide = readFileSync(join(ROOT, 'native/README.md'), 'utf8');
const [, section = ''] = /^## Callers at the same time\n(.*?)^## /ms.exec(guide) ?? [];
const builds = section.split('\n').filter((line) => line.startsWith('cc '));
const folder = temporaryFolder();

/** Takes its lock twice when a page is freed: nobody ever returns. */
const STUCK = `
#include "native/frameproof.h"
#include <pthread.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool init(const fp_memory *memory) { (void)memory; return true; }
static void *alloc(void) { pthread_mutex_lock(&lock); return NULL; }
int main(void) {
    return fp_serve(&(fp_target){.init = init, .alloc = alloc, .profile = "{\\"calls\\": [\\"alloc\\"], \\"failures\\": []}"});
}`;

/** Its lock keeps calls apart, and orders nothing of what they do. */
const RACES = `
#include "native/frameproof.h"
#include <stdatomic.h>
static atomic_int lock;
static void acquire(void) { while (atomic_exchange_explicit(&lock, 1, memory_order_relaxed) != 0); }
static void release(void) { atomic_store_explicit(&lock, 0, memory_order_relaxed); }
static uint64_t pages[65536], count;
static bool init(const fp_memory *memory) {
    for (size_t d = 0; d < memory->count; d++)
        for (uint64_t k = 0; k < memory->descriptors[d].pages; k++)
            pages[count++] = (uint64_t)memory->base + memory->descriptors[d].start + k * FP_PAGE_SIZE;
    return count <= 65536;
}
static void *alloc(void) {
    acquire();
    void *page = count == 0 ? NULL : (void *)pages[--count];
    return release(), page;
}
static bool free_page(void *page) { return acquire(), pages[count++] = (uint64_t)page, release(), true; }
int main(void) {
    return fp_serve(&(fp_target){.init = init, .alloc = alloc, .free = free_page, .profile =
        "{\\"calls\\": [\\"alloc\\", \\"free\\"], \\"zones\\": 1, \\"misuse\\": \\"undefined\\", \\"failures\\": [], \\"memoryBelow\\": \\"0x8000000\\"}"});
}`;

/** A call hands out this many page frames at most, so that the fault takes at least so many calls. */
const LARGEST_BATCH = 8;
const FEWEST_CALLS = 50;

/** Fails where the lock is taken, once many pages are held. */
const FAILS_LATE = `
#include "native/frameproof.h"
#define pmm_alloc_pages pmm_alloc_pages_with_lock
#include "native/examples/page_stack.c"
#undef pmm_alloc_pages
uint64_t pmm_alloc_pages(void **addresses, uint64_t count) {
    if (total - stack.free - bitmap.free >= ${FEWEST_CALLS * LARGEST_BATCH}) {
        if (atomic_flag_test_and_set(&lock)) {
            fail("pmm_alloc_pages", count);
            return PMM_ERR;
        }
        lock_release();
    }
    return pmm_alloc_pages_with_lock(addresses, count);
}`;

beforeAll(async () => {
  symlinkSync(join(ROOT, 'native'), join(folder, 'native'));
  writeFileSync(join(folder, 'stuck.c'), STUCK);
  writeFileSync(join(folder, 'races.c'), RACES);
  writeFileSync(join(folder, 'fails_late.c'), FAILS_LATE);
  const run = (line: string) => promisify(exec)(line, { cwd: folder });
  await run('mkdir -p build && cc -O2 -c -o build/frameproof.o native/frameproof.c');
  const examples = 'native/examples';
  const holding = [
    `cc -O2 -o build/page-stack ${examples}/page_stack_target.c ${examples}/page_stack.c build/frameproof.o`,
    `cc -O2 -o build/next-fit ${examples}/next_fit.c build/frameproof.o`,
    `cc -O2 -o build/buddy ${examples}/buddy.c build/frameproof.o`,
    'cc -O2 -o build/stuck stuck.c build/frameproof.o',
    'cc -O2 -Inative -o build/refuses native/testing/refuses.c build/frameproof.o',
    'cc -O1 -g -fsanitize=thread -o build/races-tsan races.c native/frameproof.c',
    `cc -O2 -I. -o build/fails-late fails_late.c ${examples}/page_stack_target.c build/frameproof.o`,
    ...[0, 1, 2, 3].map(
      (broken) =>
        `cc -O2 -DBROKEN=${broken} -o build/callers-${broken} native/testing/callers.c build/frameproof.o`,
    ),
  ];
  const sanitized = builds.map((line) =>
    line.replace(/(build\/[\w-]+)/, '$1-tsan').replace('-O2', '-O1 -fsanitize=thread'),
  );
  const lines = [...holding, ...builds, ...sanitized].map((line) =>
    line.replace('cc ', 'cc -Wall -Wextra -Werror '),
  );
  expect(builds).toHaveLength(3);
  const ran = await Promise.all(lines.map(run));
  expect(ran.map(({ stderr }) => stderr)).toEqual(lines.map(() => ''));
}, 120_000);

function check(target: string, ...more: readonly string[]) {
  const args = ['check', '--concurrent', '--target', `build/${target}`, '--seed', '1', ...more];
  return frameproof(args, { cwd: folder });
}

describe('callers on threads of an executable', () => {
  it.each(['page-stack', 'next-fit', 'buddy', 'callers-0', 'refuses'])(
    'find nothing in %s',
    async (target) => {
      const { stdout, exitCode } = await check(target, '--programs', '5', '--calls', '8000', '--json');
      const { verdict, explored, threads } = JSON.parse(stdout);
      expect({ verdict, exitCode }).toEqual({ verdict: 'holds', exitCode: 0 });
      expect(explored).toMatchObject({ scenarios: 5, schedules: 100 });
      expect(explored.overlapping).toBeGreaterThan(20);
      expect(explored.granted).toBeGreaterThan(20);
      expect(threads.calls).toBeGreaterThanOrEqual(8000);
      expect(threads.overlapping).toBeGreaterThan(20);
    },
  );

  it.each(['broken-batch', 'broken-counter'])(
    'find a history of %s that no order explains',
    async (target) => {
      const corpus = join(folder, target);
      const { stdout, exitCode } = await check(target, '--corpus', corpus);
      expect(exitCode).toBe(1);
      const [, calls = ''] =
        /^violation concurrent\.linearizable: no order explains the (\d) calls;/m.exec(stdout) ?? [];
      expect(Number(calls)).toBeLessThanOrEqual(6);
      expect(Number(calls)).toBeGreaterThanOrEqual(2);
      expect(stdout).toMatch(/^pauses {4}seed \d+$/m);
      expect(stdout).toMatch(/^fails {5}in [1-9]\d* of \d+ runs with these pauses$/m);
      const [file = ''] = readdirSync(join(corpus, 'concurrent'));
      const path = join(corpus, 'concurrent', file);
      const again = await frameproof(['replay', path, '--html', 'found.html'], { cwd: folder });
      expect(again.stdout).toMatch(/^reproduced: concurrent\.linearizable is violated$/m);
      expect(readFileSync(join(folder, 'found.html'), 'utf8')).toContain('concurrent.linearizable');
    },
  );

  it.each([
    [1, /release\(a/],
    [2, /allocAt\(/],
    [3, /allocPages\(/],
  ])('find what a call does wrong that a profile adds: %i', async (broken, call) => {
    const { stdout } = await check(`callers-${broken}`, '--seed', '3', '--shrink-time', '1', '--json');
    const { verdict, counterexample } = JSON.parse(stdout);
    expect(verdict).toBe('violated');
    expect(counterexample.program.join('\n')).toMatch(call);
  });

  it('find a page frame that was written to while a caller owned it, where every answer is right', async () => {
    const { stdout, exitCode } = await check('broken-mark', '--corpus', join(folder, 'mark'));
    expect(stdout).toMatch(
      /^violation contents\.preserved: page frame \d, which alloc\w* handed to caller \d, was written to by another before it was freed$/m,
    );
    // A simpler scenario fails in some runs only, and may pass for one that does not: two calls and one before them are enough.
    expect(stdout).toMatch(/^shrunk {4}from \d+ calls(?: after \d+)? to [23] calls(?: after [12])? \(/m);
    expect(exitCode).toBe(1);
    const [file = ''] = readdirSync(join(folder, 'mark/concurrent'));
    const again = await frameproof(['replay', join('mark/concurrent', file)], { cwd: folder });
    expect(again.stdout).toMatch(/^reproduced: contents\.preserved is violated$/m);
  });

  it('shrink what only shows after many calls', async () => {
    const flags = ['--programs', '3', '--shrink-time', '20', '--corpus', join(folder, 'late'), '--json'];
    const { stdout } = await check('fails-late', ...flags);
    const { explored, threads, counterexample, repeated } = JSON.parse(stdout);
    expect(explored.scenarios).toBe(3);
    expect(threads.calls).toBeGreaterThan(FEWEST_CALLS);
    expect(counterexample.foundOperations).toBeGreaterThan(FEWEST_CALLS);
    expect(counterexample.operations).toBeLessThan(counterexample.foundOperations / 2);
    expect(repeated.failed).toBeGreaterThan(0);
    const [file = ''] = readdirSync(join(folder, 'late/concurrent'));
    const again = await frameproof(['replay', join('late/concurrent', file)], { cwd: folder });
    expect(again.stdout).toMatch(/^reproduced: /m);
  });

  it('hold where a history of another target is replayed', async () => {
    const found = join(folder, 'broken-batch/concurrent');
    const path = join(found, readdirSync(found)[0] ?? '');
    const held = await frameproof(['replay', path, '--target', 'build/page-stack'], { cwd: folder });
    expect(held).toMatchObject({ exitCode: 0, stdout: 'holds: no counterexample in 2,000 runs\n' });
  });

  it.each(['broken-batch', 'broken-counter'])(
    'have races of %s reported by ThreadSanitizer',
    async (target) => {
      const { stdout, exitCode } = await check(`${target}-tsan`, '--shrink-time', '1');
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(
        /^violation concurrent\.progress: it died of ThreadSanitizer: data-race: a \w+ in \w+ \(.*\.c:\d+\) and a \w+ in \w+ \(.*\.c:\d+\)$/m,
      );
    },
  );

  it('have a race reported by ThreadSanitizer where a lock orders nothing: neither does the harness', async () => {
    const { stdout, exitCode } = await check(
      'races-tsan',
      '--shrink-time',
      '1',
      '--programs',
      '2',
      '--calls',
      '2',
    );
    expect(stdout).toMatch(/^violation concurrent\.progress: it died of ThreadSanitizer: data-race: /m);
    expect(exitCode).toBe(1);
  });

  it('that wait for ever are a counterexample', async () => {
    const { stdout, exitCode } = await check('stuck', '--shrink-time', '1');
    expect(stdout).toMatch(
      /^violation concurrent\.progress: it did not end within its time limit, with caller \d in alloc(, caller \d in alloc)*$/m,
    );
    expect(stdout).toMatch(/^ 2 {2}caller \d {2}alloc\(\) {2}-> never returns$/m);
    expect(exitCode).toBe(1);
  });

  it.each([
    [['--exhaustive'], '--exhaustive: expected a module: no schedule can be chosen in an executable'],
    [
      ['--map', 'map.txt'],
      '--map: expected a module with --concurrent: executables get memory that is generated',
    ],
  ])('are refused what they cannot have: %s', async (flags, message) => {
    expect(await check('page-stack', ...flags)).toMatchObject({
      exitCode: 2,
      stderr: `frameproof: ${message}\n`,
    });
  });
});
