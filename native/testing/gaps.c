/* page_stack with a branch that nothing reaches, one that needs a rare program, and a function that nobody calls. */
#define PAGE_STACK_IS_INCLUDED
#include "../examples/page_stack_target.c"

static unsigned frees;

uint64_t nobody_calls(void);
uint64_t nobody_calls(void) {
    return 7;
}

static bool free_counted(void *page) {
    if (++frees == 5000) {
        frees = 0; /* rare */
    }
    if (pmm_free_amount() > pmm_total_amount()) {
        return false; /* unreachable */
    }
    return free_one(page);
}

int main(void) {
    fp_target counted = page_stack;
    counted.free = free_counted;
    return fp_serve(&counted);
}
