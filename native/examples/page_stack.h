/*
 * page_stack: a physical memory manager like those in today's kernels, to compare with and to check.
 *
 * Single pages come from a free stack whose buffers live in free pages; contiguous runs below a limit come from a
 * bitmap that is searched bit by bit. One spin lock guards everything. Function names and behaviour follow the API documentation of
 * PatchworkOS' PMM, whose text describes this design; the code was written from scratch.
 *
 * Callers must free each page once: like the kernels it stands for, it trusts them.
 */
#ifndef PAGE_STACK_H
#define PAGE_STACK_H

#include <stddef.h>
#include <stdint.h>

#define PMM_PAGE_SIZE 4096u
/* The failure value of pmm_alloc_pages. */
#define PMM_ERR UINT64_MAX

typedef enum {
    PMM_USABLE,   /* free once init is done */
    PMM_LOADER,   /* RAM, handed over later by freeing it */
    PMM_FIRMWARE, /* RAM, never handed over */
    PMM_ABSENT,   /* not RAM */
} pmm_type_t;

/* `pages` page frames from the physical address `start` on, a multiple of the page size. */
typedef struct {
    pmm_type_t type;
    uint64_t start;
    uint64_t pages;
} pmm_descriptor_t;

typedef struct {
    const pmm_descriptor_t *map;
    size_t descriptors;
    /* Virtual address of physical address 0. Free pages from bitmap_end up are written to through it. */
    uintptr_t higher_half;
    /* Physical address at which the bitmap's zone ends, a multiple of the page size. */
    uint64_t bitmap_end;
    /* One bit for each page frame below bitmap_end, in whole words. */
    uint64_t *bitmap;
    /* Receives the warning of each failure; may be NULL. */
    void (*warn)(const char *call, uint64_t asked);
} pmm_config_t;

void pmm_init(const pmm_config_t *config);
void *pmm_alloc(void);
uint64_t pmm_alloc_pages(void **addresses, uint64_t count);
void *pmm_alloc_bitmap(uint64_t count, uint64_t max_addr, uint64_t alignment);
void pmm_free(void *address);
void pmm_free_pages(void **addresses, uint64_t count);
void pmm_free_region(void *address, uint64_t count);
uint64_t pmm_total_amount(void);
uint64_t pmm_free_amount(void);
uint64_t pmm_reserved_amount(void);
/* Visits the parts of free pages that the stack lies in. */
void pmm_each_live(void (*visit)(const void *start, size_t bytes));

#endif
