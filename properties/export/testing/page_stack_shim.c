/*
 * Ties native/examples/page_stack.c to the C tests that frameproof exports. Physical memory is address space that costs
 * nothing until it is written to; BREAK chooses a defect to put into the allocator, so that a test can be seen to fail.
 */
#define _DEFAULT_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "page_stack.h"

#define MAX_DESCRIPTORS 64

typedef struct {
    int type;
    uint64_t start;
    uint64_t pages;
} test_descriptor_t;

uintptr_t pmm_test_init(const test_descriptor_t *map, size_t descriptors, uint64_t bitmap_end);

uintptr_t pmm_test_init(const test_descriptor_t *map, size_t descriptors, uint64_t bitmap_end) {
    static pmm_descriptor_t own[MAX_DESCRIPTORS];
    uint64_t end = bitmap_end;
    for (size_t i = 0; i < descriptors; i++) {
        own[i].type = (pmm_type_t)map[i].type;
        own[i].start = map[i].start;
        own[i].pages = map[i].pages;
        uint64_t last = map[i].start + map[i].pages * PMM_PAGE_SIZE;
        end = last > end ? last : end;
    }
    void *memory = mmap(NULL, end + PMM_PAGE_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        abort();
    }
#ifdef BREAK_LIMIT
    bitmap_end -= bitmap_end == 0 ? 0 : PMM_PAGE_SIZE;
#endif
    pmm_config_t config = {
        .map = own,
        .descriptors = descriptors,
        .higher_half = (uintptr_t)memory,
        .bitmap_end = bitmap_end,
        .bitmap = calloc(bitmap_end / PMM_PAGE_SIZE / 64 + 1, 8),
        .warn = NULL,
    };
    pmm_init(&config);
    return (uintptr_t)memory;
}
