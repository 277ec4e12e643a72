/*
 * Connects native/examples/page_stack.c to the C tests that frameproof exports. Physical memory is address space, which takes no
 * memory until it is written to. BREAK_… puts a bug into the allocator, so that a test can be seen to fail.
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

/* Defined by tests that check warnings. */
__attribute__((weak)) void pmm_test_warn(void);

static void warn(const char *call, uint64_t asked) {
    (void)call;
    (void)asked;
#ifndef BREAK_WARNING
    if (pmm_test_warn != NULL) {
        pmm_test_warn();
    }
#endif
}

#if defined BREAK_CONTENTS || defined BREAK_HIGHER_HALF
/* Linked with --wrap=pmm_alloc. */
void *__real_pmm_alloc(void);
void *__wrap_pmm_alloc(void);

static uintptr_t higher_half;

void *__wrap_pmm_alloc(void) {
    void *page = __real_pmm_alloc();
#ifdef BREAK_CONTENTS
    static void *last;
    if (last != NULL) {
        *(void **)last = page;
    }
    last = page;
    (void)higher_half;
    return page;
#else
    return page == NULL ? NULL : (void *)((uintptr_t)page - higher_half);
#endif
}
#endif

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
        .warn = warn,
    };
#if defined BREAK_CONTENTS || defined BREAK_HIGHER_HALF
    higher_half = (uintptr_t)memory;
#endif
    pmm_init(&config);
    return (uintptr_t)memory;
}
