/*
 * buddy: all of memory in blocks of 1 to 1024 page frames, each a power of two and aligned to its size.
 *
 *      0       4   6 7 8                16
 *      ├───────┼───┼─┼─┼────────────────┤     free: [0, 4) [4, 6) [7, 8) [8, 16)      taken: [6, 7)
 *
 * A freed block is joined with its buddy, the other half of the block of twice its size, as long as the buddy is free. The free
 * blocks of each size are in a list whose links lie in the blocks. Misuse panics.
 */
#include "../frameproof.h"
#include "spin_lock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ORDERS 11
#define NOBODY UINT64_MAX

/* The condition of a page frame. */
enum { ABSENT, FIRMWARE, BOOT, CALLER, FREE };

/* Lies at the start of each free block. */
typedef struct {
    uint64_t previous, next;
} link;

static uint8_t *condition; /* of each page frame */
static uint8_t *order_of;  /* 1 + the order of the free block that starts there, 0 for none */
static uint64_t lists[ORDERS];
static uint64_t frames, total, available;
static unsigned char *base;

static link *link_of(uint64_t frame) {
    return (link *)(base + frame * FP_PAGE_SIZE);
}

static void put_block(uint64_t frame, unsigned order) {
    *link_of(frame) = (link){.previous = NOBODY, .next = lists[order]};
    if (lists[order] != NOBODY) {
        link_of(lists[order])->previous = frame;
    }
    lists[order] = frame;
    order_of[frame] = (uint8_t)(order + 1);
}

static void remove_block(uint64_t frame, unsigned order) {
    link found = *link_of(frame);
    if (found.previous == NOBODY) {
        lists[order] = found.next;
    } else {
        link_of(found.previous)->next = found.next;
    }
    if (found.next != NOBODY) {
        link_of(found.next)->previous = found.previous;
    }
    order_of[frame] = 0;
}

/* Frees a block of 2^order page frames, and joins it with its buddies. */
static void give(uint64_t frame, unsigned order) {
    memset(condition + frame, FREE, UINT64_C(1) << order);
    available += UINT64_C(1) << order;
    while (order + 1 < ORDERS) {
        uint64_t buddy = frame ^ (UINT64_C(1) << order);
        if (buddy >= frames || order_of[buddy] != order + 1) {
            break;
        }
        remove_block(buddy, order);
        frame = frame < buddy ? frame : buddy;
        order++;
    }
    put_block(frame, order);
}

/* Frees page frames in blocks as large as possible, so that few pages are written to. */
static void give_all(uint64_t first, uint64_t end) {
    while (first < end) {
        unsigned order = 0;
        while (order + 1 < ORDERS && first % (UINT64_C(2) << order) == 0 && first + (UINT64_C(2) << order) <= end) {
            order++;
        }
        give(first, order);
        first += UINT64_C(1) << order;
    }
}

static bool init(const fp_memory *memory) {
    static const uint8_t CONDITIONS[] = {[FP_FREE] = ABSENT, [FP_BOOT] = BOOT, [FP_FIRMWARE] = FIRMWARE, [FP_ABSENT] = ABSENT};
    base = memory->base;
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *descriptor = &memory->descriptors[d];
        uint64_t end = descriptor->start / FP_PAGE_SIZE + descriptor->pages;
        frames = end > frames ? end : frames;
    }
    condition = calloc(frames + 1, 1);
    order_of = calloc(frames + 1, 1);
    if (condition == NULL || order_of == NULL) {
        return false;
    }
    for (unsigned order = 0; order < ORDERS; order++) {
        lists[order] = NOBODY;
    }
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *descriptor = &memory->descriptors[d];
        uint64_t first = descriptor->start / FP_PAGE_SIZE;
        total += descriptor->kind == FP_ABSENT ? 0 : descriptor->pages;
        memset(condition + first, CONDITIONS[descriptor->kind], descriptor->pages);
        if (descriptor->kind == FP_FREE) {
            give_all(first, first + descriptor->pages);
        }
    }
    return true;
}

