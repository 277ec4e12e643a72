/*
 * The harness for WebAssembly: the same fp_target as in frameproof.c, in the same file, without a process around it. Freestanding: the
 * little of libc that allocators and their target files use is here too, and its headers are in wasm/.
 *
 *     linear memory    0      stack  data  arena                1 GiB                      end of the memory map
 *                      ├──────┼─────┼─────┼────── … ─────┼ notes ┼── physical memory ──────┼─ … ─┼─ the caller's array ─┤
 *
 * The engine asks for a call by fp_call, with its arguments on the desk, and reads the answer there: one crossing a call. What the
 * engine must never see as the allocator's state (arguments, answers, errno) lies on the desk or is reset between calls.
 */
#include "frameproof.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT(name) __attribute__((import_module("frameproof"), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

IMPORT("print") void fp_print_text(const char *text, size_t length);
IMPORT("warn") void fp_warn_text(const char *text, size_t length);
IMPORT("keep") void fp_keep_frames(uint64_t frame, uint64_t pages);
IMPORT("panic") void fp_panic_text(uint64_t frame, int owner, const char *text, size_t length);
IMPORT("refuse") void fp_refuse_call(void);
IMPORT("live") void fp_live_bytes(uint64_t start, uint64_t bytes);
IMPORT("abort") void fp_abort_text(const char *text, size_t length);
IMPORT("count") void fp_count(int record, const void *start, size_t length);

/* Notes of what has been written lie here, in the last 64 MiB below physical memory. */
#define FP_NOTES UINT32_C(0x3c000000)

/* What errno is before each call: no error number of a system. */
#define CALLERS_ERRNO 23130
int fp_errno = CALLERS_ERRNO;

/* errno for other languages, by the name that it has on Linux. */
int *__errno_location(void) {
    return &fp_errno;
}

/* ---- The desk: what the engine writes and reads --------------------------------------------------------------------- */

/* The engine knows these fields by their order (runner/wasm/machine.ts). */
static struct {
    uint64_t arguments[5];
    uint64_t value;
    uint64_t has_succeeded;
    uint64_t error;
    uint64_t amounts[3];
    /* A bit for each call that the target has, in the order of `call`. */
    uint64_t calls;
    uint64_t profile;
    /* The stack ends here, and static data starts. */
    uint64_t stack_end;
    uint64_t arena_start;
    uint64_t arena_used;
    uint64_t arena_end;
    uint64_t base;
    uint64_t bitmap_end;
    uint64_t descriptors;
    uint64_t descriptor_count;
    /* Whether the target names its live bytes. */
    uint64_t names_live;
    /* Lengths of `notes.ever`, `notes.now` and `notes.strays`. */
    uint64_t ever, now, strays;
    /* The call that is made, for fp_refuse. */
    uint64_t call;
} desk;

/* A field that the engine does not know of would be taken for the allocator's state. */
_Static_assert(sizeof desk == 26 * sizeof(uint64_t), "DESK in runner/wasm/machine.ts has as many fields");

extern unsigned char __heap_base, __global_base;

/* The stack pointer, which a call that is left by a panic does not restore. */
#if __SIZEOF_POINTER__ == 8
__asm__(".globaltype __stack_pointer, i64\n");
#else
__asm__(".globaltype __stack_pointer, i32\n");
#endif

EXPORT("fp_stack_pointer") uintptr_t fp_stack_pointer(void) {
    uintptr_t found;
    __asm__ volatile("global.get __stack_pointer\nlocal.set %0" : "=r"(found));
    return found;
}

EXPORT("fp_unwind") void fp_unwind(uintptr_t to) {
    __asm__ volatile("local.get %0\nglobal.set __stack_pointer" : : "r"(to));
}

/* Constructors. If nobody called this, the linker would have each export call it. */
void __wasm_call_ctors(void);

EXPORT("fp_desk") void *fp_desk(void) {
    __wasm_call_ctors();
    desk.stack_end = (uintptr_t)&__global_base;
    desk.arena_start = desk.arena_used = (uintptr_t)&__heap_base;
    return &desk;
}

/* ---- Written pages ---------------------------------------------------------------------------------------------------- */

#define NOTED_PAGES (UINT32_C(1) << 22)
#define MEMORY_PAGES (__builtin_wasm_memory_size(0) * (65536 / FP_PAGE_SIZE))

