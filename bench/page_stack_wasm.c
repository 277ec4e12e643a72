/*
 * The rows of page_stack_bench.c as WebAssembly, for worker.ts: no row of more than 1 GiB. The heap only grows; physical memory lies
 * behind it.
 */
#include "page_stack_bench.c"

#define EXPORT(name) __attribute__((export_name(#name)))
#define HEAP_BYTES (UINT32_C(192) << 20)

int fp_errno;
extern unsigned char __heap_base;
static size_t used;

void *calloc(size_t count, size_t size) {
    size_t bytes = (count * size + 63) / 64 * 64;
    if (bytes > HEAP_BYTES - used) {
        __builtin_trap();
    }
    used += bytes;
    return &__heap_base + used - bytes;
}

/* By words, as all that is set here. */
__attribute__((no_builtin("memset"))) void *memset(void *to, int byte, size_t size) {
    uint64_t word = (unsigned char)byte * UINT64_C(0x0101010101010101);
    for (size_t at = 0; at < size / sizeof word; at++) {
        ((uint64_t *)to)[at] = word;
    }
    return to;
}

void free(void *block) {
    (void)block;
}

void exit(int code) {
    (void)code;
    __builtin_trap();
}

int fputs(const char *text, FILE *stream) {
    (void)text;
    (void)stream;
    __builtin_trap();
}

EXPORT(prepare) void prepare_row(uint32_t row, double size) {
    memory = ((uintptr_t)&__heap_base + HEAP_BYTES) / PMM_PAGE_SIZE * PMM_PAGE_SIZE + PMM_PAGE_SIZE;
    random_state = 1;
    SCENARIOS[row].prepare((uint64_t)size);
}

EXPORT(before) void before_row(uint32_t row) {
    SCENARIOS[row].before();
}

EXPORT(run) double run_row(uint32_t row, double reps) {
    return (double)SCENARIOS[row].run((uint64_t)reps);
}
