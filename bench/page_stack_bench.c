/*
 * The C side of the benchmark: runs the rows of bench/scenarios.ts on native/examples/page_stack.c, in the same way, on
 * simulated physical memory; with CHECKED, on a page_stack that checks each free. Reads "ROW SIZE" lines (SIZE in page frames or pages), answers "NANOSECONDS OPERATIONS".
 */
#define _GNU_SOURCE
#include "page_stack.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef __wasm__
#include <sys/mman.h>
#include <time.h>
#endif

#define MEMORY_BYTES (UINT64_C(1) << 41)
#define ALL UINT64_MAX
#define TARGET_NS 20000000.0

static uintptr_t memory;
static void **pages;
static uint64_t page_count;
static uint32_t random_state = 1;
static uint64_t warnings;

static void count_warning(const char *call, uint64_t asked) {
    (void)call;
    (void)asked;
    warnings++;
}

static uint32_t next_random(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

static void *page(uint64_t frame) {
    return (void *)(memory + frame * PMM_PAGE_SIZE);
}

static void *checked(void *p) {
    if (p == NULL) {
        fputs("page_stack_bench: a call that must succeed failed\n", stderr);
        exit(1);
    }
    return p;
}

#ifdef CHECKED
#include "checked_page_stack.h"
#endif

static void pages_resize(uint64_t count) {
    free(pages);
    pages = checked(calloc(count, sizeof(void *)));
    page_count = count;
}

static void init(const pmm_descriptor_t *map, size_t descriptors, uint64_t limit) {
    static uint64_t *bits;
    static uint64_t capacity;
    if (limit > capacity) {
        free(bits);
        bits = checked(calloc(limit / 64 + 1, sizeof(uint64_t)));
        capacity = limit;
    }
    pmm_config_t config = {map, descriptors, memory, limit * PMM_PAGE_SIZE, bits, count_warning};
    pmm_init(&config);
}

/* The map of bench/machine.ts: a PC with a hole below 1 MiB and one from 3 to 4 GiB. */
static void init_pc(uint64_t frames) {
    uint64_t low = frames < 0xc0000 ? frames : 0xc0000;
    pmm_descriptor_t map[] = {
        {PMM_USABLE, 0, 160},
        {PMM_USABLE, 0x100000, low - 256},
        {PMM_USABLE, UINT64_C(1) << 32, frames - low},
    };
    init(map, 3, 0x4000);
}

static void init_zone(uint64_t frames) {
    pmm_descriptor_t map[] = {{PMM_USABLE, 0, frames}};
    init(map, 1, frames);
}

static void nothing(void) {
}

/* Row 1. */
static void prepare_single(uint64_t size) {
    init_pc(0x40000);
    pages_resize(size);
}

static uint64_t run_single(uint64_t reps) {
    for (uint64_t r = 0; r < reps; r++) {
        for (uint64_t i = 0; i < page_count; i++) {
            pages[i] = pmm_alloc();
        }
        for (uint64_t i = 0; i < page_count; i++) {
            pmm_free(pages[i]);
        }
    }
    return reps * page_count * 2;
}

/* Row 2. */
static uint64_t live;

static void prepare_churn(uint64_t size) {
    init_pc(size);
    pages_resize(size);
    live = 0;
    for (void *p = pmm_alloc(); p != NULL; p = pmm_alloc()) {
        pages[live++] = p;
    }
    uint64_t half = live / 2;
    while (live > half) {
        uint64_t i = next_random() % live;
        pmm_free(pages[i]);
        pages[i] = pages[--live];
    }
}

static uint64_t run_churn(uint64_t reps) {
    for (uint64_t i = 0; i < reps * 10000; i++) {
        uint32_t r = next_random();
        if ((r & 1) != 0) {
            uint64_t k = (r >> 1) % live;
            pmm_free(pages[k]);
            pages[k] = pages[--live];
        } else {
            pages[live++] = pmm_alloc();
        }
    }
    return reps * 10000;
}

/* Row 3. */
#define BATCHES 64
static uint64_t batch;

static void prepare_batch(uint64_t size) {
    init_pc(0x40000);
    batch = size;
    pages_resize(size * BATCHES);
}

static uint64_t run_batch(uint64_t reps) {
    for (uint64_t r = 0; r < reps; r++) {
        for (uint64_t b = 0; b < BATCHES; b++) {
            pmm_alloc_pages(pages + b * batch, batch);
        }
        for (uint64_t b = 0; b < BATCHES; b++) {
            pmm_free_pages(pages + b * batch, batch);
        }
    }
    return reps * BATCHES * batch * 2;
}

/* Row 4. */
static uint64_t fill_size;

static void prepare_fill(uint64_t size) {
    fill_size = size;
}

static void before_fill(void) {
    init_zone(fill_size);
}

static uint64_t run_fill(uint64_t reps) {
    (void)reps;
    uint64_t count = fill_size / 100 * 98;
    for (uint64_t i = 0; i < count; i++) {
        checked(pmm_alloc_bitmap(1, ALL, PMM_PAGE_SIZE));
    }
    return count;
}

/* Row 5. */
static void prepare_aligned(uint64_t size) {
    init_zone(size);
    checked(pmm_alloc_bitmap(size, ALL, PMM_PAGE_SIZE));
    for (uint64_t frame = 0; frame < size; frame++) {
        if ((next_random() & 0x10000) != 0) {
            pmm_free(page(frame));
        }
    }
}

static uint64_t run_aligned(uint64_t reps) {
    for (uint64_t r = 0; r < reps; r++) {
        void *runs[8];
        for (int i = 0; i < 8; i++) {
            runs[i] = pmm_alloc_bitmap(16, ALL, 0x10000);
        }
        for (int i = 0; i < 8; i++) {
            if (runs[i] != NULL) {
                pmm_free_region(runs[i], 16);
            }
        }
    }
    return reps * 8;
}

/* Row 6. */
static void prepare_refuse(uint64_t size) {
    init_zone(size);
    checked(pmm_alloc_bitmap(size, ALL, PMM_PAGE_SIZE));
    for (uint64_t frame = 1; frame < size; frame += 2) {
        pmm_free(page(frame));
    }
}

static uint64_t run_refuse(uint64_t reps) {
    for (uint64_t r = 0; r < reps; r++) {
        if (pmm_alloc_bitmap(2, ALL, PMM_PAGE_SIZE) != NULL) {
            checked(NULL);
        }
    }
    return reps;
}

/* Row 7. */
#define DMA_END 0x1000000

static void prepare_dma(uint64_t size) {
    init_zone(size);
}

static uint64_t run_dma(uint64_t reps) {
    uint64_t count = DMA_END / PMM_PAGE_SIZE / 4;
    for (uint64_t r = 0; r < reps; r++) {
        for (uint64_t i = 0; i < count; i++) {
            checked(pmm_alloc_bitmap(4, DMA_END, PMM_PAGE_SIZE));
        }
        pmm_free_region(page(0), count * 4);
    }
    return reps * count;
}

static void prepare_dma_churn(uint64_t size) {
    init_zone(size);
    pages_resize(DMA_END / PMM_PAGE_SIZE / 4);
    for (uint64_t i = 0; i < page_count; i++) {
        pages[i] = checked(pmm_alloc_bitmap(4, DMA_END, PMM_PAGE_SIZE));
    }
}

static uint64_t run_dma_churn(uint64_t reps) {
    for (uint64_t r = 0; r < reps; r++) {
        uint64_t k = next_random() % page_count;
        pmm_free_region(pages[k], 4);
        pages[k] = pmm_alloc_bitmap(4, DMA_END, PMM_PAGE_SIZE);
    }
    return reps;
}

/* Row 8. */
static uint64_t region;

static void prepare_region(uint64_t size) {
    region = size;
}

static void before_region(void) {
    pmm_descriptor_t map[] = {{PMM_LOADER, 0, region}};
    init(map, 1, region / 2);
}

static uint64_t run_region(uint64_t reps) {
    (void)reps;
    pmm_free_region(page(0), region);
    return 1;
}

/* Row 9. */
static uint64_t init_size;

static void prepare_init(uint64_t size) {
    init_size = size;
}

static uint64_t run_init(uint64_t reps) {
    for (uint64_t r = 0; r < reps; r++) {
        init_pc(init_size);
    }
    return reps;
}

typedef struct {
    const char *name;
    bool is_repeatable;
    void (*prepare)(uint64_t size);
    void (*before)(void);
    uint64_t (*run)(uint64_t reps);
} scenario_t;

static const scenario_t SCENARIOS[] = {
    {"single", true, prepare_single, nothing, run_single},
    {"churn", true, prepare_churn, nothing, run_churn},
    {"batch", true, prepare_batch, nothing, run_batch},
    {"fill", false, prepare_fill, before_fill, run_fill},
    {"aligned", true, prepare_aligned, nothing, run_aligned},
    {"refuse", true, prepare_refuse, nothing, run_refuse},
    {"dma", true, prepare_dma, nothing, run_dma},
    {"dmaChurn", true, prepare_dma_churn, nothing, run_dma_churn},
    {"region", false, prepare_region, before_region, run_region},
    {"init", true, prepare_init, nothing, run_init},
};

#ifndef __wasm__
static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static const scenario_t *find(const char *name) {
    for (size_t i = 0; i < sizeof SCENARIOS / sizeof SCENARIOS[0]; i++) {
        if (strcmp(SCENARIOS[i].name, name) == 0) {
            return &SCENARIOS[i];
        }
    }
    fprintf(stderr, "page_stack_bench: no row %s\n", name);
    exit(1);
}

int main(void) {
    void *mapped = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
        perror("page_stack_bench: mmap");
        return 1;
    }
    memory = (uintptr_t)mapped;
    const scenario_t *scenario = NULL;
    uint64_t size = 0, reps = 1, wanted;
    char name[32];
    while (scanf("%31s %" SCNu64, name, &wanted) == 2) {
        if (scenario == NULL || strcmp(scenario->name, name) != 0 || size != wanted) {
            scenario = find(name);
            size = wanted;
            reps = 1;
            random_state = 1;
            scenario->prepare(size);
        }
        double spent = 0;
        uint64_t operations = 0;
        for (uint64_t r = 0; r < (scenario->is_repeatable ? 1 : reps); r++) {
            scenario->before();
            double start = now_ns();
            operations += scenario->run(scenario->is_repeatable ? reps : 1);
            spent += now_ns() - start;
        }
        printf("%.0f %" PRIu64 "\n", spent, operations);
        fflush(stdout);
        double wanted_reps = TARGET_NS / (spent / (double)reps + 1);
        double most_reps = scenario->is_repeatable ? 1e7 : 100;
        reps = wanted_reps < 1 ? 1 : (uint64_t)(wanted_reps < most_reps ? wanted_reps : most_reps);
    }
    return 0;
}
#endif
