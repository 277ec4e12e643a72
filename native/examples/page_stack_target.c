/*
 * page_stack as a target of frameproof: the code between an allocator and the harness. It translates names, finds room for the
 * bitmap, and states in the profile what the allocator does not claim: it trusts its callers, so no misuse is tried.
 */
#include "../frameproof.h"
#include "page_stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pmm_descriptor_t descriptors[1024];
static uint64_t *bitmap;
static uint64_t bitmap_words;

static const char *name_of(const char *call) {
    return strcmp(call, "pmm_alloc") == 0 ? "alloc" : strcmp(call, "pmm_alloc_pages") == 0 ? "allocPages" : "allocBitmap";
}

static void warn(const char *call, uint64_t asked) {
    char text[128];
    snprintf(text, sizeof text, "%s: %llu page frames are not to be had", name_of(call), (unsigned long long)asked);
    fp_warn(text);
}

static bool init(const fp_memory *memory) {
    static const pmm_type_t TYPES[] = {
        [FP_FREE] = PMM_USABLE, [FP_BOOT] = PMM_LOADER, [FP_FIRMWARE] = PMM_FIRMWARE, [FP_ABSENT] = PMM_ABSENT};
    if (memory->count > sizeof descriptors / sizeof *descriptors) {
        return false;
    }
    /* There is nothing to search above the last page frame that can ever be freed, boot memory included. */
    uint64_t end = 0;
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *given = &memory->descriptors[d];
        descriptors[d] = (pmm_descriptor_t){TYPES[given->kind], given->start, given->pages};
        uint64_t last = given->start + given->pages * PMM_PAGE_SIZE;
        end = (given->kind == FP_FREE || given->kind == FP_BOOT) && last > end ? last : end;
    }
    uint64_t bitmap_end = end < memory->bitmap_end ? end : memory->bitmap_end;
    bitmap_words = (bitmap_end / PMM_PAGE_SIZE + 63) / 64;
    bitmap = malloc((bitmap_words + 1) * sizeof *bitmap);
    if (bitmap == NULL) {
        return false;
    }
    pmm_init(&(pmm_config_t){
        .map = descriptors,
        .descriptors = memory->count,
        .higher_half = (uintptr_t)memory->base,
        .bitmap_end = bitmap_end,
        .bitmap = bitmap,
        .warn = warn,
    });
    return true;
}

static bool alloc_pages(void **addresses, uint64_t count) {
    return pmm_alloc_pages(addresses, count) != PMM_ERR;
}

static bool free_one(void *address) {
    pmm_free(address);
    return true;
}

static bool free_pages(void **addresses, uint64_t count) {
    pmm_free_pages(addresses, count);
    return true;
}

static bool free_region(void *address, uint64_t count) {
    pmm_free_region(address, count);
    return true;
}

static void live(void) {
    pmm_each_live(fp_live);
}

static const fp_target page_stack = {
    .profile = "{\"policies\": [\"lifo\", \"first-fit\"], \"misuse\": \"undefined\", \"bitmapZoneBelow\": \"0x100000000\"}",
    .init = init,
    .alloc = pmm_alloc,
    .alloc_pages = alloc_pages,
    .alloc_bitmap = pmm_alloc_bitmap,
    .free = free_one,
    .free_pages = free_pages,
    .free_region = free_region,
    .total_amount = pmm_total_amount,
    .free_amount = pmm_free_amount,
    .reserved_amount = pmm_reserved_amount,
    .live = live,
};

/* The broken variants include this file and serve their own target. */
#ifndef PAGE_STACK_IS_INCLUDED
int main(void) {
    return fp_serve(&page_stack);
}
#endif
