/* pmm: hands out page frames, one at a time. */
#ifndef PMM_H
#define PMM_H

#include <stdint.h>

#define PMM_PAGE_SIZE 4096u

/* Takes no memory yet. `base` is the virtual address of physical address 0. */
void pmm_init(void *base);

/* Adds free memory: `pages` page frames from the physical address `start` on. */
void pmm_add(uint64_t start, uint64_t pages);

/* Returns the virtual address of a page, or NULL if none is free. O(1). */
void *pmm_alloc(void);

/* Takes back the page of an address: one that pmm_alloc returned, or that was in use before pmm_init. O(1). */
void pmm_free(void *address);

/* Number of free page frames. */
uint64_t pmm_free_amount(void);

#endif
