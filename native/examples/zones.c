/*
 * zones: memory that devices with 24 address bits reach, and the rest, in one bitmap.
 *
 *      0                  DMA_END                              end
 *      ├───── dma ────────┼──────────── normal ────────────────┤
 *
 * A request for the dma zone is served there or not at all; any other comes from the normal zone while a run fits, then from the
 * dma zone. A run never lies in both. Memory comes and goes at run time. It trusts its callers.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE ((uint64_t)4096)
#ifndef DMA_END
#define DMA_END 0x1000000
#endif
/* 1 GiB */
#define PAGES ((uint64_t)1 << 18)

enum zone { DMA, NORMAL };

struct extent {
    uint64_t first, end; /* page numbers */
};

static const struct extent zones[] = {
    [DMA] = {0, DMA_END / PAGE},
    [NORMAL] = {DMA_END / PAGE, PAGES},
};
static uint64_t free_bits[PAGES / 64];
static uint64_t available, end_of_memory;
static uintptr_t direct_map;

static bool is_free(uint64_t page) {
    return free_bits[page / 64] >> (page % 64) & 1;
}

static void mark(uint64_t first, uint64_t count, bool as_free) {
    for (uint64_t page = first; page < first + count; page++) {
        uint64_t bit = UINT64_C(1) << (page % 64);
        free_bits[page / 64] = as_free ? free_bits[page / 64] | bit : free_bits[page / 64] & ~bit;
    }
    available += as_free ? count : -count;
}

static bool take(enum zone zone, uint64_t count, uint64_t *first) {
    uint64_t end = zones[zone].end < end_of_memory ? zones[zone].end : end_of_memory, run = 0;
    for (uint64_t page = zones[zone].first; page < end; page++) {
        run = is_free(page) ? run + 1 : 0;
        if (run == count) {
            *first = page + 1 - count;
            mark(*first, count, false);
            return true;
        }
    }
    return false;
}

void *pmm_alloc_pages(enum zone zone, uint64_t count) {
    uint64_t first;
    if (count == 0 || !(take(zone, count, &first) || (zone == NORMAL && take(DMA, count, &first)))) {
        return NULL;
    }
    return (void *)(direct_map + first * PAGE);
}

/* Also adds memory that comes at run time: until then, its bits say that it is in use. */
void pmm_free_pages(void *address, uint64_t count) {
    mark(((uintptr_t)address - direct_map) / PAGE, count, true);
}

/* Takes note of a range of the memory map. Returns false where it ends too high. `map` is where physical address 0 is mapped. */
bool pmm_add(uint64_t start, uint64_t end, bool is_free_now, uintptr_t map) {
    direct_map = map;
    end_of_memory = end / PAGE > end_of_memory ? end / PAGE : end_of_memory;
    if (end / PAGE > PAGES) {
        return false;
    }
    if (is_free_now) {
        mark(start / PAGE, (end - start) / PAGE, true);
    }
    return true;
}

/* Takes memory away. Returns false where some of it is in use. */
bool pmm_remove_region(void *address, uint64_t count) {
    uint64_t first = ((uintptr_t)address - direct_map) / PAGE;
    if (count > 0 && (first >= PAGES || count > PAGES - first)) {
        return false;
    }
    for (uint64_t page = first; page < first + count; page++) {
        if (!is_free(page)) {
            return false;
        }
    }
    mark(first, count, false);
    return true;
}

uint64_t pmm_free_count(void) {
    return available;
}
