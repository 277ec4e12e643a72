/*
 * dma_runs: contiguous memory for devices, with the state of each page in a byte.
 *
 *      page      0  1  2  3  4  5  6  7
 *      state     A  A  U  U  F  F  F  F         absent, used, free
 *
 * A device says between which addresses its run lies, what it is aligned to, and a boundary that it must not cross, such as 64 KiB. The
 * lowest run that fits is taken. Boot code may reserve memory at an address. A free of pages that are not in use is refused.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE ((uint64_t)4096)
/* 256 MiB */
#define PAGES ((uint64_t)1 << 16)

enum state { ABSENT, USED, FREE };

static unsigned char states[PAGES];
static uint64_t available;
static uintptr_t direct_map;

static uint64_t round_up(uint64_t n, uint64_t multiple) {
    return (n + multiple - 1) / multiple * multiple;
}

static void mark(uint64_t first, uint64_t count, enum state state) {
    for (uint64_t page = first; page < first + count; page++) {
        available += (state == FREE) - (states[page] == FREE);
        states[page] = (unsigned char)state;
    }
}

/* Returns `first` if the run can lie there, else a later page at which to try again. */
static uint64_t next_try(uint64_t first, uint64_t count, uint64_t boundary) {
    if (boundary > 0 && first / boundary != (first + count - 1) / boundary) {
        return (first / boundary + 1) * boundary;
    }
    for (uint64_t page = first; page < first + count; page++) {
        if (states[page] != FREE) {
            return page + 1;
        }
    }
    return first;
}

/* Addresses are physical, all but `count` are in bytes; where `boundary` is 0 there is none. */
void *dma_alloc(uint64_t count, uint64_t low, uint64_t high, uint64_t alignment, uint64_t boundary) {
    uint64_t end = high / PAGE < PAGES ? high / PAGE : PAGES;
    uint64_t multiple = alignment <= PAGE ? 1 : (alignment - 1) / PAGE + 1;
    for (uint64_t first = low / PAGE + (low % PAGE != 0);;) {
        first = round_up(first, multiple);
        if (count == 0 || count > end || first > end - count) {
            return NULL;
        }
        uint64_t next = next_try(first, count, boundary / PAGE);
        if (next == first) {
            mark(first, count, USED);
            return (void *)(direct_map + first * PAGE);
        }
        first = next;
    }
}

bool dma_free(void *address, uint64_t count) {
    uint64_t first = ((uintptr_t)address - direct_map) / PAGE;
    if (count > 0 && (first >= PAGES || count > PAGES - first)) {
        return false;
    }
    for (uint64_t page = first; page < first + count; page++) {
        if (states[page] != USED) {
            return false;
        }
    }
    mark(first, count, FREE);
    return true;
}

/* Takes note of memory. `map` is where physical address 0 is mapped. */
void dma_add(uint64_t start, uint64_t end, bool is_free, uintptr_t map) {
    direct_map = map;
    mark(start / PAGE, (end - start) / PAGE, is_free ? FREE : USED);
}

uint64_t dma_free_count(void) {
    return available;
}
