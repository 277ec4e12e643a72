/* free_list as a target of frameproof. */
#include "frameproof.h"
#include <stdlib.h>

/* As its header declares it. */
void pmm_add(uint64_t start, uint64_t end, uintptr_t map);
void *pmm_alloc(void);
void pmm_free(void *address);
uint64_t pmm_free_pages(void);
void pmm_each_link(void (*visit)(const void *start, size_t bytes));

_Noreturn void kernel_panic(const char *why) { (void)why; abort(); }

static bool init(const fp_memory *memory) {
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *given = &memory->descriptors[d];
        if (given->kind == FP_FREE) pmm_add(given->start, given->start + given->pages * FP_PAGE_SIZE, (uintptr_t)memory->base);
    }
    return true;
}

static bool free_page(void *address) { return pmm_free(address), true; }
static void live(void) { pmm_each_link(fp_live); }

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"free\", \"freeAmount\"], \"policies\": [\"lifo\"], \"bitmapZoneEnd\": \"0x0\","
                   " \"neverBelow\": \"0x1000\", \"unalignedFree\": \"misuse\", \"misuse\": \"undefined\", \"failures\": [],"
                   " \"memoryBelow\": \"0x4000000\"}",
        .init = init, .alloc = pmm_alloc, .free = free_page, .free_amount = pmm_free_pages, .live = live,
    });
}
