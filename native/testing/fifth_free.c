/* page_stack with hidden state: the fifth page that is freed is lost. */
#define PAGE_STACK_IS_INCLUDED
#include "../examples/page_stack_target.c"

static unsigned frees;

static bool free_but_the_fifth(void *page) {
    frees++;
    return frees == 5 || free_one(page);
}

int main(void) {
    fp_target broken = page_stack;
    broken.free = free_but_the_fifth;
    return fp_serve(&broken);
}
