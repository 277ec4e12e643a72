/*
 * Free page frames are in two places: regions of the memory map from whose end none was taken yet, and a list of those
 * that were freed, whose links lie in the pages.
 */
#include "pmm.h"

#include <stddef.h>

#define MOST_REGIONS 1024

struct region {
    uint64_t start; /* physical address */
    uint64_t pages;
};

struct freed {
    struct freed *next;
};

static unsigned char *base_address;
static struct region regions[MOST_REGIONS];
static size_t region_count;
static struct freed *freed;
static uint64_t free_amount;

void pmm_init(void *base) {
    base_address = base;
    region_count = 0;
    freed = NULL;
    free_amount = 0;
}

void pmm_add(uint64_t start, uint64_t pages) {
    if (pages == 0 || region_count == MOST_REGIONS)
        return;
    regions[region_count++] = (struct region){start, pages};
    free_amount += pages;
}

void *pmm_alloc(void) {
    if (free_amount == 0)
        return NULL;
    free_amount--;
    if (freed != NULL) {
        struct freed *page = freed;
        freed = page->next;
        return page;
    }
    struct region *last = &regions[region_count - 1];
    last->pages--;
    void *page = base_address + last->start + last->pages * PMM_PAGE_SIZE;
    if (last->pages == 0)
        region_count--;
    return page;
}

void pmm_free(void *address) {
    struct freed *first = (struct freed *)((uintptr_t)address & -(uintptr_t)PMM_PAGE_SIZE);
    first->next = freed;
    freed = first;
    free_amount++;
}

uint64_t pmm_free_amount(void) {
    return free_amount;
}