/* NEVER and the like, for each page of linear memory. */
enum { NEVER, BEFORE, NOW };

/*
 * Which pages of linear memory the program has written to, and during this call; and whom they belong to: the engine keeps `is_foreign`. Each
 * store of the module calls fp_written first, unless its page has been written to during this call (runner/wasm/stores.ts).
 */
static struct notes {
    uint8_t written[NOTED_PAGES];
    uint8_t is_foreign[NOTED_PAGES];
    uint32_t ever[NOTED_PAGES];
    uint32_t now[NOTED_PAGES];
    uint32_t strays[NOTED_PAGES];
} *const notes = (struct notes *)FP_NOTES;

static void note(uint32_t page) {
    if (notes->written[page] == NOW) {
        return;
    }
    if (notes->written[page] == NEVER) {
        notes->ever[desk.ever++] = page;
    }
    notes->written[page] = NOW;
    notes->now[desk.now++] = page;
    if (notes->is_foreign[page]) {
        notes->strays[desk.strays++] = page;
    }
}

/* A write of `bytes` bytes follows. Pages beyond memory are not noted: it will trap. */
EXPORT("fp_written") void fp_written(uintptr_t start, uintptr_t bytes) {
    uintptr_t pages = MEMORY_PAGES, last = (start + bytes - 1) / FP_PAGE_SIZE;
    for (uintptr_t page = start / FP_PAGE_SIZE; bytes > 0 && page <= last && page < pages; page++) {
        note((uint32_t)page);
    }
}

/* Before each call. */
EXPORT("fp_begin") __attribute__((noinline)) void fp_begin(void) {
    for (uint64_t i = 0; i < desk.now; i++) {
        notes->written[notes->now[i]] = BEFORE;
    }
    desk.now = desk.strays = 0;
}

/* ---- Calls ---------------------------------------------------------------------------------------------------------- */

/* In the order of the specification's table of calls. */
enum call { ALLOC, ALLOC_PAGES, ALLOC_BITMAP, FREE, FREE_PAGES, FREE_REGION, TOTAL_AMOUNT, FREE_AMOUNT, RESERVED_AMOUNT, RETAIN, RELEASE, ALLOC_AT, ALLOC_WITHIN, ADD_REGION, REMOVE_REGION };

/* A copy: main may hand over a target that lies on its stack. */
static fp_target target;

/* The bit of `calls` that says that runs are asked for by order. */
#define BY_ORDER 30

int fp_serve(const fp_target *served) {
    target = *served;
    const bool has[] = {
        target.alloc != NULL,       target.alloc_pages != NULL || target.alloc_some != NULL,  target.alloc_bitmap != NULL || target.alloc_order != NULL,
        target.free != NULL,        target.free_pages != NULL,   target.free_region != NULL || target.free_order != NULL,
        target.total_amount != NULL, target.free_amount != NULL, target.reserved_amount != NULL,
        target.retain != NULL,      target.release != NULL,      target.alloc_at != NULL,
        target.alloc_within != NULL,
        target.add_region != NULL,  target.remove_region != NULL,
    };
    for (unsigned at = 0; at < sizeof has; at++) {
        desk.calls |= (uint64_t)has[at] << at;
    }
    desk.calls |= (uint64_t)(target.alloc_order != NULL || target.free_order != NULL) << BY_ORDER;
#ifndef FP_IGNORE_LIVE
    desk.names_live = target.live != NULL;
#endif
    desk.profile = (uintptr_t)(target.profile == NULL ? "{}" : target.profile);
    return 0;
}

/* Ends every call, however it ended: reads the amounts, and makes errno the caller's again. */
EXPORT("fp_finish") void fp_finish(void) {
    desk.error = (uint64_t)errno;
    uint64_t (*const amounts[])(void) = {target.total_amount, target.free_amount, target.reserved_amount};
    for (unsigned at = 0; at < 3; at++) {
        if (amounts[at] != NULL) {
            desk.amounts[at] = amounts[at]();
        }
    }
    errno = CALLERS_ERRNO;
}

static bool is_starting;

void fp_keep(uint64_t start, uint64_t pages) {
    if (!is_starting || start % FP_PAGE_SIZE != 0) {
        static const char text[] = "fp_keep takes a multiple of the page size, during init";
        fp_abort_text(text, sizeof text - 1);
        __builtin_trap();
    }
    if (pages > 0) {
        fp_keep_frames(start / FP_PAGE_SIZE, pages);
    }
}

