/*
 * Allocators that misbehave as WebAssembly: each is built with -DMISBEHAVE=name, and does what that name says when freeRegion is
 * called.
 */
#include "frameproof.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char *base;
static uint64_t first, left, total;
static jmp_buf outside;

static bool init(const fp_memory *memory) {
    base = memory->base;
    for (size_t d = 0; d < memory->count; d++) {
        if (memory->descriptors[d].kind == FP_FREE) {
            first = memory->descriptors[d].start / FP_PAGE_SIZE;
            left = total = memory->descriptors[d].pages;
        }
    }
    return true;
}

static void *allocate(void) {
    if (left == 0) {
        return NULL;
    }
    left--;
    return base + (first + left) * FP_PAGE_SIZE;
}

static __attribute__((unused)) void nothing(void) {
}

static __attribute__((unused)) void trap(void) {
    __builtin_trap();
}

static __attribute__((unused)) void divide(void) {
    volatile uint64_t zero = 0;
    left /= zero;
}

static __attribute__((unused)) void wild(void) {
    *(volatile char *)UINTPTR_MAX = 1;
}

static __attribute__((unused)) void null(void) {
    *(volatile int *)0 = 1;
}

static __attribute__((unused)) int deeper(volatile char *frame) {
    volatile char mine[256];
    mine[0] = frame[0];
    return mine[0] == 0 ? deeper(mine) + mine[0] : 0;
}

static __attribute__((unused)) void recurse(void) {
    volatile char start[1] = {0};
    left += (uint64_t)deeper(start);
}

static __attribute__((unused)) void loop(void) {
    for (volatile int on = 1; on;) {
    }
}

static __attribute__((unused)) void eat(void) {
    while (malloc(1 << 20) != NULL) {
    }
    abort();
}

static __attribute__((unused)) void fail(void) {
    assert(left > total);
}

static __attribute__((unused)) void leave(void) {
    exit(3);
}

static __attribute__((unused)) void jump(void) {
    longjmp(outside, 1);
}

/* The last word of the page frame that was handed out last, which a caller owns. */
static __attribute__((unused)) void scribble(void) {
    ((uint64_t *)(base + (first + left + 1) * FP_PAGE_SIZE))[-1] = 1;
}

/* The first byte behind all of memory. */
static __attribute__((unused)) void overrun(void) {
    base[(first + total) * FP_PAGE_SIZE] = 1;
}

/* The tenth page frame behind all of memory. */
static __attribute__((unused)) void stray(void) {
    base[(first + total + 9) * FP_PAGE_SIZE] = 1;
}

static __attribute__((unused)) void grow(void) {
    __builtin_wasm_memory_grow(0, 1);
}

static int descending(const void *left, const void *right) {
    return *(const int *)right - *(const int *)left;
}

/* The heap gives blocks that do not overlap and keep what they hold, and is as it was once all are free. */
static __attribute__((unused)) void heap(void) {
    enum { BLOCKS = 40 };
    static unsigned char *blocks[BLOCKS];
    void *first = malloc(1);
    free(first);
    for (unsigned round = 0; round < 5; round++) {
        for (unsigned i = round % 2; i < BLOCKS; i += 1 + round % 3) {
            size_t size = (i * 37 + round * 11) % 300;
            blocks[i] = blocks[i] != NULL ? realloc(blocks[i], size + 1) : i % 4 == 0 ? aligned_alloc(128, size + 1) : calloc(1, size + 1);
            assert(i % 4 != 0 || round > 0 || (uintptr_t)blocks[i] % 128 == 0);
            memset(blocks[i], (int)i, size + 1);
        }
        for (unsigned i = 0; i < BLOCKS; i++) {
            assert(blocks[i] == NULL || blocks[i][0] == i);
            if ((i * 7 + round) % 3 == 0) {
                free(blocks[i]);
                blocks[i] = NULL;
            }
        }
    }
    for (unsigned i = 0; i < BLOCKS; i++) {
        free(blocks[i]);
        blocks[i] = NULL;
    }
    void *again = malloc(1);
    assert(again == first);
    free(again);
    int items[] = {3, 1, 4, 1, 5, 9, 2, 6};
    qsort(items, 8, sizeof *items, descending);
    for (unsigned i = 1; i < 8; i++) {
        assert(items[i - 1] >= items[i]);
    }
}

static __attribute__((unused)) void print(void) {
    char text[80];
    snprintf(text, sizeof text, "%s %d %05.1d|%-4u|%#x %" PRIu64 " %c%% %zu %lld", "text", -7, 3, 12u, 255u, UINT64_MAX, 'c',
             sizeof(uint32_t), -5LL);
    printf("%s\n", text);
    assert(strcmp(text, "text -7 00003|12  |0xff 18446744073709551615 c% 4 -5") == 0);
}

static bool free_region(void *address, uint64_t count) {
    (void)address;
    MISBEHAVE();
    left += count;
    return true;
}

static uint64_t free_amount(void) {
    return left;
}

static uint64_t total_amount(void) {
    return total;
}

int main(int argc, char **argv) {
    (void)argc;
    (void)argv;
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"freeRegion\", \"totalAmount\", \"freeAmount\"], \"failures\": [], \"misuse\": \"undefined\"}",
        .init = init,
        .alloc = allocate,
        .free_region = free_region,
        .total_amount = total_amount,
        .free_amount = free_amount,
    });
}
