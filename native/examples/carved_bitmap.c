/*
 * carved_bitmap: one bitmap for all of memory, in the first free range with room for it; next fit.
 *
 *      free range   ├ table ┤ . . . . . . . . . .        the table holds a bit for each page frame, 1 where it is taken
 *                             hint ─► ^
 *
 * A search goes from the hint to the end, then once more from the start. Alignments are powers of two. Like the kernels that it stands
 * for, it trusts its callers to free what they were given, and stops at an address inside a page.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAGE ((uint64_t)4096)

struct range {
    uint64_t start, end; /* physical addresses, multiples of the page size */
};

static uint8_t *table;
static uint64_t frames, hint, available;
static uintptr_t direct_map;

static bool is_taken(uint64_t frame) {
    return table[frame / 8] >> (frame % 8) & 1;
}

static void mark(uint64_t first, uint64_t count, bool is_used) {
    for (uint64_t frame = first; frame < first + count; frame++) {
        uint8_t bit = (uint8_t)(1u << (frame % 8));
        table[frame / 8] = (uint8_t)(is_used ? table[frame / 8] | bit : table[frame / 8] & ~bit);
    }
    available = is_used ? available - count : available + count;
}

/* `end` is where memory ends that can ever be free. Says where the table lies; returns false where no range has room for it. */
bool pmm_init(const struct range *free_ranges, size_t count, uint64_t end, uintptr_t map, struct range *used) {
    direct_map = map;
    frames = end / PAGE;
    uint64_t bytes = (frames + 7) / 8, size = (bytes + PAGE - 1) / PAGE * PAGE;
    size_t at = 0;
    while (at < count && free_ranges[at].end - free_ranges[at].start < size) {
        at++;
    }
    if (at == count) {
        return false;
    }
    *used = (struct range){free_ranges[at].start, free_ranges[at].start + size};
    table = (uint8_t *)(direct_map + used->start);
    memset(table, 0xff, bytes);
    for (size_t i = 0; i < count; i++) {
        mark(free_ranges[i].start / PAGE, (free_ranges[i].end - free_ranges[i].start) / PAGE, false);
    }
    mark(used->start / PAGE, size / PAGE, true);
    return true;
}

static uint64_t find(uint64_t from, uint64_t count, uint64_t multiple) {
    uint64_t first = (from + multiple - 1) & ~(multiple - 1);
    while (first < frames && count <= frames - first) {
        uint64_t i = 0;
        while (i < count && !is_taken(first + i)) {
            i++;
        }
        if (i == count) {
            return first;
        }
        first = (first + i + multiple) & ~(multiple - 1);
    }
    return UINT64_MAX;
}

/* `alignment` is a power of two, in bytes. */
void *pmm_alloc_contiguous(uint64_t count, uint64_t alignment) {
    if (count == 0 || count > available) {
        return NULL;
    }
    uint64_t multiple = alignment <= PAGE ? 1 : alignment / PAGE;
    uint64_t first = find(hint, count, multiple);
    first = first == UINT64_MAX ? find(0, count, multiple) : first;
    if (first == UINT64_MAX) {
        return NULL;
    }
    mark(first, count, true);
    hint = first + count;
    return (void *)(direct_map + first * PAGE);
}

void pmm_free_contiguous(void *address, uint64_t count) {
    uint64_t physical = (uintptr_t)address - direct_map;
    if (physical % PAGE != 0) {
        abort();
    }
    mark(physical / PAGE, count, false);
}

uint64_t pmm_free_frames(void) {
    return available;
}
