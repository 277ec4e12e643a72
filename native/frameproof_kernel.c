/*
 * The harness for a kernel: it serves programs over a serial line, inside the kernel that the allocator is part of. Freestanding, C11;
 * no libc, no allocation. See fp_serve_serial in frameproof.h, and PROTOCOL.md for the text, requests in their short form.
 *
 *      memory ──► ┌───────────────────────────┬────────────────────────────────────┐
 *                 │ simulated physical memory │ results, and which frames are painted │
 *                 └───────────────────────────┴────────────────────────────────────┘
 *
 * A call is made as soon as it has been read: a serial line delivers a byte at a time anyway.
 */
#include "frameproof.h"

/* ---- The serial line ------------------------------------------------------------------------------------------------ */

static const fp_serial *serial;
/* The byte after the one that was read last. */
static int ahead;

static void advance(void) {
    do
        ahead = serial->get();
    while (ahead == '\r');
}

static void put_text(const char *text) {
    while (*text != '\0')
        serial->put(*text++);
}

/* Divides a number by 10, and returns the rest. Where pointers have 32 bits, compilers divide 64 with libgcc, which kernels may lack. */
static uint32_t divide_by_ten(uint64_t *n) {
    uint64_t quotient = 0;
    uint32_t rest = 0;
    for (int shift = 48; shift >= 0; shift -= 16) {
        uint32_t part = rest << 16 | (uint32_t)(*n >> shift & 0xffff);
        quotient |= (uint64_t)(part / 10) << shift;
        rest = part % 10;
    }
    *n = quotient;
    return rest;
}

static void put_decimal(uint64_t n) {
    char digits[20];
    unsigned count = 0;
    do
        digits[count++] = (char)('0' + divide_by_ten(&n));
    while (n != 0);
    while (count > 0)
        serial->put(digits[--count]);
}

