/* page_stack with a bug: the bitmap starts all free, instead of all held until init frees the RAM. */
#define PAGE_STACK_IS_INCLUDED
#include "page_stack_target.c"

static bool init_all_free(const fp_memory *memory) {
    if (!init(memory)) {
        return false;
    }
    memset(bitmap, 0, bitmap_words * sizeof *bitmap);
    return true;
}

int main(void) {
    fp_target broken = page_stack;
    broken.init = init_all_free;
    return fp_serve(&broken);
}
