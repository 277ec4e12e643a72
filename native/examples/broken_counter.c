/* page_stack with a bug: the amount of free pages is kept in a counter outside the lock. Concurrent callers reveal it. */
#define PAGE_STACK_IS_INCLUDED
#include "page_stack_target.c"

static uint64_t counted;

static bool init_counted(const fp_memory *memory) {
    bool is_started = init(memory);
    counted = pmm_free_amount();
    return is_started;
}

static void *alloc_counted(void) {
    void *page = pmm_alloc();
    fp_yield();
    counted -= page == NULL ? 0 : 1;
    return page;
}

static bool free_counted(void *address) {
    pmm_free(address);
    fp_yield();
    counted++;
    return true;
}

static uint64_t counted_amount(void) {
    return counted;
}

int main(void) {
    fp_target broken = page_stack;
    broken.profile = "{\"calls\": [\"alloc\", \"free\", \"freeAmount\"], \"policies\": [\"lifo\"], \"misuse\": \"undefined\","
                     " \"bitmapZoneBelow\": \"0x100000000\"}";
    broken.init = init_counted;
    broken.alloc = alloc_counted;
    broken.free = free_counted;
    broken.free_amount = counted_amount;
    return fp_serve(&broken);
}
