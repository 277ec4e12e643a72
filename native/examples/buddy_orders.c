/*
 * buddy_orders: blocks of 2ⁿ pages, handed out and taken back by their order.
 *
 *      order 2  ├───────────────┤               a free block is in the list of its order, whose links lie in its first page
 *      order 1  ├───────┤├───────┤               two of them that make up a larger one are buddies: they differ in one bit
 *      order 0  ├───┤├───┤├───┤├───┤
 *
 * A table in the first free range with room for it has a byte for each page: the order of the free block that begins there, or NONE.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAGE ((uint64_t)4096)
#define LARGEST 10
#define NONE 0xff

struct range {
    uint64_t start, end; /* physical addresses, multiples of the page size */
};

struct block {
    struct block *next, **link; /* `link` is what points to this block */
};

static uint8_t *orders;
static struct block *lists[LARGEST + 1];
static uint64_t frames, available;
static uintptr_t direct_map;

static struct block *block_at(uint64_t frame) {
    return (struct block *)(direct_map + frame * PAGE);
}

static void insert(uint64_t frame, unsigned order) {
    struct block *block = block_at(frame);
    *block = (struct block){lists[order], &lists[order]};
    if (block->next != NULL) {
        block->next->link = &block->next;
    }
    lists[order] = block;
    orders[frame] = (uint8_t)order;
}

static void take_out(uint64_t frame) {
    struct block *block = block_at(frame);
    *block->link = block->next;
    if (block->next != NULL) {
        block->next->link = block->link;
    }
    orders[frame] = NONE;
}

void pmm_free(void *address, unsigned order) {
    uint64_t physical = (uintptr_t)address - direct_map;
    uint64_t frame = physical / PAGE;
    if (physical % (PAGE << order) != 0) {
        abort();
    }
    available += UINT64_C(1) << order;
    while (order < LARGEST) {
        uint64_t buddy = frame ^ UINT64_C(1) << order;
        if (buddy >= frames || orders[buddy] != order) {
            break;
        }
        take_out(buddy);
        frame &= ~(UINT64_C(1) << order);
        order++;
    }
    insert(frame, order);
}

/* `end` is where memory ends that can ever be free. Says where the table lies; returns false where no range has room for it. */
bool pmm_init(const struct range *free_ranges, size_t count, uint64_t end, uintptr_t map, struct range *used) {
    direct_map = map;
    frames = end / PAGE;
    uint64_t size = (frames + PAGE - 1) / PAGE * PAGE;
    size_t at = 0;
    while (at < count && free_ranges[at].end - free_ranges[at].start < size) {
        at++;
    }
    if (at == count) {
        return false;
    }
    *used = (struct range){free_ranges[at].start, free_ranges[at].start + size};
    orders = (uint8_t *)(direct_map + used->start);
    memset(orders, NONE, frames);
    for (size_t i = 0; i < count; i++) {
        uint64_t from = i == at ? used->end : free_ranges[i].start;
        for (unsigned order; from < free_ranges[i].end; from += PAGE << order) {
            order = LARGEST;
            while (from % (PAGE << order) != 0 || from + (PAGE << order) > free_ranges[i].end) {
                order--;
            }
            pmm_free((void *)(direct_map + from), order);
        }
    }
    return true;
}

void *pmm_alloc(unsigned wanted) {
    unsigned order = wanted;
    while (order <= LARGEST && lists[order] == NULL) {
        order++;
    }
    if (order > LARGEST) {
        return NULL;
    }
    uint64_t frame = ((uintptr_t)lists[order] - direct_map) / PAGE;
    take_out(frame);
    while (order > wanted) {
        order--;
        insert(frame + (UINT64_C(1) << order), order);
    }
    available -= UINT64_C(1) << wanted;
    return block_at(frame);
}

uint64_t pmm_free_frames(void) {
    return available;
}
