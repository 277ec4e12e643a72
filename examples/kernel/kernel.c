/*
 * A kernel as small as it can be: its memory map comes from the device tree, page_stack manages it, and three users of memory
 * take turns for a while: processes, a driver and a cache. Each call is a line on the serial console.
 */
#include "board.h"
#include "memory.h"

#ifndef ROUNDS
#define ROUNDS 1000
#endif

extern char image_end[];

static uint64_t page_up(uint64_t address) {
    return (address + PMM_PAGE_SIZE - 1) / PMM_PAGE_SIZE * PMM_PAGE_SIZE;
}

static uint32_t draw(uint32_t below) {
    static uint32_t state = 1;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % below;
}

/* ---- Users of memory ---------------------------------------------------------------------------------------------------- */

enum { PROCESSES = 8, STACK_PAGES = 6, BUFFERS = 8, CACHE_PAGES = 4096 };

/* A process has a page table and a stack. */
static struct {
    void *table;
    void *stack[STACK_PAGES];
} processes[PROCESSES];

static void run_process(void) {
    uint32_t p = draw(PROCESSES);
    if (processes[p].table != 0) {
        page_put(processes[p].table);
        pages_put(processes[p].stack, STACK_PAGES);
        processes[p].table = 0;
        return;
    }
    void *table = page_get();
    if (table == 0)
        return;
    if (pages_get(processes[p].stack, STACK_PAGES))
        processes[p].table = table;
    else
        page_put(table);
}

/* A device wants consecutive pages. */
static struct {
    void *run;
    uint64_t pages;
} buffers[BUFFERS];

static void run_driver(void) {
    uint32_t b = draw(BUFFERS);
    if (buffers[b].run != 0) {
        run_put(buffers[b].run, buffers[b].pages);
        buffers[b].run = 0;
        return;
    }
    buffers[b].pages = 1 + draw(16);
    buffers[b].run = run_get(buffers[b].pages, draw(2) == 0 ? 0 : (uint64_t)PMM_PAGE_SIZE << draw(4));
}

/* A cache takes what it gets, and gives half of it back when there is nothing left. */
static void *cache[CACHE_PAGES];
static uint32_t cached;

static void run_cache(void) {
    void *page = cached < CACHE_PAGES ? page_get() : 0;
    if (page != 0) {
        cache[cached++] = page;
        return;
    }
    for (uint32_t half = cached / 2; cached > half;)
        page_put(cache[--cached]);
}

/* ---- The kernel --------------------------------------------------------------------------------------------------------- */

static void say(const char *text) {
    while (*text != '\0')
        serial_put(*text++);
}

static void say_hex(uint64_t n) {
    for (int shift = 60; shift >= 0; shift -= 4)
        serial_put("0123456789abcdef"[(n >> shift) & 15]);
}

void kernel_main(const void *device_tree) {
    say("a kernel of frameproof's examples\n");
    region_t ram = memory_of(device_tree), tree = extent_of(device_tree);
    unsigned char *base = (unsigned char *)(uintptr_t)ram.start;
    uint64_t image = page_up((uintptr_t)image_end - ram.start);
    uint64_t tree_start = (tree.start - ram.start) / PMM_PAGE_SIZE * PMM_PAGE_SIZE;
    uint64_t tree_end = page_up(tree.start - ram.start + tree.bytes);
    pmm_descriptor_t map[] = {
        {PMM_FIRMWARE, 0, image / PMM_PAGE_SIZE},
        {PMM_USABLE, image, (tree_start - image) / PMM_PAGE_SIZE},
        {PMM_LOADER, tree_start, (tree_end - tree_start) / PMM_PAGE_SIZE},
        {PMM_USABLE, tree_end, (ram.bytes - tree_end) / PMM_PAGE_SIZE},
    };
    uint64_t before = instructions();
    memory_init(base, map, 4, image + 256 * PMM_PAGE_SIZE);
    /* The device tree has been read: its pages are handed over. */
    run_put(base + tree_start, (tree_end - tree_start) / PMM_PAGE_SIZE);
    for (int round = 0; round < ROUNDS; round++) {
        run_process();
        run_driver();
        run_cache();
    }
    say("done, instructions: ");
    say_hex(instructions() - before);
    say("\n");
    power_off(0);
}
