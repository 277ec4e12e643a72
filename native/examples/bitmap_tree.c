/*
 * bitmap_tree: a bitmap of free pages, a bitmap of its words that are not empty, and one of that one's.
 *
 *      top      1                                   bit k: word k of `middle` is not empty
 *      middle   0110…                               bit k: word k of `leaves` is not empty
 *      leaves   0000…  0001…  1011…  0000…          bit k: page k is free
 *
 * The lowest free page is found in three steps, and zeroed. Single pages only, if need be below 2^bits, for devices with short
 * addresses. A free of what may not be freed is refused.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PAGE ((uint64_t)4096)
#define LEVELS 3
/* 64^3 */
#define PAGES ((uint64_t)1 << 18)

static uint64_t leaves[PAGES / 64], middle[PAGES / 64 / 64], top[1];
static uint64_t *const level[LEVELS] = {leaves, middle, top};
static uint64_t managed[PAGES / 64]; /* what may be freed: it is free or was handed out */
static uint64_t available;
static uintptr_t direct_map;

static void set_free(uint64_t page) {
    for (int k = 0; k < LEVELS; k++, page /= 64) {
        level[k][page / 64] |= UINT64_C(1) << (page % 64);
    }
    available++;
}

static void set_used(uint64_t page) {
    for (int k = 0; k < LEVELS; k++, page /= 64) {
        level[k][page / 64] &= ~(UINT64_C(1) << (page % 64));
        if (level[k][page / 64] != 0) {
            break;
        }
    }
    available--;
}

/* Takes the lowest page if it lies below 2^bits. */
void *pmm_alloc_below(unsigned bits) {
    uint64_t page = 0;
    for (int k = LEVELS - 1; k >= 0; k--) {
        if (level[k][page] == 0) {
            return NULL;
        }
        page = page * 64 + (uint64_t)__builtin_ctzll(level[k][page]);
    }
    if (bits < 64 && (page + 1) * PAGE > UINT64_C(1) << bits) {
        return NULL;
    }
    set_used(page);
    return memset((void *)(direct_map + page * PAGE), 0, PAGE);
}

/* Returns false, and does nothing, where this is not a page that was handed out. */
bool pmm_free(void *address) {
    uint64_t offset = (uintptr_t)address - direct_map, page = offset / PAGE;
    if (offset % PAGE != 0 || page >= PAGES || (managed[page / 64] >> (page % 64) & 1) == 0 ||
        (leaves[page / 64] >> (page % 64) & 1) != 0) {
        return false;
    }
    set_free(page);
    return true;
}

/* `is_free`: now, or once somebody frees it. */
void pmm_add(uint64_t start, uint64_t end, bool is_free, uintptr_t map) {
    direct_map = map;
    for (uint64_t page = start / PAGE; page < end / PAGE; page++) {
        managed[page / 64] |= UINT64_C(1) << (page % 64);
        if (is_free) {
            set_free(page);
        }
    }
}

uint64_t pmm_free_pages(void) {
    return available;
}
