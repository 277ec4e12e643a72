/* The same kernel, driven: instead of users of memory, frameproof makes the calls, over the serial line. It needs 64 MiB. */
#include "board.h"
#include "frameproof.h"
#include "memory.h"

extern unsigned char image_end[];

static bool init(const fp_memory *memory) {
    static pmm_descriptor_t map[256];
    static const pmm_type_t TYPES[] = {
        [FP_FREE] = PMM_USABLE, [FP_BOOT] = PMM_LOADER, [FP_FIRMWARE] = PMM_FIRMWARE, [FP_ABSENT] = PMM_ABSENT};
    uint64_t end = 0;
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *given = &memory->descriptors[d];
        map[d] = (pmm_descriptor_t){TYPES[given->kind], given->start, given->pages};
        uint64_t last = given->start + given->pages * PMM_PAGE_SIZE;
        end = (given->kind == FP_FREE || given->kind == FP_BOOT) && last > end ? last : end;
    }
    memory_base = memory->base;
    pmm_init(&(pmm_config_t){
        .map = map,
        .descriptors = memory->count,
        .higher_half = (uintptr_t)memory->base,
        .bitmap_end = end < memory->bitmap_end ? end : memory->bitmap_end,
        .bitmap = bitmap,
    });
    return true;
}

static bool alloc_pages(void **addresses, uint64_t count) {
    return pmm_alloc_pages(addresses, count) != PMM_ERR;
}

static bool free_one(void *address) {
    pmm_free(address);
    return true;
}

static bool free_pages(void **addresses, uint64_t count) {
    pmm_free_pages(addresses, count);
    return true;
}

static bool free_region(void *address, uint64_t count) {
    pmm_free_region(address, count);
    return true;
}

static void halt(void) {
    power_off(0);
}

static const fp_target target = {
    .profile = "{\"policies\": [\"lifo\", \"first-fit\"], \"misuse\": \"undefined\", \"failures\": []}",
    .init = init,
    .alloc = pmm_alloc,
    .alloc_pages = alloc_pages,
    .alloc_bitmap = alloc_run,
    .free = free_one,
    .free_pages = free_pages,
    .free_region = free_region,
    .total_amount = pmm_total_amount,
    .free_amount = pmm_free_amount,
    .reserved_amount = pmm_reserved_amount,
};

void kernel_main(const void *device_tree) {
    (void)device_tree;
    unsigned char *memory = (unsigned char *)(((uintptr_t)image_end + 4095) / 4096 * 4096);
    serial_listen();
    fp_serve_serial(&target, &(fp_serial){.get = serial_get, .put = serial_put, .memory = memory, .bytes = 32 << 20, .halt = halt});
}
