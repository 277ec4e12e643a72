/* extent_tree as a target of frameproof. */
#include "frameproof.h"

/* As its header declares it. */
void *pmm_alloc(uint64_t pages);
void pmm_free(void *address, uint64_t pages);
uint64_t pmm_free_pages(void);
void pmm_each_node(void (*visit)(const void *start, size_t bytes));

static unsigned char *base;

_Noreturn void kernel_panic(const char *why, const void *page) {
    fp_panic((uint64_t)((const unsigned char *)page - base) / FP_PAGE_SIZE, FP_OWNER_PMM, why);
}

static bool init(const fp_memory *memory) {
    base = memory->base;
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *given = &memory->descriptors[d];
        if (given->kind == FP_FREE) pmm_free(base + given->start, given->pages);
    }
    return true;
}

static void *alloc(void) { return pmm_alloc(1); }
static void *alloc_run(uint64_t count, uint64_t max_addr, uint64_t alignment) { (void)max_addr, (void)alignment; return pmm_alloc(count); }
static bool free_page(void *address) { return pmm_free(address, 1), true; }
static bool free_run(void *address, uint64_t count) { return pmm_free(address, count), true; }
static void live(void) { pmm_each_node(fp_live); }

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"allocBitmap\", \"free\", \"freeRegion\", \"freeAmount\"], \"policies\": [\"first-fit\"],"
                   " \"zones\": 1, \"runArguments\": [], \"uncaught\": [\"foreign\", \"argument\"], \"failures\": []}",
        .init = init, .alloc = alloc, .alloc_bitmap = alloc_run, .free = free_page, .free_region = free_run,
        .free_amount = pmm_free_pages, .live = live,
    });
}
