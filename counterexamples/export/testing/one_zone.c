/*
 * An allocator with one zone, for the C tests that frameproof exports: one byte a page frame, searched from the start. A bad free
 * returns false, and failures report nothing. BREAK_… puts a bug into it, so that a test can be seen to fail; with FINDS_NO_RUN its search
 * is partial.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAMES 4096
#define PAGE 4096
#define BASE UINT64_C(0x100000000000)

enum { ABSENT, KEPT, HELD, FREE };

typedef struct {
    int type;
    uint64_t start;
    uint64_t pages;
} test_descriptor_t;

uintptr_t pmm_test_init(const test_descriptor_t *map, size_t descriptors, uint64_t end);
void *pmm_alloc(void);
void *pmm_alloc_bitmap(uint64_t count, uintptr_t max_addr, uint64_t alignment);
bool pmm_free(void *address);
bool pmm_free_region(void *address, uint64_t count);
uint64_t pmm_free_amount(void);

static unsigned char condition[FRAMES];
static uint64_t available;

uintptr_t pmm_test_init(const test_descriptor_t *map, size_t descriptors, uint64_t end) {
    static const unsigned char CONDITIONS[] = {FREE, HELD, KEPT, ABSENT};
    (void)end;
    for (size_t d = 0; d < descriptors; d++) {
        for (uint64_t i = 0; i < map[d].pages; i++) {
            condition[map[d].start / PAGE + i] = CONDITIONS[map[d].type];
            available += map[d].type == 0;
        }
    }
    return BASE;
}

void *pmm_alloc_bitmap(uint64_t count, uintptr_t max_addr, uint64_t alignment) {
    uint64_t end = max_addr / PAGE < FRAMES ? max_addr / PAGE : FRAMES;
#ifdef FINDS_NO_RUN
    if (count > 1) {
        return NULL;
    }
#endif
    uint64_t step = alignment <= PAGE ? 1 : (alignment - 1) / PAGE + 1;
    for (uint64_t first = 0; count > 0 && count <= end && first <= end - count; first += step) {
        uint64_t run = 0;
        while (run < count && condition[first + run] == FREE) {
            run++;
        }
        for (uint64_t i = 0; run == count && i < count; i++) {
            condition[first + i] = HELD;
            available--;
        }
        if (run == count) {
            return (void *)(uintptr_t)(BASE + first * PAGE);
        }
    }
    return NULL;
}

void *pmm_alloc(void) {
#ifdef BREAK_LAST_PAGE
    if (available <= 1) {
        return NULL;
    }
#endif
    return pmm_alloc_bitmap(1, UINT64_MAX, 0);
}

bool pmm_free_region(void *address, uint64_t count) {
    uint64_t first = ((uintptr_t)address - BASE) / PAGE;
#ifdef BREAK_REGION
    if (count > 0) {
        return false;
    }
#endif
    for (uint64_t i = 0; i < count; i++) {
#ifndef BREAK_DOUBLE_FREE
        if (count > FRAMES || first + i >= FRAMES || condition[first + i] != HELD) {
            return false;
        }
#endif
    }
    for (uint64_t i = 0; i < count; i++) {
        condition[first + i] = FREE;
        available++;
    }
    return true;
}

bool pmm_free(void *address) {
    return pmm_free_region(address, 1);
}

uint64_t pmm_free_amount(void) {
    return available;
}