EXPORT("fp_init") void fp_init(void) {
    fp_begin();
    fp_memory memory = {
        .descriptors = (const fp_descriptor *)(uintptr_t)desk.descriptors,
        .count = (size_t)desk.descriptor_count,
        .base = (unsigned char *)(uintptr_t)desk.base,
        .bitmap_end = desk.bitmap_end,
    };
    is_starting = true;
    desk.has_succeeded = target.init(&memory);
    is_starting = false;
    fp_finish();
}

EXPORT("fp_name_live") void fp_name_live(void) {
    target.live();
}

void fp_live(const void *start, size_t bytes) {
    fp_live_bytes((uintptr_t)start, bytes);
}

static void *at(uint64_t pointer) {
    return (void *)(uintptr_t)pointer;
}

static uint64_t value_of(enum call call, const uint64_t *given) {
    switch (call) {
    case ALLOC:
        return (uintptr_t)target.alloc();
    case ALLOC_PAGES:
        return target.alloc_some != NULL ? target.alloc_some(at(given[0]), given[1]) : target.alloc_pages(at(given[0]), given[1]);
    case ALLOC_BITMAP:
        if (target.alloc_order != NULL)
            return (uintptr_t)target.alloc_order(given[0] == 0 ? 64 : (uint64_t)__builtin_ctzll(given[0]));
        return (uintptr_t)target.alloc_bitmap(given[0], given[1], given[2]);
    case FREE:
        return target.free(at(given[0]));
    case FREE_PAGES:
        return target.free_pages(at(given[0]), given[1]);
    case FREE_REGION:
        if (target.free_order != NULL)
            return target.free_order(at(given[0]), (uint64_t)__builtin_ctzll(given[1]));
        return target.free_region(at(given[0]), given[1]);
    case TOTAL_AMOUNT:
        return target.total_amount();
    case FREE_AMOUNT:
        return target.free_amount();
    case RESERVED_AMOUNT:
        return target.reserved_amount();
    case RETAIN:
        return target.retain(at(given[0]));
    case RELEASE:
        return target.release(at(given[0]));
    case ALLOC_AT:
        return (uintptr_t)target.alloc_at(at(given[0]), given[1]);
    case ALLOC_WITHIN:
        return (uintptr_t)target.alloc_within(given[0], given[1], given[2], given[3], given[4]);
    case ADD_REGION:
        return target.add_region(at(given[0]), given[1]);
    case REMOVE_REGION:
        return target.remove_region(at(given[0]), given[1]);
    }
    __builtin_trap();
}

EXPORT("fp_call") void fp_call(enum call call) {
    fp_begin();
    errno = CALLERS_ERRNO;
    desk.call = call;
    desk.value = value_of(call, desk.arguments);
    desk.has_succeeded = (call >= TOTAL_AMOUNT && call <= RESERVED_AMOUNT) || desk.value != 0 ||
                         (call == ALLOC_PAGES && target.alloc_some != NULL && desk.arguments[1] == 0);
    fp_finish();
}

/* WebAssembly has one caller. */
void fp_yield(void) {
}

void fp_warn(const char *text) {
    fp_warn_text(text, strlen(text));
}

_Noreturn void fp_panic(uint64_t frame, fp_owner owner, const char *text) {
    fp_panic_text(frame, (int)owner, text, strlen(text));
    __builtin_trap();
}

_Noreturn void fp_refuse(void) {
    enum call call = (enum call)desk.call;
    bool can_fail = call <= ALLOC_BITMAP || call == RETAIN || call == ALLOC_AT || call == ALLOC_WITHIN || call == REMOVE_REGION;
    errno = can_fail ? ENOMEM : CALLERS_ERRNO;
    desk.value = desk.has_succeeded = 0;
    fp_refuse_call();
    __builtin_trap();
}

/* ---- stdlib.h, setjmp.h --------------------------------------------------------------------------------------------- */

/*
 * Blocks follow one another in the arena, each with a header. The free ones are in a list by address, joined with their neighbours, and
 * hold zeros; one at the end goes back to the arena. So what the arena holds depends on the blocks in use, as little on the past as can be,
 * and a search meets few states.
 */
#define UNIT ((size_t)16)

typedef struct block {
    size_t size; /* header included */
    struct block *next_free;
} block;

static block *free_blocks;

