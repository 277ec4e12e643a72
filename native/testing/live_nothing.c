/* page_stack with a claim that is wrong: that nothing in free pages is live. Or its live() follows a list that was spoilt. */
#define PAGE_STACK_IS_INCLUDED
#include "../examples/page_stack_target.c"

static void nothing(void) {
#if defined(FP_TRAPS)
    __builtin_trap();
#elif defined(FP_LOOPS)
    for (;;)
        fp_live((void *)4096, 8);
#endif
}

int main(void) {
    fp_target broken = page_stack;
    broken.live = nothing;
    return fp_serve(&broken);
}