/* Takes [first, first + 2^wanted) out of the free block of 2^order page frames at `block`; the rest goes back in halves. */
static void *split(uint64_t block, unsigned order, uint64_t first, unsigned wanted) {
    remove_block(block, order);
    while (order > wanted) {
        order--;
        uint64_t upper = block + (UINT64_C(1) << order);
        if (first >= upper) {
            put_block(block, order);
            block = upper;
        } else {
            put_block(upper, order);
        }
    }
    memset(condition + first, CALLER, UINT64_C(1) << wanted);
    available -= UINT64_C(1) << wanted;
    return base + first * FP_PAGE_SIZE;
}

static void *fail(void) {
    errno = ENOMEM;
    return NULL;
}

/* Takes from the smallest suitable block, so that large ones stay whole. */
static void *take(unsigned wanted, uint64_t end, uint64_t multiple) {
    uint64_t count = UINT64_C(1) << wanted;
    multiple = multiple < count ? count : multiple;
    for (unsigned order = wanted; order < ORDERS; order++) {
        for (uint64_t block = lists[order]; block != NOBODY; block = link_of(block)->next) {
            uint64_t rest = block % multiple;
            uint64_t first = rest == 0 ? block : block + (multiple - rest);
            if (first + count <= block + (UINT64_C(1) << order) && first + count <= end) {
                return split(block, order, first, wanted);
            }
        }
    }
    return fail();
}

static void *alloc(void) {
    lock_acquire();
    void *page = take(0, frames, 1);
    lock_release();
    return page;
}

static void *alloc_bitmap(uint64_t count, uint64_t max_addr, uint64_t alignment) {
    if (count == 0 || count > UINT64_C(1) << (ORDERS - 1)) {
        return fail();
    }
    unsigned wanted = 0;
    while (UINT64_C(1) << wanted < count) {
        wanted++;
    }
    uint64_t multiple = alignment <= FP_PAGE_SIZE ? 1 : (alignment - 1) / FP_PAGE_SIZE + 1;
    lock_acquire();
    void *page = take(wanted, max_addr / FP_PAGE_SIZE, multiple);
    lock_release();
    return page;
}

/* Panics, without the lock, unless every page frame of the region may be freed. */
static void check(uint64_t first, uint64_t count) {
    static const fp_owner OWNERS[] = {FP_OWNER_ABSENT, FP_OWNER_FIRMWARE, FP_OWNER_BOOT, FP_OWNER_CALLER, FP_OWNER_PMM};
    for (uint64_t i = 0; i < count; i++) {
        uint8_t found = first + i < frames ? condition[first + i] : ABSENT;
        if (found != CALLER && found != BOOT) {
            lock_release();
            fp_panic(first + i, OWNERS[found], "a page frame may not be freed");
        }
    }
}

static bool free_region(void *address, uint64_t count) {
    uint64_t offset = (uint64_t)((uintptr_t)address - (uintptr_t)base);
    if (count == 0) {
        return true;
    }
    if ((uintptr_t)address < (uintptr_t)base || offset >> 52 != 0) {
        fp_panic(FP_NO_FRAME, FP_OWNER_NONE, "the address is none of the higher half");
    }
    uint64_t first = offset / FP_PAGE_SIZE;
    lock_acquire();
    check(first, count);
    give_all(first, first + count);
    lock_release();
    return true;
}

static bool free_one(void *address) {
    return free_region(address, 1);
}

static void live(void) {
    for (unsigned order = 0; order < ORDERS; order++) {
        for (uint64_t block = lists[order]; block != NOBODY; block = link_of(block)->next) {
            fp_live(link_of(block), sizeof(link));
        }
    }
}

static uint64_t total_amount(void) {
    return total;
}

static uint64_t free_amount(void) {
    lock_acquire();
    uint64_t amount = available;
    lock_release();
    return amount;
}

static uint64_t reserved_amount(void) {
    return total - free_amount();
}

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"allocBitmap\", \"free\", \"freeRegion\", \"totalAmount\", \"freeAmount\","
                   " \"reservedAmount\"], \"zones\": 1, \"contiguous\": \"powers-of-two\", \"largestRequest\": 1024,"
                   " \"failures\": [\"errno\"], \"memoryBelow\": \"0x400000000\"}",
        .init = init,
        .alloc = alloc,
        .alloc_bitmap = alloc_bitmap,
        .free = free_one,
        .free_region = free_region,
        .total_amount = total_amount,
        .free_amount = free_amount,
        .reserved_amount = reserved_amount,
        .live = live,
    });
}