static size_t round_up(size_t size, size_t multiple) {
    return (size + multiple - 1) / multiple * multiple;
}

static block *after(const block *one, size_t bytes) {
    return at((uintptr_t)one + bytes);
}

/* Cuts off what a free block has beyond `size` bytes. */
static void cut(block *one, size_t size) {
    if (one->size > size) {
        block *rest = after(one, size);
        *rest = (block){.size = one->size - size, .next_free = one->next_free};
        one->next_free = rest;
        one->size = size;
    }
}

void *malloc(size_t size) {
    size_t left = (size_t)(desk.arena_end - desk.arena_used);
    if (size > left || round_up(size, UNIT) + UNIT > left) {
        errno = ENOMEM;
        return NULL;
    }
    size_t wanted = round_up(size, UNIT) + UNIT;
    for (block **from = &free_blocks; *from != NULL; from = &(*from)->next_free) {
        block *found = *from;
        if (found->size >= wanted) {
            cut(found, wanted);
            *from = found->next_free;
            found->next_free = NULL;
            return after(found, UNIT);
        }
    }
    block *made = at(desk.arena_used);
    made->size = wanted;
    desk.arena_used += wanted;
    return after(made, UNIT);
}

/* Joins a free block with the next one if they are neighbours. */
static void join(block *one) {
    block *next = one->next_free;
    if (next != NULL && after(one, one->size) == next) {
        one->size += next->size;
        one->next_free = next->next_free;
        memset(next, 0, sizeof *next);
    }
}

void free(void *given) {
    if (given == NULL) {
        return;
    }
    block *freed = at((uintptr_t)given - UNIT), *before = NULL, **from = &free_blocks;
    memset(given, 0, freed->size - UNIT);
    for (; *from != NULL && *from < freed; from = &before->next_free) {
        before = *from;
    }
    freed->next_free = *from;
    *from = freed;
    join(freed);
    if (before != NULL) {
        join(before);
    }
    for (from = &free_blocks; (*from)->next_free != NULL; from = &(*from)->next_free) {
    }
    block *last = *from;
    if ((uintptr_t)last + last->size == desk.arena_used) {
        desk.arena_used = (uintptr_t)last;
        *from = NULL;
        memset(last, 0, sizeof *last);
    }
}

void *calloc(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    uint64_t used = desk.arena_used;
    void *made = malloc(bytes);
    /* Beyond the arena lie zeros. To write them again would cost more than all calls of a program, where the block is large. */
    return made == NULL || desk.arena_used > used ? made : memset(made, 0, bytes);
}

void *realloc(void *given, size_t size) {
    size_t held = given == NULL ? 0 : ((block *)at((uintptr_t)given - UNIT))->size - UNIT;
    if (given != NULL && size <= held) {
        return given;
    }
    void *made = malloc(size);
    if (made != NULL) {
        memcpy(made, given, held);
        free(given);
    }
    return made;
}

/* Takes a block that is too large, and frees what lies before the alignment. */
void *aligned_alloc(size_t alignment, size_t size) {
    unsigned char *made = malloc(size + alignment);
    if (made == NULL || (uintptr_t)made % alignment == 0) {
        return made;
    }
    uintptr_t aligned = round_up((uintptr_t)made, alignment);
    block *whole = at((uintptr_t)made - UNIT);
    cut(whole, aligned - (uintptr_t)made);
    whole->next_free = NULL;
    free(made);
    return at(aligned);
}

_Noreturn void fp_abort(const char *text) {
    fp_abort_text(text, strlen(text));
    __builtin_trap();
}

_Noreturn void abort(void) {
    fp_abort("abort");
}

_Noreturn void exit(int code) {
    char text[32];
    snprintf(text, sizeof text, "exit %d", code);
    fp_abort(text);
}

_Noreturn void longjmp(jmp_buf place, int value) {
    (void)place;
    (void)value;
    fp_panic(FP_NO_FRAME, FP_OWNER_NONE, "it left the call by longjmp");
}

static void swap(unsigned char *left, unsigned char *right, size_t size) {
    for (size_t i = 0; i < size; i++) {
        unsigned char held = left[i];
        left[i] = right[i];
        right[i] = held;
    }
}

