/* The kernel's memory, see memory.h. */
#include "memory.h"

#include "board.h"

#define FP_PUTCHAR(c) serial_put(c)
#define FP_LOG_IMPLEMENTATION
#include "frameproof_log.h"

uint64_t bitmap[BITMAP_FRAMES / 64];
unsigned char *memory_base;

/* Conventional memory, loader data, runtime services data, reserved. */
__attribute__((unused)) static uint64_t efi_type(pmm_type_t type) {
    return type == PMM_USABLE ? 7 : type == PMM_LOADER ? 2 : type == PMM_FIRMWARE ? 6 : 0;
}

void memory_init(unsigned char *base, const pmm_descriptor_t *map, uint64_t descriptors, uint64_t bitmap_end) {
    memory_base = base;
    pmm_init(&(pmm_config_t){
        .map = map,
        .descriptors = descriptors,
        .higher_half = (uintptr_t)base,
        .bitmap_end = bitmap_end,
        .bitmap = bitmap,
    });
    FP_START((uintptr_t)base, bitmap_end, "{\"policies\":[\"lifo\",\"first-fit\"],\"misuse\":\"undefined\",\"failures\":[]}");
    for (uint64_t d = 0; d < descriptors; d++)
        FP_MAP(efi_type(map[d].type), map[d].start, map[d].pages);
    FP_TOTAL_AMOUNT(pmm_total_amount());
    FP_FREE_AMOUNT(pmm_free_amount());
}

void *alloc_run(uint64_t count, uint64_t max_addr, uint64_t alignment) {
    uint8_t *run = pmm_alloc_bitmap(count, max_addr, alignment);
#ifdef BROKEN
    /* As if the loop that marks a run ended a page too early. */
    if (run != 0 && count > 1) {
        uint64_t last = (uintptr_t)(run + (count - 1) * PMM_PAGE_SIZE - memory_base) / PMM_PAGE_SIZE;
        bitmap[last / 64] &= ~(UINT64_C(1) << (last % 64));
    }
#endif
    return run;
}

void *page_get(void) {
    void *page = pmm_alloc();
    FP_ALLOC(page);
    return page;
}

int pages_get(void **pages, uint64_t count) {
    int granted = pmm_alloc_pages(pages, count) != PMM_ERR;
    FP_ALLOC_PAGES(pages, count, granted);
    return granted;
}

void *run_get(uint64_t count, uint64_t alignment) {
    void *run = alloc_run(count, UINT64_MAX, alignment);
    FP_ALLOC_BITMAP(count, UINT64_MAX, alignment, run);
    return run;
}

void page_put(void *page) {
    pmm_free(page);
    FP_FREE(page);
}

void pages_put(void **pages, uint64_t count) {
    pmm_free_pages(pages, count);
    FP_FREE_PAGES(pages, count);
}

void run_put(void *run, uint64_t count) {
    pmm_free_region(run, count);
    FP_FREE_REGION(run, count);
}