static void put_hex(uint64_t n) {
    int shift = 60;
    while (shift > 0 && n >> shift == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        serial->put("0123456789abcdef"[(n >> shift) & 15]);
}

/* Returns the order of a power of two. */
static uint64_t order_of(uint64_t count) {
    uint64_t order = 0;
    for (; count > 1; count >>= 1)
        order++;
    return order;
}

static int digit(int c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads a number in hex; nothing at all is `by_default`. */
static uint64_t number(uint64_t by_default) {
    uint64_t n = 0;
    if (digit(ahead) < 0)
        return by_default;
    for (; digit(ahead) >= 0; advance())
        n = n << 4 | (uint64_t)digit(ahead);
    return n;
}

/* Skips a separator, if it comes next. */
static bool skip(char separator) {
    if (ahead != separator)
        return false;
    advance();
    return true;
}

/* ---- Simulated memory ------------------------------------------------------------------------------------------------ */

#define MOST_DESCRIPTORS 256

static fp_memory memory;
static fp_descriptor descriptors[MOST_DESCRIPTORS];
/* Page frames of simulated memory. */
static uint64_t frames;
/* The virtual address of physical address 0 in the program's configuration. */
static uint64_t higher_half;

/* A result of an allocation: its pages follow each other in memory, or are listed from `list` on. */
typedef struct {
    uint64_t address;
    uint64_t pages;
    void **list;
} result_t;

enum { MOST_RESULTS = 1 << 16 };
static const char TOO_LONG[] = "the program is too long for the memory of the harness";

/* For each page frame 1 where it is painted, and GIVEN_BACK while a call gives it back. */
#define GIVEN_BACK 2
static uint8_t *is_painted;
static result_t *results;
static void **lists;
static uint64_t lists_left, result_count;

static uint64_t half(uint64_t bytes) {
    return bytes / 2 / FP_PAGE_SIZE * FP_PAGE_SIZE;
}

/* Prints an address as a physical one: the reader adds the higher half. */
static void put_address(const void *address) {
    put_hex((uint64_t)(uintptr_t)address - (uint64_t)(uintptr_t)memory.base);
}

static void *real(uint64_t address) {
    return (void *)(uintptr_t)(address - higher_half + (uint64_t)(uintptr_t)memory.base);
}

/* Divides what lies behind simulated memory among the tables. */
static void clear_tables(void) {
    unsigned char *at = serial->memory + half(serial->bytes);
    unsigned char *end = serial->memory + serial->bytes;
    is_painted = at;
    for (uint64_t f = 0; f < frames; f++)
        is_painted[f] = 0;
    results = (result_t *)(void *)(at + (frames + 15) / 16 * 16);
    lists = (void **)(void *)(results + MOST_RESULTS);
    lists_left = (uint64_t)(end - (unsigned char *)lists) / sizeof *lists;
    result_count = 0;
}

/* ---- Paint: four words of each page frame of a caller, which the manager must not change ----------------------------- */

static uint64_t *painted_word(uint64_t frame, unsigned k) {
    static const unsigned PLACES[] = {0, 1, FP_PAGE_SIZE / 8 - 2, FP_PAGE_SIZE / 8 - 1};
    return (uint64_t *)(void *)(memory.base + frame * FP_PAGE_SIZE) + PLACES[k];
}

static uint64_t colour(uint64_t frame, unsigned k) {
    return (frame * 4 + k + 1) * 0x9e3779b97f4a7c15u;
}

static void paint(uint64_t frame) {
    if (frame >= frames)
        return; /* Not memory. The judge notices that it was handed out. */
    for (unsigned k = 0; k < 4; k++)
        *painted_word(frame, k) = colour(frame, k);
    is_painted[frame] = 1;
}

static void paint_run(uint64_t frame, uint64_t count) {
    for (uint64_t k = 0; k < count && frame + k < frames; k++)
        paint(frame + k);
}

/* Reports a page frame whose paint has changed. */
static void check_paint(uint64_t frame) {
    bool is_changed = false;
    if (frame >= frames || !is_painted[frame])
        return;
    for (unsigned k = 0; k < 4; k++)
        is_changed |= *painted_word(frame, k) != colour(frame, k);
    if (!is_changed)
        return;
    put_text("wrote ");
    put_decimal(frame);
    put_text("\n");
    paint(frame);
}

static uint64_t frame_of(const void *address) {
    return (uint64_t)((uintptr_t)address - (uintptr_t)memory.base) / FP_PAGE_SIZE;
}

/* Checks the page frames that a call is about to free, which may be written to meanwhile. */
static void give_back(uint64_t frame, uint64_t count) {
    for (uint64_t k = 0; k < count && frame + k < frames; k++) {
        check_paint(frame + k);
        if (is_painted[frame + k] != 0)
            is_painted[frame + k] = GIVEN_BACK;
    }
}

/* Page frames that were given back are free now, or were kept for their callers. */
static void end_giving(uint64_t frame, uint64_t count, bool is_kept) {
    for (uint64_t k = 0; k < count && frame + k < frames; k++) {
        if (is_painted[frame + k] == GIVEN_BACK)
            is_painted[frame + k] = is_kept;
    }
}

/* ---- Answers ---------------------------------------------------------------------------------------------------------- */

static const fp_target *target;

/* The amounts after the answer before, of which only changes are printed. */
static uint64_t last[3];
static bool is_first;

static void put_amount(unsigned which, uint64_t (*amount)(void)) {
    put_text(" ");
    if (amount == NULL) {
        put_text("?");
        return;
    }
    uint64_t now = amount();
    if (now == last[which] && !is_first)
        put_text("=");
    else
        put_hex(now);
    last[which] = now;
}

/* Ends an answer. */
static void finish(void) {
    put_amount(0, target->total_amount);
    put_amount(1, target->free_amount);
    put_amount(2, target->reserved_amount);
    put_text("\n");
    is_first = false;
}

static void answer(const char *word) {
    put_text(word);
    finish();
}

static void answer_address(void *address, uint64_t pages) {
    results[result_count++] = (result_t){(uint64_t)(uintptr_t)address, address == NULL ? 0 : pages, NULL};
    if (address == NULL) {
        answer("f");
        return;
    }
    put_text("a");
    put_address(address);
    finish();
    paint_run(frame_of(address), pages);
}

/* Ends a program that cannot go on, and the kernel with it. */
_Noreturn static void stop(const char *why, const char *more) {
    put_text("malformed ");
    put_text(why);
    put_text(more);
    put_text("\nend\n");
    serial->halt();
    for (;;) {
    }
}

/* A serial line has one caller. */
void fp_yield(void) {
}

void fp_warn(const char *text) {
    put_text("warn ");
    put_text(text);
    put_text("\n");
}

/* To leave a call takes a longjmp, which a kernel may not have. So a panic ends the program. */
void fp_panic(uint64_t frame, fp_owner owner, const char *text) {
    (void)frame, (void)owner;
    stop("it panicked: ", text);
}

void fp_refuse(void) {
    stop("it refused a call", " in the midst of it");
}

void fp_abort(const char *text) {
    stop("it ended the program: ", text);
}

void fp_keep(uint64_t start, uint64_t pages) {
    put_text("kept ");
    put_decimal(start / FP_PAGE_SIZE);
    put_text(" ");
    put_decimal(pages);
    put_text("\n");
}

void fp_live(const void *start, size_t bytes) {
    (void)start, (void)bytes;
}

/* ---- Calls ------------------------------------------------------------------------------------------------------------ */

/* Reads a reference: the number of a result in hex, `.page`, `+bytes` or `-bytes`; or `=` and an address. */
static bool reference(void **found) {
    if (skip('=')) {
        *found = real(number(0));
        return true;
    }
    uint64_t which = number(0), page = skip('.') ? number(0) : 0, offset = 0;
    if (skip('+'))
        offset = number(0);
    else if (skip('-'))
        offset = 0 - number(0);
    if (which >= result_count || page >= results[which].pages)
        return false;
    const result_t *result = &results[which];
    uint64_t address = result->list == NULL ? result->address + page * FP_PAGE_SIZE : (uint64_t)(uintptr_t)result->list[page];
    *found = (void *)(uintptr_t)(address + offset);
    return true;
}

static void answer_done(bool is_done) {
    answer(is_done ? "d" : "r");
}

static void free_region(void *address, uint64_t count, bool (*give)(void *address)) {
    bool is_one = give != NULL;
    uint64_t frame = frame_of(address);
    give_back(frame, count);
    bool is_counted = is_one && target->retain != NULL && target->free_amount != NULL;
    uint64_t before = is_counted ? target->free_amount() : 0;
    bool is_done = is_one ? give(address)
                 : target->free_order != NULL ? target->free_order(address, order_of(count))
                                              : target->free_region(address, count);
    /* Others refer to it. */
    bool stays = is_counted && target->free_amount() == before;
    end_giving(frame, count, !is_done || stays);
    answer_done(is_done);
}

static void retain(void *address) {
    answer(target->retain(address) ? "d" : "f");
}

/* Prints addresses, consecutive ones as their first, a sign for the direction and how many they are. */
static void put_batch(void **list, uint64_t count) {
    for (uint64_t k = 0, run; k < count; k += run) {
        uint64_t step = k + 1 < count ? (uint64_t)(uintptr_t)list[k + 1] - (uint64_t)(uintptr_t)list[k] : 0;
        bool is_run = step == FP_PAGE_SIZE || step == 0 - (uint64_t)FP_PAGE_SIZE;
        for (run = 1; is_run && k + run < count; run++)
            if ((uint64_t)(uintptr_t)list[k + run] - (uint64_t)(uintptr_t)list[k + run - 1] != step)
                break;
        put_text(k == 0 ? "" : ",");
        put_address(list[k]);
        if (run > 1) {
            put_text(step == FP_PAGE_SIZE ? "+" : "-");
            put_hex(run);
        }
    }
}

static void alloc_pages(uint64_t count) {
    void **list = lists;
    if (count > lists_left && count <= frames)
        stop(TOO_LONG, "");
    /* More than there is: an array of that length cannot be had, and must not be written to. */
    if (count > lists_left && target->alloc_some == NULL) {
        results[result_count++] = (result_t){0, 0, NULL};
        answer("f");
        return;
    }
    bool is_granted = true;
    if (target->alloc_some != NULL) {
        uint64_t asked = count;
        count = target->alloc_some(list, asked);
        is_granted = count > 0 || asked == 0;
    } else
        is_granted = target->alloc_pages(list, count);
    results[result_count++] = (result_t){0, is_granted ? count : 0, list};
    if (!is_granted) {
        answer("f");
        return;
    }
    lists += count;
    lists_left -= count;
    put_text("s");
    put_batch(list, count);
    finish();
    for (uint64_t k = 0; k < count; k++)
        paint(frame_of(list[k]));
}

static void free_pages(void) {
    void **list = lists;
    uint64_t count = 0;
    bool is_known = true;
    while (ahead != ' ' && ahead != '\n') {
        if (count == lists_left)
            stop(TOO_LONG, "");
        is_known = reference(&list[count++]) && is_known;
        skip(',');
    }
    if (!is_known) {
        put_text("skip\n");
        return;
    }
    for (uint64_t k = 0; k < count; k++)
        give_back(frame_of(list[k]), 1);
    bool is_done = target->free_pages(list, count);
    for (uint64_t k = 0; k < count; k++)
        end_giving(frame_of(list[k]), 1, !is_done);
    answer_done(is_done);
}

static void answer_amount(uint64_t amount) {
    put_text("n");
    put_hex(amount);
    finish();
}

static void alloc_bitmap(void) {
    uint64_t count = number(0);
    skip(',');
    uint64_t max_addr = number(UINT64_MAX);
    skip(',');
    uint64_t alignment = number(0);
    void *page = target->alloc_order != NULL ? target->alloc_order(count == 0 ? 64 : order_of(count))
                                             : target->alloc_bitmap(count, max_addr, alignment);
    answer_address(page, count);
}

static void alloc_within(void) {
    uint64_t count = number(0);
    skip(',');
    uint64_t min_addr = number(0);
    skip(',');
    uint64_t max_addr = number(UINT64_MAX);
    skip(',');
    uint64_t alignment = number(0);
    skip(',');
    answer_address(target->alloc_within(count, min_addr, max_addr, alignment, number(0)), count);
}

/* Reads a call, and makes it. */
static void call(void) {
    int letter = ahead;
    void *address = NULL;
    advance();
    if (result_count == MOST_RESULTS)
        stop(TOO_LONG, "");
    switch (letter) {
    case 'a':
        answer_address(target->alloc(), 1);
        break;
    case 'p':
        alloc_pages(number(0));
        break;
    case 'b':
        alloc_bitmap();
        break;
    case 'w':
        alloc_within();
        break;
    case 'g':
        free_pages();
        break;
    case 't':
        answer_amount(target->total_amount());
        break;
    case 'n':
        answer_amount(target->free_amount());
        break;
    case 'v':
        answer_amount(target->reserved_amount());
        break;
    default: {
        bool is_known = reference(&address);
        uint64_t count = skip(',') ? number(0) : 1;
        if (is_known && letter == 'i')
            answer_address(target->alloc_at(address, count), count);
        else if (is_known && letter == 'k')
            retain(address);
        else if (is_known && letter == 'c')
            answer_done(target->add_region(address, count));
        else if (is_known && letter == 'e')
            answer(target->remove_region(address, count) ? "d" : "f");
        else if (is_known)
            free_region(address, count, letter == 'f' ? target->free : letter == 'l' ? target->release : NULL);
        else {
            if (letter == 'i')
                results[result_count++] = (result_t){0, 0, NULL};
            put_text("skip\n");
        }
    }
    }
}

/* ---- Programs ---------------------------------------------------------------------------------------------------------- */

static fp_kind kind_of(unsigned efi_type) {
    if (efi_type == 2 || efi_type == 9)
        return FP_BOOT;
    if (efi_type == 5 || efi_type == 6 || efi_type == 10)
        return FP_FIRMWARE;
    return efi_type == 1 || efi_type == 3 || efi_type == 4 || efi_type == 7 ? FP_FREE : FP_ABSENT;
}

/* Reads the line `w HIGHER_HALF BITMAP_END TYPE,START,PAGES …`. Returns false if there is no room for it. */
static bool read_world(void) {
    advance();
    skip(' ');
    higher_half = number(0);
    skip(' ');
    memory = (fp_memory){descriptors, 0, serial->memory, number(0)};
    bool fits = true;
    while (skip(' ')) {
        fp_descriptor *one = &descriptors[memory.count < MOST_DESCRIPTORS ? memory.count : 0];
        one->efi_type = (unsigned)number(0);
        one->kind = kind_of(one->efi_type);
        skip(',');
        one->start = number(0);
        skip(',');
        one->pages = number(0);
        fits = fits && memory.count < MOST_DESCRIPTORS && one->start / FP_PAGE_SIZE + one->pages <= frames;
        memory.count++;
    }
    return fits;
}

/* Paints the edges of what is withheld: the first and the last page frame of each region of boot code and firmware. */
static void paint_withheld(void) {
    for (size_t d = 0; d < memory.count; d++) {
        uint64_t frame = descriptors[d].start / FP_PAGE_SIZE;
        if (descriptors[d].pages == 0 || (descriptors[d].kind != FP_BOOT && descriptors[d].kind != FP_FIRMWARE))
            continue;
        paint(frame);
        paint(frame + descriptors[d].pages - 1);
    }
}

static void run_program(void) {
    frames = half(serial->bytes) / FP_PAGE_SIZE;
    clear_tables();
    bool fits = read_world();
    skip('\n');
    paint_withheld();
    if (!fits || !target->init(&memory)) {
        put_text("r ? ? ?\nend\n");
        while (ahead != '\n')
            advance();
        return;
    }
    is_first = true;
    answer("d");
    while (ahead != '\n') {
        call();
        skip(' ');
    }
    for (uint64_t f = 0; f < frames; f++)
        check_paint(f);
    put_text("end\n");
}

/* Says hello, with the claims, and where the simulated memory ends. */
static void greet(void) {
    put_text("\ntarget 1\nshort\npaints\nprofile ");
    put_text(target->profile == NULL ? "{}" : target->profile);
    put_text("\nmemory ");
    put_hex(half(serial->bytes));
    put_text("\nready\n");
}

void fp_serve_serial(const fp_target *served, const fp_serial *line) {
    target = served;
    serial = line;
    greet();
    for (;;) {
        advance();
        while (ahead != 'w')
            advance();
        run_program();
        if (serial->halts_after_program)
            serial->halt();
    }
}
