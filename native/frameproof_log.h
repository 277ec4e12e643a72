/*
 * frameproof_log.h: lets a kernel print its allocator's calls, for `frameproof judge`.
 *
 * Freestanding: C11, C17 or C++17, 32 or 64 bits, no libc, no allocation. A call is one line, about 25 bytes and more for batches:
 *
 *     fp 1f3 a ffff800000010000 9c41a0        number, call, values, checksum; all in hex
 *
 * One source file of the kernel says how a byte is written, and holds the code:
 *
 *     #define FP_PUTCHAR(c) uart_put(c)
 *     #define FP_LOG_IMPLEMENTATION
 *     #include "frameproof_log.h"
 *
 * The others include the header only. Write a line before you release the allocator's lock, so that the order of the lines is
 * that of the calls. With FP_LOG_OFF defined, all of it vanishes. docs/log-format.md describes it.
 */
#ifndef FRAMEPROOF_LOG_H
#define FRAMEPROOF_LOG_H

#ifdef FP_LOG_OFF

#define FP_START(higher_half, bitmap_end, claims) ((void)0)
#define FP_JOIN(higher_half, bitmap_end, claims) ((void)0)
#define FP_MAP(efi_type, start, pages) ((void)0)
#define FP_ALLOC(address) ((void)0)
#define FP_ALLOC_PAGES(addresses, count, granted) ((void)0)
#define FP_ALLOC_BITMAP(count, max_addr, alignment, address) ((void)0)
#define FP_FREE(address) ((void)0)
#define FP_FREE_PAGES(addresses, count) ((void)0)
#define FP_FREE_REGION(address, count) ((void)0)
#define FP_TOTAL_AMOUNT(pages) ((void)0)
#define FP_FREE_AMOUNT(pages) ((void)0)
#define FP_RESERVED_AMOUNT(pages) ((void)0)
#define FP_RETAIN(address, granted) ((void)0)
#define FP_RELEASE(address) ((void)0)
#define FP_ALLOC_AT(address, count, result) ((void)0)
#define FP_ALLOC_WITHIN(count, min_addr, max_addr, alignment, boundary, address) ((void)0)
#define FP_ADD_REGION(address, count) ((void)0)
#define FP_REMOVE_REGION(address, count, granted) ((void)0)

#else

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Used by the macros below. */
void fp_log_start(char kind, uint64_t higher_half, uint64_t bitmap_end, const char *claims);
void fp_log_line(char letter, unsigned words, uint64_t first, uint64_t second, uint64_t third);
void fp_log_result(char letter, unsigned words, uint64_t first, uint64_t second, uint64_t third, uint64_t address);
void fp_log_within(uint64_t count, uint64_t min_addr, uint64_t max_addr, uint64_t alignment, uint64_t boundary, uint64_t address);
void fp_log_batch(char letter, void *const *addresses, uint64_t count, int listed);
void fp_log_done(char letter, unsigned words, uint64_t first, uint64_t second, int granted);

/*
 * The first line. Takes the virtual address at which physical address 0 is mapped (0 where pointers are physical addresses), the
 * physical address at which the bitmap zone ends (0 for an allocator with one zone), and the allocator's claims, one line of JSON
 * (native/README.md) such as "{\"zones\":1}". FP_START comes just after the allocator's init; FP_JOIN at any later time: then the
 * log knows nothing of the page frames that are in use already.
 */
#define FP_START(higher_half, bitmap_end, claims) fp_log_start('h', (higher_half), (bitmap_end), (claims))
#define FP_JOIN(higher_half, bitmap_end, claims) fp_log_start('j', (higher_half), (bitmap_end), (claims))

/* A region of the memory map that init was given: EFI type, first physical address, page frames. Follows FP_START. */
#define FP_MAP(efi_type, start, pages) fp_log_line('m', 3, (efi_type), (start), (pages))

/* The calls, with their results. Addresses are pointers, or integers of their size; a null one is a failure. */
#define FP_ALLOC(address) fp_log_result('a', 0, 0, 0, 0, (uintptr_t)(address))
#define FP_ALLOC_PAGES(addresses, count, granted) fp_log_batch('p', (addresses), (count), (granted))
#define FP_ALLOC_BITMAP(count, max_addr, alignment, address) \
    fp_log_result('b', 3, (count), (max_addr), (alignment), (uintptr_t)(address))
#define FP_FREE(address) fp_log_line('f', 1, (uintptr_t)(address), 0, 0)
#define FP_FREE_PAGES(addresses, count) fp_log_batch('g', (addresses), (count), 1)
#define FP_FREE_REGION(address, count) fp_log_line('r', 2, (uintptr_t)(address), (count), 0)
#define FP_TOTAL_AMOUNT(pages) fp_log_line('t', 1, (pages), 0, 0)
#define FP_FREE_AMOUNT(pages) fp_log_line('n', 1, (pages), 0, 0)
#define FP_RESERVED_AMOUNT(pages) fp_log_line('v', 1, (pages), 0, 0)
#define FP_RETAIN(address, granted) fp_log_done('k', 1, (uintptr_t)(address), 0, (granted))
#define FP_RELEASE(address) fp_log_line('l', 1, (uintptr_t)(address), 0, 0)
#define FP_ALLOC_AT(address, count, result) \
    fp_log_result('i', 2, (uintptr_t)(address), (count), 0, (uintptr_t)(result))