/* Sorts a heap in place: no recursion, and O(n log n) whatever the order. */
void qsort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *)) {
    unsigned char *item = items;
    for (size_t start = count / 2, end = count; end > 1;) {
        if (start > 0) {
            start--;
        } else {
            end--;
            swap(item, item + end * size, size);
        }
        for (size_t root = start, child; (child = 2 * root + 1) < end; root = child) {
            if (child + 1 < end && compare(item + child * size, item + (child + 1) * size) < 0) {
                child++;
            }
            if (compare(item + root * size, item + child * size) >= 0) {
                break;
            }
            swap(item + root * size, item + child * size, size);
        }
    }
}

/* ---- string.h ------------------------------------------------------------------------------------------------------- */

typedef uint64_t __attribute__((may_alias, aligned(1))) word;

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    return memmove(to, from, size);
}

/* Exported, so that its stores are not noted one by one. Eight bytes at a time: unaligned words are as fast. */
EXPORT("memmove") void *memmove(void *to, const void *from, size_t size) {
    fp_written((uintptr_t)to, size);
    unsigned char *into = to;
    const unsigned char *source = from;
    if ((uintptr_t)into - (uintptr_t)source >= size) {
        size_t i = 0;
        for (; size - i >= sizeof(word); i += sizeof(word)) {
            *(word *)(into + i) = *(const word *)(source + i);
        }
        for (; i < size; i++) {
            into[i] = source[i];
        }
        return to;
    }
    while (size > 0) {
        size--;
        into[size] = source[size];
    }
    return to;
}

EXPORT("memset") void *memset(void *to, int byte, size_t size) {
    fp_written((uintptr_t)to, size);
    unsigned char *into = to;
    const word words = UINT64_C(0x0101010101010101) * (unsigned char)byte;
    size_t i = 0;
    for (; size - i >= sizeof(word); i += sizeof(word)) {
        *(word *)(into + i) = words;
    }
    for (; i < size; i++) {
        into[i] = (unsigned char)byte;
    }
    return to;
}

int memcmp(const void *left, const void *right, size_t size) {
    const unsigned char *a = left, *b = right;
    for (size_t i = 0; i < size; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}

void *memchr(const void *in, int byte, size_t size) {
    const unsigned char *bytes = in;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == (unsigned char)byte) {
            return (void *)(bytes + i);
        }
    }
    return NULL;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    return length;
}

int strncmp(const char *left, const char *right, size_t size) {
    for (size_t i = 0; i < size; i++) {
        unsigned char a = (unsigned char)left[i], b = (unsigned char)right[i];
        if (a != b || a == '\0') {
            return a < b ? -1 : a > b;
        }
    }
    return 0;
}

int strcmp(const char *left, const char *right) {
    return strncmp(left, right, SIZE_MAX);
}

char *strchr(const char *text, int character) {
    return memchr(text, character, strlen(text) + 1);
}

char *strrchr(const char *text, int character) {
    for (size_t i = strlen(text) + 1; i > 0; i--) {
        if (text[i - 1] == (char)character) {
            return (char *)text + i - 1;
        }
    }
    return NULL;
}

char *strcpy(char *restrict to, const char *restrict from) {
    return memcpy(to, from, strlen(from) + 1);
}

char *strncpy(char *restrict to, const char *restrict from, size_t size) {
    size_t length = strlen(from);
    memset(to, 0, size);
    return memcpy(to, from, length < size ? length : size);
}

char *strcat(char *restrict to, const char *restrict from) {
    strcpy(to + strlen(to), from);
    return to;
}

/* ---- stdio.h -------------------------------------------------------------------------------------------------------- */

typedef struct {
    char *into;
    size_t size;
    /* As if there were room for everything. */
    size_t length;
} output;

static void put(output *out, char character) {
    if (out->length + 1 < out->size) {
        out->into[out->length] = character;
    }
    out->length++;
}

/* A field of a format: `%-08.3llx`. */
typedef struct {
    bool is_left, has_zeros, has_sign, is_alternate;
    int width, precision;
    /* Bytes of an integer. */
    size_t size;
} field;

static void put_field(output *out, const field *shape, const char *text, size_t length, const char *sign) {
    size_t whole = length + strlen(sign);
    size_t pad = shape->width > 0 && (size_t)shape->width > whole ? (size_t)shape->width - whole : 0;
    bool has_zeros = shape->has_zeros && !shape->is_left;
    for (size_t i = 0; !shape->is_left && !has_zeros && i < pad; i++) {
        put(out, ' ');
    }
    while (*sign != '\0') {
        put(out, *sign++);
    }
    for (size_t i = 0; has_zeros && i < pad; i++) {
        put(out, '0');
    }
    for (size_t i = 0; i < length; i++) {
        put(out, text[i]);
    }
    for (size_t i = 0; shape->is_left && i < pad; i++) {
        put(out, ' ');
    }
}

