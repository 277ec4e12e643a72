/* page_refs as a target of frameproof. */
#include "frameproof.h"

/* As its header declares it. */
struct range {
    uint64_t start, end;
};
bool page_init(const struct range *free_ranges, size_t count, uint64_t end, uintptr_t map, struct range *used);
void *page_alloc(void);
bool page_get(void *address);
void page_put(void *address);
uint64_t page_free_count(void);

_Noreturn void kernel_panic(const char *why, uint64_t page) { fp_panic(page, FP_OWNER_PMM, why); }

static bool init(const fp_memory *memory) {
    static struct range free_ranges[1024];
    uint64_t count = 0, end = 0;
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *given = &memory->descriptors[d];
        struct range range = {given->start, given->start + given->pages * FP_PAGE_SIZE};
        if (given->kind == FP_FREE) free_ranges[count++] = range;
        if (given->kind <= FP_BOOT && range.end > end) end = range.end;
    }
    struct range used;
    if (!page_init(free_ranges, count, end, (uintptr_t)memory->base, &used)) return false;
    fp_keep(used.start, (used.end - used.start) / FP_PAGE_SIZE);
    return true;
}

static bool put(void *address) { return page_put(address), true; }

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"retain\", \"release\", \"freeAmount\"], \"mostReferences\": 255, \"singlePages\": \"anywhere\","
                   " \"keeps\": \"named\", \"uncaught\": [\"foreign\", \"argument\"], \"failures\": [], \"memoryBelow\": \"0x40000000\"}",
        .init = init, .alloc = page_alloc, .retain = page_get, .release = put, .free_amount = page_free_count,
    });
}
