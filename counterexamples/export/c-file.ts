/**
 * A regression as a C file: `main` performs the calls of the program on the allocator that it is linked with, and checks what the
 * specification demands of each answer. The functions have the names and signatures of the API that this project specifies; two
 * more connect the allocator to the test. Observations that a C kernel does not offer, such as its warnings, are not checked.
 */
import {
  type Argument,
  addressesOf,
  argumentAt,
  type Call,
  describedCall,
  formatArgument,
  formatProgram,
  isU64,
  movesMemory,
  namesResult,
  type Operation,
  ownerAfterInit,
  type Profile,
  parametersOf,
  type Reference,
  resultName,
  SpecError,
  shortened,
  toHex,
} from '../../spec/index.ts';
import type { Demand } from '../trace/moments.ts';
import { openOf, profileLine, type Regression } from './regression.ts';

/** A clause that no C test can check: the interface does not tell whose a page frame is. */
const UNCHECKABLE = 'owner.agrees';
/** Clauses that need more from the allocator. Only the tests of these clauses ask for it. */
const WARNINGS = 'failure.warns';
const CONTENTS = 'contents.preserved';

function shown(argument: Argument): string {
  return shortened(formatArgument(argument));
}

function literal(argument: Argument): string {
  if (isU64(argument)) return `UINT64_C(${argument < 1_000_000n ? argument : toHex(argument)})`;
  throw new SpecError(
    `--as c: expected unsigned 64-bit arguments, the only ones that C has; found ${shown(argument)}`,
  );
}

/** An absolute address, relative to the mapping of the test's physical memory. Wraps as C does. */
function absoluteCode(higherHalf: bigint, address: bigint): string {
  if (!isU64(address))
    throw new SpecError(
      `--as c: expected addresses of 64 bits, the only ones that C has; found ${shown(address)}`,
    );
  return `(void *)(memory + UINT64_C(${toHex(BigInt.asUintN(64, address - higherHalf))}))`;
}

interface Names {
  readonly higherHalf: bigint;
  /** Results that are arrays. */
  readonly batches: Set<string>;
  /** The clause that the trace violates. */
  readonly violated: string | undefined;
  readonly profile: Profile;
}

function addressCode(reference: Reference, { higherHalf, batches }: Names): string {
  if (!namesResult(reference)) return absoluteCode(higherHalf, reference.absolute);
  const { result, page, offset } = reference;
  const name = resultName(result);
  const isBatch = batches.has(name);
  const bytes = (isBatch ? 0n : BigInt(page) * 4096n) + offset;
  const first = isBatch ? `${name}[${page}]` : name;
  return bytes === 0n
    ? first
    : `(void *)((uintptr_t)${first} + UINT64_C(${toHex(BigInt.asUintN(64, bytes))}))`;
}

