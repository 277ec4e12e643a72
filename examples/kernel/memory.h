/* The kernel's memory: page_stack, with each call logged. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdint.h>

#include "page_stack.h"

/*
 * Builds the manager over a memory map, whose addresses count from the start of RAM, at `base`: to the manager that is where physical
 * address 0 is mapped, as to a kernel in the higher half. A bit stands for each page frame of the bitmap zone.
 */
void memory_init(unsigned char *base, const pmm_descriptor_t *map, uint64_t descriptors, uint64_t bitmap_end);

void *page_get(void);
int pages_get(void **pages, uint64_t count);
void *run_get(uint64_t count, uint64_t alignment);
void page_put(void *page);
void pages_put(void **pages, uint64_t count);
void run_put(void *run, uint64_t count);

/* pmm_alloc_bitmap; in the broken kernel, the last page of a run stays free. */
void *alloc_run(uint64_t count, uint64_t max_addr, uint64_t alignment);
/* Where physical address 0 is mapped, and the bitmap. */
extern unsigned char *memory_base;
extern uint64_t bitmap[];
enum { BITMAP_FRAMES = 8192 };

#endif