#define FP_ALLOC_WITHIN(count, min_addr, max_addr, alignment, boundary, address) \
    fp_log_within((count), (min_addr), (max_addr), (alignment), (boundary), (uintptr_t)(address))
#define FP_ADD_REGION(address, count) fp_log_line('c', 2, (uintptr_t)(address), (count), 0)
#define FP_REMOVE_REGION(address, count, granted) fp_log_done('e', 2, (uintptr_t)(address), (count), (granted))

#ifdef FP_LOG_IMPLEMENTATION

#ifndef FP_PUTCHAR
#error "define FP_PUTCHAR(c), which writes one byte, before you include frameproof_log.h with FP_LOG_IMPLEMENTATION"
#endif

static uint32_t fp_log_number;
static uint32_t fp_log_hash;

/* The checksum is FNV-1a of all that stands between "fp " and itself, 32 bits folded to 24. */
static void fp_log_char(char c) {
    fp_log_hash = (fp_log_hash ^ (unsigned char)c) * 0x01000193u;
    FP_PUTCHAR(c);
}

static void fp_log_hex(uint64_t value) {
    int shift = 60;
    while (shift > 0 && (value >> shift) == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        fp_log_char("0123456789abcdef"[(value >> shift) & 15]);
}

static void fp_log_word(uint64_t value) {
    fp_log_char(' ');
    fp_log_hex(value);
}

static void fp_log_begin(char letter) {
    FP_PUTCHAR('f');
    FP_PUTCHAR('p');
    FP_PUTCHAR(' ');
    fp_log_hash = 0x811c9dc5u;
    fp_log_hex(fp_log_number++);
    fp_log_char(' ');
    fp_log_char(letter);
}

static void fp_log_end(void) {
    uint32_t check = (fp_log_hash ^ (fp_log_hash >> 24)) & 0xffffffu;
    int shift;
    FP_PUTCHAR(' ');
    for (shift = 20; shift >= 0; shift -= 4)
        FP_PUTCHAR("0123456789abcdef"[(check >> shift) & 15]);
    FP_PUTCHAR('\n');
}

static void fp_log_failed(void) {
    fp_log_char(' ');
    fp_log_char('!');
}

static void fp_log_words(unsigned words, uint64_t first, uint64_t second, uint64_t third) {
    if (words > 0)
        fp_log_word(first);
    if (words > 1)
        fp_log_word(second);
    if (words > 2)
        fp_log_word(third);
}

void fp_log_start(char kind, uint64_t higher_half, uint64_t bitmap_end, const char *claims) {
    fp_log_number = 0;
    fp_log_begin(kind);
    fp_log_words(3, 1, higher_half, bitmap_end);
    fp_log_char(' ');
    for (; *claims != '\0'; claims++)
        fp_log_char(*claims);
    fp_log_end();
}

void fp_log_line(char letter, unsigned words, uint64_t first, uint64_t second, uint64_t third) {
    fp_log_begin(letter);
    fp_log_words(words, first, second, third);
    fp_log_end();
}

void fp_log_result(char letter, unsigned words, uint64_t first, uint64_t second, uint64_t third, uint64_t address) {
    fp_log_begin(letter);
    fp_log_words(words, first, second, third);
    if (address == 0)
        fp_log_failed();
    else
        fp_log_word(address);
    fp_log_end();
}

void fp_log_within(uint64_t count, uint64_t min_addr, uint64_t max_addr, uint64_t alignment, uint64_t boundary, uint64_t address) {
    fp_log_begin('w');
    fp_log_words(3, count, min_addr, max_addr);
    fp_log_words(2, alignment, boundary, 0);
    if (address == 0)
        fp_log_failed();
    else
        fp_log_word(address);
    fp_log_end();
}

void fp_log_batch(char letter, void *const *addresses, uint64_t count, int listed) {
    uint64_t i;
    fp_log_begin(letter);
    fp_log_word(count);
    if (!listed)
        fp_log_failed();
    for (i = 0; listed && i < count; i++)
        fp_log_word((uintptr_t)addresses[i]);
    fp_log_end();
}

void fp_log_done(char letter, unsigned words, uint64_t first, uint64_t second, int granted) {
    fp_log_begin(letter);
    fp_log_words(words, first, second, 0);
    if (!granted)
        fp_log_failed();
    fp_log_end();
}

#endif

#ifdef __cplusplus
}
#endif

#endif

#endif