/** The name of a call in C: `pmm_alloc_bitmap`. */
function functionName(call: Call): string {
  return `pmm_${call.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

/** The calls that take an order in place of a count. */
const BY_ORDER: Readonly<Partial<Record<Call, string>>> = {
  allocBitmap: 'pmm_alloc_order',
  freeRegion: 'pmm_free_order',
};

function callCode(operation: Operation<Reference>, names: Names): string {
  const byOrder = names.profile.contiguous === 'orders' ? BY_ORDER[operation.call] : undefined;
  if (byOrder !== undefined && 'count' in operation && isU64(operation.count)) {
    const addresses = addressesOf(operation).map((reference) => addressCode(reference, names));
    return `${byOrder}(${[...addresses, operation.count === 0n ? 64 : operation.count.toString(2).length - 1].join(', ')})`;
  }
  const texts = parametersOf(operation.call).map((parameter): string => {
    const value = argumentAt(operation, parameter);
    if (parameter.kind === 'addresses') return `batch, ${addressesOf(operation).length}`;
    if (typeof value !== 'bigint' && typeof value !== 'number')
      return addressesOf(operation)
        .map((reference) => addressCode(reference, names))
        .join();
    return parameter.kind === 'batchCount' ? `batch, ${literal(value)}` : literal(value);
  });
  return `${functionName(operation.call)}(${texts.join(', ')})`;
}

/** The array that a batch is freed from. C has no empty arrays. */
function batchLine(operation: Operation<Reference>, names: Names): readonly string[] {
  if (!('addresses' in operation)) return [];
  const entries = addressesOf(operation).map((a) => addressCode(a, names));
  return [`void *batch[] = {${entries.length === 0 ? 'NULL' : entries.join(', ')}};`];
}

function promisedLines({ promised, result }: Demand, isBatch: boolean): readonly string[] {
  if (promised === null || result === null) return [];
  return promised.map((frame, i) => {
    const address = isBatch ? `${result}[${i}]` : result;
    return `CHECK(frame_of(${address}) == ${frame}, "page frame ${frame} was promised");`;
  });
}

function fitLines({ fit, result, pages }: Demand): readonly string[] {
  if (fit === null) return [];
  const limits = [fit.maxAddr, fit.alignment].map(literal);
  return [`check_fit(${result}, ${pages}, ${limits.join(', ')});`];
}

/** The zone of the page frames that a call must hand out. */
function zoneOf({ inStack, pages }: Demand): string {
  if (inStack === null) return 'EITHER';
  return inStack === pages ? 'STACK' : inStack === 0 ? 'BITMAP' : 'EITHER';
}

function stackFirstLines({ inStack, pages, result }: Demand): readonly string[] {
  if (inStack === null || inStack === 0 || inStack === pages) return [];
  return [`CHECK(in_stack(${result}, ${pages}) == ${inStack}, "the stack zone is used up first");`];
}

/** Whether batches are granted in part: then they tell how many page frames they got. */
function isPartial({ profile }: Pick<Names, 'profile'>): boolean {
  return profile.batches === 'partial';
}

/** Whether frees tell that they did nothing. */
function refuses({ profile }: Pick<Names, 'profile'>): boolean {
  return profile.misuse === 'refused';
}

/** The statement of a free that must succeed. */
function freedCode(code: string, names: Names): string {
  return refuses(names) ? `CHECK(${code}, "it may be freed");` : `${code};`;
}

/** The statements that note what a call has given back. */
function givenLines(addresses: readonly string[], { freed }: Demand): readonly string[] {
  return addresses.flatMap((address, i) =>
    (freed[i] ?? []).map(({ from, pages }) => {
      const first = from === 0 ? address : `(char *)${address} + ${from} * PAGE`;
      return `give(${first}, ${pages});`;
    }),
  );
}

function freedBatchLines(demand: Demand, code: string, names: Names): readonly string[] {
  const { operation, pages } = demand;
  const batch = batchLine(operation, names).join(' ');
  const freed = freedCode(code, names);
  if (pages === 0) return [`{ ${batch} ${freed} }`];
  if (demand.freed.some(({ length }) => length === 0)) {
    const entries = demand.freed.map((_, i) => `batch[${i}]`);
    return ['{', ...[batch, freed, ...givenLines(entries, demand)].map((line) => `  ${line}`), '}'];
  }
  return ['{', `  ${batch}`, `  ${freed}`, `  for (size_t i = 0; i < ${pages}; i++) give(batch[i], 1);`, '}'];
}

function grantedLines(demand: Demand, names: Names): readonly string[] {
  const { operation, result, pages } = demand;
  const code = callCode(operation, names);
  const addresses = addressesOf(operation).map((reference) => addressCode(reference, names));
  const open = openOf(demand);
  switch (describedCall(operation.call).effect) {
    case 'single':
      return [
        `void *${result} = ${code};`,
        `take(${result}, 1, ${zoneOf(demand)});`,
        ...promisedLines(demand, false),
      ];
    case 'run':
      return [
        `void *${result} = ${code};`,
        ...(open === null ? [] : [`if (${result} == NULL) return 0; /* ${open} */`]),
        `take(${result}, ${pages}, ${zoneOf(demand)});`,
        ...fitLines(demand),
        ...promisedLines(demand, false),
      ];
    case 'batch':
      return [
        `void *${result}[${pages + 1}] = {NULL};`,
        isPartial(names) && 'count' in operation
          ? `CHECK(pmm_alloc_pages(${result}, ${literal(operation.count)}) == ${pages}, "as many as are free");`
          : `CHECK(pmm_alloc_pages(${result}, ${pages}) == 0, "the batch can be granted");`,
        `CHECK(${result}[${pages}] == NULL, "only the entries asked for are written");`,
        ...(pages === 0
          ? []
          : [`for (size_t i = 0; i < ${pages}; i++) take(${result}[i], 1, ${zoneOf(demand)});`]),
        ...stackFirstLines(demand),
        ...promisedLines(demand, true),
      ];
    case 'shared':
      return [`CHECK(${code}, "it can be retained");`];
    case 'added':
      return [
        freedCode(code, names),
        ...(pages === 0 ? [] : [`TOTAL += ${pages};`, `give(${addresses.join()}, ${pages});`]),
      ];
    case 'removed':
      return [
        `CHECK(${code}, "it can be removed");`,
        ...(pages === 0 ? [] : [`TOTAL -= ${pages};`, `take(${addresses.join()}, ${pages}, EITHER);`]),
      ];
    case 'named':
    case 'region':
      if ('addresses' in operation) return freedBatchLines(demand, code, names);
      return [freedCode(code, names), ...givenLines(addresses, demand)];
    default:
      return [`CHECK(${code} == ${amountOf(demand)}, "the amount");`];
  }
}

function amountOf({ operation, free }: Demand): string {
  if (operation.call === 'totalAmount') return 'TOTAL';
  return operation.call === 'freeAmount' ? String(free) : `TOTAL - ${free}`;
}

function refusedLines(demand: Demand, names: Names): readonly string[] {
  const { operation } = demand;
  const open = openOf(demand);
  if (open !== null) return [`if (${callCode(operation, names)} != NULL) return 0; /* ${open} */`];
  if (operation.call === 'retain' || operation.call === 'removeRegion')
    return [`CHECK(!${callCode(operation, names)}, "it must be refused");`];
  if (operation.call !== 'allocPages')
    return [`CHECK(${callCode(operation, names)} == NULL, "it must be refused");`];
  return [
    '{',
    '  void *batch[16] = {NULL};',
    `  CHECK(${callCode(operation, names)} == ${isPartial(names) ? 0 : 'UINT64_MAX'}, "it must be refused");`,
    '  for (size_t i = 0; i < 16; i++) CHECK(batch[i] == NULL, "a refused batch writes nothing");',
    '}',
  ];
}

function misusedLines({ operation }: Demand, names: Names): readonly string[] {
  const code = callCode(operation, names);
  const batch = batchLine(operation, names).map((line) => `  ${line}`);
  if (refuses(names)) return ['{', ...batch, `  CHECK(!${code}, "it must be refused");`, '}'];
  return [
    'panicked = false;',
    'if (setjmp(before_misuse) == 0) {',
    ...batch,
    `  ${code};`,
    '}',
    'CHECK(panicked, "it must panic");',
  ];
}

/** The amounts that the allocator has, with what each must be. */
const AMOUNTS = [
  ['totalAmount', 'pmm_total_amount() == TOTAL', 'the total is the RAM of the map'],
  ['freeAmount', 'pmm_free_amount() == free', 'the free amount is what the manager owns'],
  ['reservedAmount', 'pmm_reserved_amount() == TOTAL - free', 'the reserved amount is the rest'],
] as const;

function amountChecks({ calls }: Profile): readonly string[] {
  return AMOUNTS.filter(([call]) => calls.includes(call)).map(
    ([, condition, must]) => `CHECK(${condition}, "${must}");`,
  );
}

function amountsLine(free: number, profile: Profile): readonly string[] {
  return amountChecks(profile).length === 0 ? [] : [`check_amounts(${free});`];
}

/** The checks after every call. */
function observedLines({ expected, free }: Demand, { violated, profile }: Names): readonly string[] {
  const warned = expected.kind === 'refused' ? 1 : 0;
  return [
    ...amountsLine(free, profile),
    ...(violated === WARNINGS ? [`check_warnings(${warned});`] : []),
    ...(violated === CONTENTS ? ['check_contents();'] : []),
  ];
}

function demandLines(demand: Demand, names: Names): readonly string[] {
  const { expected } = demand;
  const observed = observedLines(demand, names);
  if (expected.kind === 'misused') return [...misusedLines(demand, names), ...observed];
  const isGranted = expected.kind === 'granted';
  const called = isGranted ? grantedLines(demand, names) : refusedLines(demand, names);
  if (!names.profile.failures.includes('errno')) return [...called, ...observed];
  const after = isGranted
    ? 'CHECK(errno == EINTR, "errno stays as it was");'
    : 'CHECK(errno == ENOMEM, "errno is ENOMEM");';
  const isChecked = !isGranted || names.profile.errnoAfterSuccess === 'unchanged';
  return ['errno = EINTR;', ...called, ...(isChecked ? [after] : []), ...observed];
}

function programLines({ demands, scenario, violation, profile }: Regression): readonly string[] {
  const { higherHalf } = scenario.config;
  const names: Names = { higherHalf, batches: new Set(), violated: violation?.clause, profile };
  const texts = formatProgram(scenario.operations);
  return demands.flatMap((demand) => {
    const text = texts[scenario.operations.indexOf(demand.operation)] ?? '';
    if (demand.operation.call === 'allocPages' && demand.result !== null) names.batches.add(demand.result);
    const why = demand.expected.kind === 'granted' ? '' : `: ${demand.expected.why}`;
    return ['', `/* ${text}${why} */`, ...demandLines(demand, names)];
  });
}

const TYPES = {
  pmm: 'USABLE',
  boot: 'LOADER',
  firmware: 'FIRMWARE',
  absent: 'ABSENT',
  caller: 'ABSENT',
} as const;

function mapLines({ scenario }: Regression): readonly string[] {
  const lines = scenario.map.descriptors.map(
    ({ type, start, pages }) =>
      `    {PMM_TEST_${TYPES[ownerAfterInit(type)]}, UINT64_C(${toHex(start)}), ${pages}}, /* ${type} */`,
  );
  // C has no empty arrays.
  return lines.length === 0 ? ['    {PMM_TEST_ABSENT, 0, 0},'] : lines;
}

const PROTOTYPES = {
  alloc: 'void *pmm_alloc(void);',
  allocPages:
    'uint64_t pmm_alloc_pages(void **addresses, uint64_t count); /* 0, or UINT64_MAX where it is refused */',
  allocBitmap: 'void *pmm_alloc_bitmap(uint64_t count, uintptr_t max_addr, uint64_t alignment);',
  free: 'void pmm_free(void *address);',
  freePages: 'void pmm_free_pages(void **addresses, uint64_t count);',
  freeRegion: 'void pmm_free_region(void *address, uint64_t count);',
  totalAmount: 'uint64_t pmm_total_amount(void);',
  freeAmount: 'uint64_t pmm_free_amount(void);',
  reservedAmount: 'uint64_t pmm_reserved_amount(void);',
  retain: 'bool pmm_retain(void *address);',
  release: 'void pmm_release(void *address);',
  allocAt: 'void *pmm_alloc_at(void *address, uint64_t count);',
  allocWithin:
    'void *pmm_alloc_within(uint64_t count, uintptr_t min_addr, uintptr_t max_addr, uint64_t alignment, uint64_t boundary);',
  addRegion: 'void pmm_add_region(void *address, uint64_t count);',
  removeRegion: 'bool pmm_remove_region(void *address, uint64_t count);',
} as const satisfies Readonly<Record<Call, string>>;

const ORDER_PROTOTYPES: Readonly<Partial<Record<Call, string>>> = {
  allocBitmap: 'void *pmm_alloc_order(uint64_t order);',
  freeRegion: 'void pmm_free_order(void *address, uint64_t order);',
};

/** The declarations of the calls that the allocator has. */
function prototypes(profile: Profile): string {
  const isByOrder = profile.contiguous === 'orders';
  const lines: string[] = profile.calls.map(
    (call) => (isByOrder ? ORDER_PROTOTYPES[call] : undefined) ?? PROTOTYPES[call],
  );
  if (isPartial({ profile }))
    lines.push('/* pmm_alloc_pages returns how many page frames it has allocated. */');
  if (!refuses({ profile })) return lines.join('\n');
  const told = lines.map((line) => line.replace(/^void (?=pmm)/, 'bool '));
  return ['/* A free returns whether it was done; one that is refused changes nothing. */', ...told].join(
    '\n',
  );
}

function head({ violation, sentence, total, profile }: Regression): string {
  const found =
    violation === null ? '' : `\n * ${violation.at < 0 ? 'init' : 'the last call'}: ${violation.explanation}`;
  const claims = profileLine(profile);
  return `/*
 * ${violation?.clause ?? 'a program that holds'}: ${sentence}${found}${claims === null ? '' : `\n * ${claims}`}
 *
 * Written by \`frameproof export\` from a saved counterexample. Compile it with the allocator:
 *
 *     cc -std=c11 -Wall -Wextra -Werror this_file.c allocator.c && ./a.out
 *
 * It exits with 0 if the allocator does what it must, else with 1 and one line about the demand that it does not meet.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define PAGE UINT64_C(4096)
${movesMemory(profile) ? 'static uint64_t TOTAL =' : '#define TOTAL'} UINT64_C(${total})${movesMemory(profile) ? ';' : ''}

/* The allocator. */
${prototypes(profile)}

/* The connection between the allocator and this test. */
typedef enum {
    PMM_TEST_USABLE,   /* free after init */
    PMM_TEST_LOADER,   /* RAM that is handed over later, by freeing it */
    PMM_TEST_FIRMWARE, /* RAM that is never handed over */
    PMM_TEST_ABSENT,   /* not RAM */
} pmm_test_type_t;

typedef struct {
    pmm_test_type_t type;
    uint64_t start;
    uint64_t pages;
} pmm_test_descriptor_t;

/* Initializes the allocator; its bitmap zone, if it has one, ends at end. Returns the address that stands for physical address 0:
 * where the memory is mapped, or any multiple of 4096 if the allocator does not write to memory. */
uintptr_t pmm_test_init(const pmm_test_descriptor_t *map, size_t descriptors, uint64_t end);

/* Called by the allocator's panic. Defined here; does not return. */
_Noreturn void pmm_test_panic(void);
`;
}

const CHECKS = `
#define CHECK(condition, must)                                                        \\
    do {                                                                              \\
        if (!(condition)) {                                                           \\
            fprintf(stderr, "%s:%d: %s: %s\\n", __FILE__, __LINE__, must, #condition); \\
            exit(1);                                                                  \\
        }                                                                             \\
    } while (0)

static uintptr_t memory;
static jmp_buf before_misuse;
static volatile bool panicked;

_Noreturn void pmm_test_panic(void) {
    panicked = true;
    longjmp(before_misuse, 1);
}

static inline uint64_t frame_of(const void *address) {
    return ((uintptr_t)address - memory) / PAGE;
}

enum { STACK, BITMAP, EITHER };

/* The page frames that callers took and gave back, in order. The last entry that covers a page frame says whose it is. */
static struct {
    uint64_t base, pages;
    bool held;
} changes[MAX_CHANGES + 1];
static size_t changed;

static bool is_free(uint64_t frame) {
    for (size_t i = changed; i-- > 0;) {
        if (frame >= changes[i].base && frame - changes[i].base < changes[i].pages) {
            return !changes[i].held;
        }
    }
    for (size_t i = 0; i < sizeof map / sizeof map[0]; i++) {
        uint64_t base = map[i].start / PAGE;
        if (frame >= base && frame - base < map[i].pages) {
            return map[i].type == PMM_TEST_USABLE;
        }
    }
    return false;
}

/* Notes what was handed out: it was free, and of that zone. */
static inline void take(const void *address, uint64_t pages, int zone) {
    CHECK(address != NULL, "it can be granted");
    CHECK((uintptr_t)address >= memory, "addresses are of the higher half");
    CHECK(((uintptr_t)address - memory) % PAGE == 0, "addresses are multiples of 4096");
    uint64_t base = frame_of(address);
    for (uint64_t i = 0; i < pages; i++) {
        CHECK(zone == EITHER || ((base + i) * PAGE < bitmap_end) == (zone == BITMAP), "page frames are of the call's zone");
        CHECK(is_free(base + i), "page frames that are handed out were free");
    }
    changes[changed].base = base;
    changes[changed].pages = pages;
    changes[changed++].held = true;
}

static inline uint64_t in_stack(void *const *addresses, size_t count) {
    uint64_t found = 0;
    for (size_t i = 0; i < count; i++) {
        found += frame_of(addresses[i]) * PAGE >= bitmap_end;
    }
    return found;
}

static inline void give(const void *address, uint64_t pages) {
    changes[changed].base = frame_of(address);
    changes[changed].pages = pages;
    changes[changed++].held = false;
}

static inline void check_fit(const void *address, uint64_t pages, uint64_t max_addr, uint64_t alignment) {
    uint64_t below = max_addr / PAGE;
    uint64_t multiple = alignment <= PAGE ? 1 : (alignment - 1) / PAGE + 1;
    CHECK(frame_of(address) % multiple == 0, "the run is aligned");
    CHECK(frame_of(address) + pages <= below, "the run ends at or below maxAddr");
}
`;

function amountFunction(profile: Profile): readonly string[] {
  const checks = amountChecks(profile);
  if (checks.length === 0) return [];
  return [
    'static void check_amounts(uint64_t free) {',
    '    (void)free;',
    ...checks.map((c) => `    ${c}`),
    '}',
    '',
  ];
}

const WARNING_CHECKS = `
static unsigned warnings;

/* Called by the allocator once for each warning. Defined here. */
void pmm_test_warn(void);
void pmm_test_warn(void) {
    warnings++;
}

static void check_warnings(unsigned expected) {
    CHECK(warnings == expected, "each failure is reported once, and nothing else is");
    warnings = 0;
}
`;

const CONTENT_CHECKS = `
/* This needs mapped memory. The test writes to each page that it holds once, when it first sees it. */
static size_t filled;

static unsigned char pattern(uint64_t frame, uint64_t byte) {
    return (unsigned char)(0x5a ^ frame ^ byte);
}

static void check_contents(void) {
    for (; filled < changed; filled++) {
        for (uint64_t i = 0; changes[filled].held && i < changes[filled].pages * PAGE; i++) {
            uint64_t at = changes[filled].base * PAGE + i;
            ((volatile unsigned char *)memory)[at] = pattern(at / PAGE, at % PAGE);
        }
    }
    for (size_t k = 0; k < changed; k++) {
        for (uint64_t i = 0; changes[k].held && i < changes[k].pages * PAGE; i++) {
            uint64_t at = changes[k].base * PAGE + i;
            CHECK(is_free(at / PAGE) || ((volatile unsigned char *)memory)[at] == pattern(at / PAGE, at % PAGE),
                  "pages that callers hold keep their contents");
        }
    }
}
`;

/**
 * Returns the text of a C file whose `main` exits with 1 where the clause is violated, and with 0 where it holds.
 *
 * @throws SpecError where C cannot express the program, or cannot check the clause.
 */
export function cFile(regression: Regression): string {
  const { violation, demands, free, profile } = regression;
  if (violation?.clause === UNCHECKABLE)
    throw new SpecError(`--as c: expected a clause that a C test can check, found ${violation.clause}`);
  // Each page of a batch is a separate change.
  const changes = demands.reduce(
    (sum, { operation, pages }) =>
      sum + ('addresses' in operation || operation.call === 'allocPages' ? pages : 1),
    0,
  );
  const { length } = regression.scenario.map.descriptors;
  const lines = [
    `errno = 0;`,
    `memory = pmm_test_init(map, ${length}, bitmap_end);`,
    ...amountsLine(free, profile),
    ...programLines(regression),
    '',
    'return 0;',
  ];
  return [
    head(regression),
    'static const pmm_test_descriptor_t map[] = {',
    ...mapLines(regression),
    '};',
    '/* The end of the bitmap zone, where there are two zones. */',
    `static const uint64_t bitmap_end = UINT64_C(${toHex(regression.scenario.config.bitmapMaxAddr)});`,
    `#define MAX_CHANGES ${changes}`,
    CHECKS,
    ...amountFunction(profile),
    ...(violation?.clause === WARNINGS ? [WARNING_CHECKS] : []),
    ...(violation?.clause === CONTENTS ? [CONTENT_CHECKS] : []),
    'int main(void) {',
    ...lines.map((line) => (line === '' ? '' : `    ${line}`)),
    '}',
    '',
  ].join('\n');
}
