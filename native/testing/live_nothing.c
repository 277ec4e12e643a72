/* page_stack with a claim that is wrong: that nothing in free pages is live. */
#define PAGE_STACK_IS_INCLUDED
#include "../examples/page_stack_target.c"

static void nothing(void) {
}

int main(void) {
    fp_target broken = page_stack;
    broken.live = nothing;
    return fp_serve(&broken);
}
