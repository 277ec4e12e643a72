/*
 * The buddy allocator under libFuzzer with an oracle by hand, as one would write it without frameproof: in one process, on one memory map, each
 * page frame with its owner. It knows double grants, grants beyond memory and wrong amounts, and nothing about refusals or contents.
 *
 *     clang -O2 -fsanitize=fuzzer -I native -o fuzz_buddy bench/fuzz_buddy.c
 */
#define main buddy_main
#include "../native/examples/buddy.c"
#undef main

#include <stdio.h>
#include <time.h>

#define FRAMES 4096
#define MOST_HELD 1024

static unsigned char memory_bytes[FRAMES * FP_PAGE_SIZE] __attribute__((aligned(FP_PAGE_SIZE * 1024)));
static unsigned char is_held[FRAMES];
static struct {
    uint64_t frame, count;
} held[MOST_HELD];
static uint64_t held_count, held_pages, operations;

int fp_serve(const fp_target *served) {
    (void)served;
    return 0;
}

void fp_live(const void *start, size_t bytes) {
    (void)start;
    (void)bytes;
}

void fp_yield(void) {}

_Noreturn void fp_panic(uint64_t frame, fp_owner owner, const char *text) {
    (void)frame;
    (void)owner;
    (void)text;
    abort();
}

static void report(void) {
    printf("%llu %f\n", (unsigned long long)operations, (double)clock() / CLOCKS_PER_SEC);
}

static void granted(void *page, uint64_t count) {
    uint64_t frame = (uint64_t)((unsigned char *)page - memory_bytes) / FP_PAGE_SIZE;
    if (frame >= FRAMES || count > FRAMES - frame) {
        abort();
    }
    for (uint64_t i = 0; i < count; i++) {
        if (is_held[frame + i]++) {
            abort();
        }
    }
    held[held_count].frame = frame;
    held[held_count++].count = count;
    held_pages += count;
}

static void give_back(uint64_t which) {
    memset(is_held + held[which].frame, 0, held[which].count);
    held_pages -= held[which].count;
    free_region(memory_bytes + held[which].frame * FP_PAGE_SIZE, held[which].count);
    held[which] = held[--held_count];
}

static void start(void) {
    free(condition);
    free(order_of);
    frames = total = available = held_count = held_pages = 0;
    memset(is_held, 0, sizeof is_held);
    fp_descriptor descriptor = {.kind = FP_FREE, .efi_type = 7, .pages = FRAMES};
    init(&(fp_memory){.descriptors = &descriptor, .count = 1, .base = memory_bytes});
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    static bool is_registered;
    if (!is_registered) {
        is_registered = true;
        atexit(report);
    }
    start();
    for (size_t i = 0; i + 2 < size; i += 3, operations++) {
        uint64_t chosen = data[i + 1] | (uint64_t)data[i + 2] << 8;
        if (data[i] % 2 == 0 && held_count < MOST_HELD) {
            uint64_t count = data[i] % 4 == 0 ? 1 : UINT64_C(1) << chosen % 11;
            void *page = count == 1 ? alloc() : alloc_bitmap(count, UINT64_MAX, FP_PAGE_SIZE);
            if (page != NULL) {
                granted(page, count);
            }
        } else if (held_count > 0) {
            give_back(chosen % held_count);
        }
        if (free_amount() != FRAMES - held_pages) {
            abort();
        }
    }
    return 0;
}