static void put_number(output *out, const field *shape, uint64_t value, unsigned base, bool is_upper, const char *sign) {
    char digits[64];
    int used = 0;
    for (; value != 0 || used == 0 || used < shape->precision; value /= base) {
        if (used == (int)sizeof digits || (value == 0 && shape->precision == 0)) {
            break;
        }
        digits[sizeof digits - (size_t)++used] = (is_upper ? "0123456789ABCDEF" : "0123456789abcdef")[value % base];
    }
    put_field(out, shape, digits + sizeof digits - (size_t)used, (size_t)used, sign);
}

static const char *read_size(const char *format, field *shape) {
    shape->size = sizeof(int);
    for (;; format++) {
        if (*format == 'l') {
            shape->size = format[1] == 'l' ? sizeof(long long) : shape->size < sizeof(long) ? sizeof(long) : shape->size;
        } else if (*format == 'z' || *format == 't') {
            shape->size = sizeof(size_t);
        } else if (*format == 'j') {
            shape->size = sizeof(intmax_t);
        } else if (*format != 'h') {
            return format;
        }
    }
}

static int read_count(const char **format, va_list *arguments) {
    if (**format == '*') {
        (*format)++;
        return va_arg(*arguments, int);
    }
    int count = 0;
    for (; **format >= '0' && **format <= '9'; (*format)++) {
        count = count * 10 + (**format - '0');
    }
    return count;
}

static const char *read_field(const char *format, field *shape, va_list *arguments) {
    *shape = (field){.precision = -1};
    for (;; format++) {
        if (*format == '-') {
            shape->is_left = true;
        } else if (*format == '0') {
            shape->has_zeros = true;
        } else if (*format == '+' || *format == ' ') {
            shape->has_sign = true;
        } else if (*format == '#') {
            shape->is_alternate = true;
        } else {
            break;
        }
    }
    shape->width = read_count(&format, arguments);
    if (*format == '.') {
        format++;
        shape->precision = read_count(&format, arguments);
    }
    return read_size(format, shape);
}

static void put_signed(output *out, const field *shape, va_list *arguments) {
    int64_t value = shape->size > sizeof(int) ? (shape->size == sizeof(long) ? va_arg(*arguments, long) : va_arg(*arguments, long long))
                                              : va_arg(*arguments, int);
    uint64_t amount = value < 0 ? -(uint64_t)value : (uint64_t)value;
    put_number(out, shape, amount, 10, false, value < 0 ? "-" : shape->has_sign ? "+" : "");
}

static uint64_t unsigned_of(const field *shape, va_list *arguments) {
    if (shape->size == sizeof(unsigned)) {
        return va_arg(*arguments, unsigned);
    }
    return shape->size == sizeof(unsigned long) ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned long long);
}

static void put_text(output *out, const field *shape, const char *text) {
    size_t most = shape->precision < 0 ? SIZE_MAX : (size_t)shape->precision, length = 0;
    text = text == NULL ? "(null)" : text;
    while (length < most && text[length] != '\0') {
        length++;
    }
    put_field(out, shape, text, length, "");
}

static void put_argument(output *out, char kind, const field *shape, va_list *arguments) {
    const char *prefix = shape->is_alternate ? "0x" : "";
    char character;
    switch (kind) {
    case 'd':
    case 'i':
        put_signed(out, shape, arguments);
        break;
    case 'u':
        put_number(out, shape, unsigned_of(shape, arguments), 10, false, "");
        break;
    case 'o':
        put_number(out, shape, unsigned_of(shape, arguments), 8, false, "");
        break;
    case 'x':
    case 'X':
        put_number(out, shape, unsigned_of(shape, arguments), 16, kind == 'X', prefix);
        break;
    case 'p':
        put_number(out, shape, (uintptr_t)va_arg(*arguments, void *), 16, false, "0x");
        break;
    case 'c':
        character = (char)va_arg(*arguments, int);
        put_field(out, shape, &character, 1, "");
        break;
    case 's':
        put_text(out, shape, va_arg(*arguments, const char *));
        break;
    default:
        put(out, kind);
    }
}

