/*
 * A page array: one number for each page frame, its owner or its references. With -DMOST=n a page frame has at most n. Its bugs:
 * -DFREES_AT_ONCE frees with any reference, -DONE_LEFT leaves a free page frame where a batch is granted in part, -DLAST_FORGOTTEN takes a region
 * whose last page frame is not free, -DBOUNDARY_FORGOTTEN lets runs cross a boundary by their last page, -DLAST_NOT_ADDED adds a page frame too
 * few, -DMARKS_REMOVED writes into memory that it has removed, -DTAKES_ORDERS takes orders
 * and does not claim that, -DNO_RETAIN lacks a call that it claims.
 */
#include <errno.h>
#include <stdlib.h>

#include "frameproof.h"

#ifndef MOST
#define MOST 3
#endif

/* Above FREE: references. The others are owners, in the order of `owners`. */
enum { ABSENT = -3, FIRMWARE = -2, BOOT = -1, FREE = 0 };
static const fp_owner owners[] = {FP_OWNER_ABSENT, FP_OWNER_FIRMWARE, FP_OWNER_BOOT, FP_OWNER_PMM};

static unsigned char *base;
static uint64_t end;
static int *pages;

static bool init(const fp_memory *memory) {
    base = memory->base;
    end = 0;
    for (size_t d = 0; d < memory->count; d++) {
        uint64_t last = memory->descriptors[d].start / FP_PAGE_SIZE + memory->descriptors[d].pages;
        end = last > end ? last : end;
    }
    pages = malloc((end + 1) * sizeof *pages);
    for (uint64_t frame = 0; frame < end; frame++) {
        pages[frame] = ABSENT;
    }
    for (size_t d = 0; d < memory->count; d++) {
        for (uint64_t i = 0; i < memory->descriptors[d].pages; i++) {
            pages[memory->descriptors[d].start / FP_PAGE_SIZE + i] = -(int)memory->descriptors[d].kind;
        }
    }
    return true;
}

static void *take(void) {
    for (uint64_t frame = 0; frame < end; frame++) {
        if (pages[frame] == FREE) {
            pages[frame] = 1;
            return base + frame * FP_PAGE_SIZE;
        }
    }
    return NULL;
}

static uint64_t free_amount(void) {
    uint64_t count = 0;
    for (uint64_t frame = 0; frame < end; frame++) {
        count += pages[frame] == FREE;
    }
    return count;
}

static void *alloc(void) {
    void *page = take();
    if (page == NULL) {
        errno = ENOMEM;
        fp_warn("alloc: no memory");
    }
    return page;
}

static uint64_t alloc_some(void **addresses, uint64_t count) {
    uint64_t got = free_amount();
#ifdef ONE_LEFT
    got -= got > 1 && got < count;
#endif
    got = count < got ? count : got;
    for (uint64_t i = 0; i < got; i++) {
        addresses[i] = take();
    }
    if (got == 0 && count > 0) {
        errno = ENOMEM;
        fp_warn("allocPages: no memory");
    }
    return got;
}

/* Returns the page frame of an address. */
static uint64_t named(void *address) {
    uint64_t frame = ((uintptr_t)address - (uintptr_t)base) / FP_PAGE_SIZE;
    if ((uintptr_t)address < (uintptr_t)base || frame >= UINT64_C(1) << 40) {
        fp_panic(FP_NO_FRAME, FP_OWNER_NONE, "not an address");
    }
    return frame;
}

/* Gives page frames a code if all of them have another one. */
static bool turn(uint64_t first, uint64_t count, int from, int to) {
    bool is_all = first < end && count <= end - first;
    for (uint64_t i = 0; is_all && i < count; i++) {
        is_all = pages[first + i] == from;
    }
    for (uint64_t i = 0; is_all && i < count; i++) {
        pages[first + i] = to;
    }
    return is_all;
}

static bool add_region(void *address, uint64_t count) {
    if (count == 0) {
        return true;
    }
    uint64_t first = named(address);
    if (first >= end || count > end - first) {
        fp_panic(FP_NO_FRAME, FP_OWNER_NONE, "beyond the map");
    }
#ifdef LAST_NOT_ADDED
    count -= count > 1;
#endif
    if (!turn(first, count, ABSENT, FREE)) {
        while (pages[first] == ABSENT) {
            first++;
        }
        fp_panic(first, pages[first] > FREE ? FP_OWNER_CALLER : owners[pages[first] - ABSENT], "RAM already");
    }
    return true;
}

