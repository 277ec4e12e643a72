/*
 * page_stack with a bug: a batch does not take the lock, because it "only reads the stack once". Concurrent callers reveal it. To be
 * linked with page_stack_target.c, instead of page_stack.c.
 */
#include "../frameproof.h"
#include "page_stack.h"

#define pmm_alloc_pages pmm_alloc_pages_with_lock
#include "page_stack.c"
#undef pmm_alloc_pages

uint64_t pmm_alloc_pages(void **addresses, uint64_t count) {
    if (count > stack.free) {
        fail("pmm_alloc_pages", count);
        return PMM_ERR;
    }
    for (uint64_t i = 0; i < count; i++) {
        addresses[i] = stack_pop();
    }
    return 0;
}
