/* page_stack with a bug: `<` instead of `<=`, so that a run which ends exactly at the limit is never found. */
#define PAGE_STACK_IS_INCLUDED
#include "page_stack_target.c"

static uint64_t bitmap_end;

static bool init_with_limit(const fp_memory *memory) {
    bitmap_end = memory->bitmap_end;
    return init(memory);
}

static void *alloc_below(uint64_t count, uint64_t max_addr, uint64_t alignment) {
    uint64_t limit = max_addr < bitmap_end ? max_addr : bitmap_end;
    return pmm_alloc_bitmap(count, limit == 0 ? 0 : limit - 1, alignment);
}

int main(void) {
    fp_target broken = page_stack;
    broken.init = init_with_limit;
    broken.alloc_bitmap = alloc_below;
    return fp_serve(&broken);
}