static bool remove_region(void *address, uint64_t count) {
    if (count > 0 && !turn(named(address), count, FREE, ABSENT)) {
        errno = ENOMEM;
        fp_warn("removeRegion: not free");
        return false;
    }
#ifdef MARKS_REMOVED
    static uint64_t *last_removed;
    if (last_removed != NULL && pages[named(last_removed)] == ABSENT) {
        *last_removed = 0;
    }
    last_removed = count > 0 ? (uint64_t *)address : last_removed;
#endif
    return true;
}

static void *alloc_at(void *address, uint64_t count) {
    uint64_t first = named(address);
    bool is_free = count > 0 && first < end && count <= end - first;
#ifdef LAST_FORGOTTEN
    uint64_t looked_at = count - (count > 1);
#else
    uint64_t looked_at = count;
#endif
    for (uint64_t i = 0; is_free && i < looked_at; i++) {
        is_free = pages[first + i] == FREE;
    }
    if (!is_free) {
        errno = ENOMEM;
        fp_warn("allocAt: not free");
        return NULL;
    }
    for (uint64_t i = 0; i < count; i++) {
        pages[first + i] = 1;
    }
    return base + first * FP_PAGE_SIZE;
}

static bool is_free_run(uint64_t first, uint64_t count) {
    bool is_free = count <= end - first;
    for (uint64_t i = 0; is_free && i < count; i++) {
        is_free = pages[first + i] == FREE;
    }
    return is_free;
}

static bool crosses(uint64_t first, uint64_t count, uint64_t boundary) {
    uint64_t apart = boundary / FP_PAGE_SIZE;
#ifdef BOUNDARY_FORGOTTEN
    count -= count > 1;
#endif
    return apart > 0 && first / apart != (first + count - 1) / apart;
}

static void *alloc_within(uint64_t count, uint64_t min_addr, uint64_t max_addr, uint64_t alignment, uint64_t boundary) {
    uint64_t apart = alignment / FP_PAGE_SIZE + (alignment % FP_PAGE_SIZE != 0 || alignment == 0);
    uint64_t first = min_addr / FP_PAGE_SIZE + (min_addr % FP_PAGE_SIZE != 0);
    uint64_t limit = max_addr / FP_PAGE_SIZE < end ? max_addr / FP_PAGE_SIZE : end;
    for (; count > 0 && first < limit && count <= limit - first; first++) {
        if (first % apart == 0 && !crosses(first, count, boundary) && is_free_run(first, count)) {
            for (uint64_t i = 0; i < count; i++) {
                pages[first + i] = 1;
            }
            return base + first * FP_PAGE_SIZE;
        }
    }
    errno = ENOMEM;
    fp_warn("allocWithin: no run fits");
    return NULL;
}

/* Returns the page frame of an address, which callers hold, or boot code where it may. */
static uint64_t held(void *address, bool may_be_boot) {
    uint64_t frame = named(address);
    int code = frame < end ? pages[frame] : ABSENT;
    if (code > FREE || (code == BOOT && may_be_boot)) {
        return frame;
    }
    fp_panic(frame, owners[code - ABSENT], "not held");
}

static bool retain(void *address) {
    uint64_t frame = held(address, false);
    if (pages[frame] >= MOST) {
        errno = ENOMEM;
        fp_warn("retain: too many references");
        return false;
    }
    pages[frame]++;
    return true;
}

static bool release(void *address) {
    uint64_t frame = held(address, true);
    pages[frame] = pages[frame] == BOOT ? FREE : pages[frame] - 1;
#ifdef FREES_AT_ONCE
    pages[frame] = FREE;
#endif
    return true;
}

#ifdef TAKES_ORDERS
static void *alloc_order(uint64_t order) {
    return alloc_within(UINT64_C(1) << order, 0, UINT64_MAX, FP_PAGE_SIZE << order, 0);
}
#endif

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"allocPages\", \"allocAt\", \"allocWithin\", \"addRegion\", \"removeRegion\", \"retain\", \"release\", \"freeAmount\"],"
                   " \"zones\": 1, "
                   "\"batches\": \"partial\", \"mostReferences\": 3, \"memoryBelow\": \"0x400000\"}",
        .init = init,
        .alloc = alloc,
        .alloc_some = alloc_some,
        .alloc_at = alloc_at,
        .alloc_within = alloc_within,
        .add_region = add_region,
        .remove_region = remove_region,
#ifdef TAKES_ORDERS
        .alloc_order = alloc_order,
#endif
#ifndef NO_RETAIN
        .retain = retain,
#endif
        .release = release,
        .free_amount = free_amount,
    });
}
