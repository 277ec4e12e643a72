/*
 * pmm as a target of frameproof: gives the allocator the memory of a program, and each of its calls the name that frameproof knows.
 * A call that your allocator does not have is left out here and in the profile.
 */
#include "frameproof.h"
#include "pmm.h"

#include <errno.h>

static bool init(const fp_memory *memory) {
    pmm_init(memory->base);
    for (size_t d = 0; d < memory->count; d++)
        if (memory->descriptors[d].kind == FP_FREE)
            pmm_add(memory->descriptors[d].start, memory->descriptors[d].pages);
    return true;
}

static void *alloc(void) {
    void *page = pmm_alloc();
    if (page == NULL)
        errno = ENOMEM;
    return page;
}

static bool free_page(void *page) {
    pmm_free(page);
    return true;
}

/* The claims: one zone, a failure sets errno, and a bad free is not tried. */
#define PROFILE                                                                                                        \
    "{\"calls\": [\"alloc\", \"free\", \"freeAmount\"], \"zones\": 1,"                                                \
    " \"failures\": [\"errno\"], \"misuse\": \"undefined\"}"

int main(void) {
    return fp_serve(&(fp_target){
        .profile = PROFILE,
        .init = init,
        .alloc = alloc,
        .free = free_page,
        .free_amount = pmm_free_amount,
    });
}