int vsnprintf(char *into, size_t size, const char *format, va_list given) {
    output out = {.into = into, .size = size};
    va_list arguments;
    va_copy(arguments, given);
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        field shape;
        format = read_field(format + 1, &shape, &arguments);
        if (*format == '\0') {
            break;
        }
        put_argument(&out, *format, &shape, &arguments);
    }
    va_end(arguments);
    if (size > 0) {
        into[out.length < size ? out.length : size - 1] = '\0';
    }
    return (int)out.length;
}

int snprintf(char *into, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(into, size, format, arguments);
    va_end(arguments);
    return length;
}

/* A line that is longer is cut off. */
#define LONGEST_LINE 1024

int vprintf(const char *format, va_list arguments) {
    char text[LONGEST_LINE];
    int length = vsnprintf(text, sizeof text, format, arguments);
    fp_print_text(text, strlen(text));
    return length;
}

int vfprintf(FILE *stream, const char *format, va_list arguments) {
    (void)stream;
    return vprintf(format, arguments);
}

int printf(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vprintf(format, arguments);
    va_end(arguments);
    return length;
}

int fprintf(FILE *stream, const char *format, ...) {
    (void)stream;
    va_list arguments;
    va_start(arguments, format);
    int length = vprintf(format, arguments);
    va_end(arguments);
    return length;
}

int puts(const char *text) {
    return printf("%s\n", text);
}

int fputs(const char *text, FILE *stream) {
    (void)stream;
    fp_print_text(text, strlen(text));
    return 0;
}

int putchar(int character) {
    char text = (char)character;
    fp_print_text(&text, 1);
    return character;
}

int fflush(FILE *stream) {
    (void)stream;
    return 0;
}

/* ---- Counters of gcov, where `frameproof build --coverage` has compiled them in ---------------------------------------- */

#define MOST_COUNTED_FILES 1024

/* Functions that tell the counters of a source file. */
static void (*tellers[MOST_COUNTED_FILES])(void);
static size_t teller_count;

void llvm_gcov_init(void (*tell)(void), void (*reset)(void)) {
    (void)reset;
    if (teller_count < MOST_COUNTED_FILES) {
        tellers[teller_count++] = tell;
    }
}

EXPORT("fp_tell_counters") void fp_tell_counters(void) {
    for (size_t i = 0; i < teller_count; i++) {
        tellers[i]();
    }
}

/* The kinds of records of a file of counters, in the order in which the engine knows them (runner/wasm/counter-files.ts). */
enum record { FILE_PATH, FILE_HEADER, FUNCTION, ARCS };

void llvm_gcda_start_file(const char *path, uint32_t version, uint32_t checksum) {
    const uint32_t words[] = {version, checksum};
    fp_count(FILE_PATH, path, strlen(path));
    fp_count(FILE_HEADER, words, 2);
}

void llvm_gcda_emit_function(uint32_t ident, uint32_t function_checksum, uint32_t graph_checksum) {
    const uint32_t words[] = {ident, function_checksum, graph_checksum};
    fp_count(FUNCTION, words, 3);
}

void llvm_gcda_emit_arcs(uint32_t count, const uint64_t *counters) {
    fp_count(ARCS, counters, count);
}

void llvm_gcda_summary_info(void) {}

void llvm_gcda_end_file(void) {}

/* ---- Helpers that the compiler calls -------------------------------------------------------------------------------- */

/* Multiplies without a 128-bit multiplication, which would call this function. Weak: an archive of Rust may bring its own. */
__attribute__((weak)) __int128 __multi3(__int128 a, __int128 b) {
    uint64_t left = (uint64_t)a, right = (uint64_t)b;
    uint64_t low = (left & UINT32_MAX) * (right & UINT32_MAX);
    uint64_t middle = (left >> 32) * (right & UINT32_MAX) + (low >> 32);
    uint64_t carried = (left & UINT32_MAX) * (right >> 32) + (middle & UINT32_MAX);
    uint64_t high = (left >> 32) * (right >> 32) + (middle >> 32) + (carried >> 32);
    high += (uint64_t)((unsigned __int128)a >> 64) * right + left * (uint64_t)((unsigned __int128)b >> 64);
    return (__int128)(((unsigned __int128)high << 64) | (carried << 32) | (low & UINT32_MAX));
}
