/*
 * The harness. See frameproof.h for its use, and PROTOCOL.md for the text on standard input and output.
 *
 *      standard input ──► server ──fork──► child: one program, one allocator, one simulated memory
 *      standard output ◄──  │                 │
 *                           └──── answers ◄───┘    in shared memory, so that the answers of a child that died are kept
 *
 * The server reads a whole program, forks, and waits until the child ends or reaches the time limit or the memory limit. It
 * kills processes that a child leaves running. The time limit is CPU time. Output of the allocator goes to standard error.
 */
#define _GNU_SOURCE
#include "frameproof.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Limits of the length of a program and of its answers. The harness stops at a longer program, and cuts off longer answers. */
#define REQUEST_LIMIT ((size_t)256 << 20)
#define ANSWER_LIMIT ((size_t)64 << 20)
/* Space for the lines that follow the answers of a program. */
#define EPILOGUE_LIMIT 512
#define FINDING_BYTES 256
/* Wall-clock limit, as a multiple of the CPU limit. */
#define PATIENCE 4
/* The highest number that Linux gives a process. */
#define MAX_PID (1 << 22)
#define PAGES_OF(bytes) ((bytes) / FP_PAGE_SIZE)

static void stop(const char *why) {
    fprintf(stderr, "frameproof harness: %s\n", why);
    _exit(70);
}

/* ---- Answers: text in memory that server and child share ------------------------------------------------------------ */

static struct {
    /* Bytes of complete answers. The rest belongs to a call that is still running. */
    volatile size_t committed;
    volatile bool is_finished;
    volatile bool is_full;
    /* The number of the child in /proc, which may be that of another namespace; 0 if it has none. */
    volatile long proc_pid;
    /* What a sanitizer has found, empty for nothing. */
    char finding[FINDING_BYTES];
    char text[];
} *answers;

static size_t written;

/* ---- Sanitizers, where they are linked in --------------------------------------------------------------------------- */

void __asan_set_error_report_callback(void (*callback)(const char *report)) __attribute__((weak));
const char *__asan_default_options(void);
void __ubsan_on_report(void);

/* Nobody reads the stack of a report here, and to look up its names takes longer than a program. */
const char *__asan_default_options(void) {
    return "symbolize=0:detect_leaks=0";
}

/* Keeps the kind of a report: `AddressSanitizer: heap-buffer-overflow`. */
static void note_finding(const char *report) {
    const char *from = strstr(report, "AddressSanitizer: ");
    if (from != NULL) {
        size_t length = strlen("AddressSanitizer: ");
        length += strcspn(from + length, " \n");
        snprintf(answers->finding, sizeof answers->finding, "%.*s", (int)length, from);
    }
}

/* What UndefinedBehaviorSanitizer reports ends the program, whether or not it was built to go on. */
void __ubsan_on_report(void) {
    snprintf(answers->finding, sizeof answers->finding, "UndefinedBehaviorSanitizer");
    _exit(1);
}

void __tsan_on_report(void *report);
int __tsan_get_report_data(void *report, const char **kind, int *count, int *stacks, int *accesses, int *places, int *mutexes,
                           int *threads, int *unique, void **slept, unsigned long slept_size) __attribute__((weak));
int __tsan_get_report_mop(void *report, unsigned long index, int *thread, void **address, int *size, int *writes, int *is_atomic,
                          void **trace, unsigned long trace_size) __attribute__((weak));
void __sanitizer_symbolize_pc(void *at, const char *format, char *text, size_t size) __attribute__((weak));

/* Says which two places raced. Ends the process at once: it goes on inside ThreadSanitizer otherwise, whose locks are held. */
void __tsan_on_report(void *report) {
    const char *kind = "report";
    int counts[8] = {0};
    void *slept[1];
    __tsan_get_report_data(report, &kind, &counts[0], &counts[1], &counts[2], &counts[3], &counts[4], &counts[5], &counts[6], slept, 1);
    int length = snprintf(answers->finding, FINDING_BYTES, "ThreadSanitizer: %s", kind);
    for (int i = 0; i < counts[2] && i < 2 && length < FINDING_BYTES; i++) {
        int thread, size, writes = 0, is_atomic;
        void *address, *trace[8] = {NULL};
        char place[96] = "";
        __tsan_get_report_mop(report, (unsigned long)i, &thread, &address, &size, &writes, &is_atomic, trace, 8);
        __sanitizer_symbolize_pc((char *)trace[0] - 1, "%f (%s:%l)", place, sizeof place);
        length += snprintf(answers->finding + length, (size_t)(FINDING_BYTES - length), "%s %s in %s", i == 0 ? ":" : " and",
                           writes ? "a write" : "a read", place);
    }
    syscall(SYS_exit_group, 1);
}

void fp_abort(const char *text) {
    snprintf(answers->finding, sizeof answers->finding, "SIGABRT: %.*s", (int)strcspn(text, "\n"), text);
    abort();
}

/* libc's, which says so on standard error only. Weak: a kernel may have its own. */
void __assert_fail(const char *assertion, const char *file, unsigned line, const char *function) __attribute__((weak));

void __assert_fail(const char *assertion, const char *file, unsigned line, const char *function) {
    char text[FINDING_BYTES];
    snprintf(text, sizeof text, "assertion failed: %s (%s:%u)", assertion, file, line);
    fprintf(stderr, "%s: %s\n", function, text);
    fp_abort(text);
}

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = ANSWER_LIMIT - written;
    int length = vsnprintf(answers->text + written, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= room) {
        answers->is_full = true;
        _exit(0);
    }
    written += (size_t)length;
}

static void say_text(const char *text, size_t length) {
    if (length >= ANSWER_LIMIT - written) {
        answers->is_full = true;
        _exit(0);
    }
    memcpy(answers->text + written, text, length);
    written += length;
}

static void say_hex(uint64_t value) {
    char digits[19];
    char *end = digits + sizeof digits, *at = end;
    do {
        *--at = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value != 0);
    *--at = 'x';
    *--at = '0';
    *--at = ' ';
    say_text(at, (size_t)(end - at));
}

static void say_decimal(uint64_t value) {
    char digits[21];
    char *end = digits + sizeof digits, *at = end;
    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    *--at = ' ';
    say_text(at, (size_t)(end - at));
}

/* ---- Counters of gcov, where `frameproof build --coverage` has compiled them in ---------------------------------------- */

#ifdef FP_COVERAGE
void __gcov_dump(void);
#else
static void __gcov_dump(void) {}
#endif

static _Noreturn void end_program(void) {
    /* Where frameproof collects them. Anywhere else they would lie beside the sources. */
    if (getenv("GCOV_PREFIX") != NULL) {
        __gcov_dump();
    }
    answers->is_finished = true;
    _exit(0);
}

/* ---- Simulated physical memory -------------------------------------------------------------------------------------- */

#define MAX_DESCRIPTORS 65536

static struct {
    fp_descriptor descriptors[MAX_DESCRIPTORS];
    size_t count;
    unsigned char *base;
    uint64_t end;
    uint64_t higher_half;
    uint64_t bitmap_end;
} memory;

/* Page frames that were not RAM, and may be accessed since they were added. */
typedef struct {
    uint64_t first, count;
} frames;
static frames *opened;
static size_t opened_count;

/* Everything lies at base + physical address. Only RAM may be accessed; it takes no memory before the first write. */
static bool map_memory(void) {
    uint64_t end = 0;
    for (size_t d = 0; d < memory.count; d++) {
        uint64_t last = memory.descriptors[d].start + memory.descriptors[d].pages * FP_PAGE_SIZE;
        end = last > end ? last : end;
    }
    /* A base at a multiple of 1 GiB: pointers are aligned as the physical addresses are. */
    const uint64_t align = UINT64_C(1) << 30;
    if (end > UINT64_C(64) << 40) {
        return false;
    }
    memory.end = end;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    unsigned char *reserved = mmap(NULL, end + align + FP_PAGE_SIZE, PROT_NONE, flags, -1, 0);
    if (reserved == MAP_FAILED) {
        return false;
    }
    memory.base = reserved + (align - (uintptr_t)reserved % align);
    for (size_t d = 0; d < memory.count; d++) {
        const fp_descriptor *descriptor = &memory.descriptors[d];
        size_t size = descriptor->pages * FP_PAGE_SIZE;
        if (descriptor->kind != FP_ABSENT && size > 0 &&
            mprotect(memory.base + descriptor->start, size, PROT_READ | PROT_WRITE) != 0) {
            return false;
        }
    }
    return true;
}

static int by_start(const void *a, const void *b) {
    const fp_descriptor *left = *(fp_descriptor *const *)a, *right = *(fp_descriptor *const *)b;
    return left->start < right->start ? -1 : left->start > right->start;
}

static const fp_descriptor *sorted[MAX_DESCRIPTORS];
static size_t sorted_count;

static void sort_memory(void) {
    sorted_count = 0;
    for (size_t d = 0; d < memory.count; d++) {
        if (memory.descriptors[d].pages > 0) {
            sorted[sorted_count++] = &memory.descriptors[d];
        }
    }
    qsort(sorted, sorted_count, sizeof *sorted, by_start);
}

/* Whether the page frame is RAM, and so accessible. */
static bool is_ram(uint64_t frame) {
    size_t low = 0, high = sorted_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (PAGES_OF(sorted[middle]->start) <= frame) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_given = low > 0 && sorted[low - 1]->kind != FP_ABSENT &&
                    frame - PAGES_OF(sorted[low - 1]->start) < sorted[low - 1]->pages;
    for (size_t i = 0; !is_given && i < opened_count; i++) {
        is_given = frame - opened[i].first < opened[i].count;
    }
    return is_given;
}

/* Makes page frames accessible that are about to be added, as far as the map goes. */
static void open_frames(uint64_t first, uint64_t count) {
    uint64_t end = PAGES_OF(memory.end);
    if (count == 0 || first >= end || count > end - first) {
        return;
    }
    frames *grown = realloc(opened, (opened_count + 1) * sizeof *opened);
    if (grown == NULL || mprotect(memory.base + first * FP_PAGE_SIZE, count * FP_PAGE_SIZE, PROT_READ | PROT_WRITE) != 0) {
        stop("no memory for page frames that are added");
    }
    opened = grown;
    opened[opened_count++] = (frames){first, count};
}

/* Returns the pointer for a higher-half address. An address outside the higher half stays outside; 0 stays NULL. */
static void *to_pointer(uint64_t address) {
    uintptr_t base = (uintptr_t)memory.base;
    if (address == 0) {
        return NULL;
    }
    if (address < memory.higher_half) {
        uint64_t below = memory.higher_half - address;
        return (void *)(below < base ? base - below : address % base);
    }
    uint64_t physical = address - memory.higher_half;
    return (void *)(physical > UINT64_MAX - base ? UINT64_MAX : base + physical);
}

/* Returns the higher-half address for a pointer, modulo 2^64. */
static uint64_t to_address(const void *pointer) {
    return memory.higher_half + ((uintptr_t)pointer - (uintptr_t)memory.base);
}

/* ---- Paint: the contents of page frames that are not the manager's --------------------------------------------------- */

/*
 * Up to 8 page frames of an operation are painted whole. Of more, 4 words each are painted, the first two and the last two: all of up to 32,
 * else the ones at each power of two from the first, where the parts of a block begin, and the last two. The first write to a
 * page frame takes the system a microsecond or two: hence few. A program of many thousand calls must not reach its memory limit by that, so only the first 65536
 * page frames are painted: 256 MiB.
 */
#define WHOLE_PAGES 8
#define ALL_PAGES 32
#define MOST_PAINTED 65536
#define WORDS (FP_PAGE_SIZE / sizeof(uint64_t))

typedef struct {
    uint64_t frame;
    bool is_used;
    bool is_gone;
    bool is_whole;
} painted_page;

static struct {
    painted_page *pages;
    size_t capacity;
    size_t used;
    /* Page frames painted so far. One whose slot was given up meanwhile counts again. */
    size_t painted;
} paint;

/* A page frame holds pattern[word] ^ seed_of(frame), which is odd: never 0, as a link at the end of a list is. The loops have a fixed count and no branch, so that they vectorize. */
static uint64_t pattern[WORDS];

static uint64_t seed_of(uint64_t frame) {
    uint64_t mixed = (frame + 1) * UINT64_C(0x9e3779b97f4a7c15);
    return (mixed ^ (mixed >> 29)) & ~UINT64_C(1);
}

static void make_pattern(void) {
    for (size_t word = 0; word < WORDS; word++) {
        pattern[word] = seed_of(word << 20) | 1;
    }
}

static const size_t SAMPLE[] = {0, 1, WORDS - 2, WORDS - 1};

static uint64_t *words_of(uint64_t frame) {
    return (uint64_t *)(memory.base + frame * FP_PAGE_SIZE);
}

/* Callers at the same time use these two, and ThreadSanitizer is to look at the allocator only. */
__attribute__((no_sanitize("thread"))) static void paint_with(uint64_t frame, uint64_t seed, bool is_whole) {
    uint64_t *words = words_of(frame);
    if (is_whole) {
        for (size_t word = 0; word < WORDS; word++) {
            words[word] = pattern[word] ^ seed;
        }
        return;
    }
    for (size_t i = 0; i < sizeof SAMPLE / sizeof *SAMPLE; i++) {
        words[SAMPLE[i]] = pattern[SAMPLE[i]] ^ seed;
    }
}

__attribute__((no_sanitize("thread"))) static bool has_paint(uint64_t frame, uint64_t seed, bool is_whole) {
    const uint64_t *words = words_of(frame);
    uint64_t changed = 0;
    if (is_whole) {
        for (size_t word = 0; word < WORDS; word++) {
            changed |= words[word] ^ pattern[word] ^ seed;
        }
        return changed == 0;
    }
    for (size_t i = 0; i < sizeof SAMPLE / sizeof *SAMPLE; i++) {
        changed |= words[SAMPLE[i]] ^ pattern[SAMPLE[i]] ^ seed;
    }
    return changed == 0;
}

static void paint_page(uint64_t frame, bool is_whole) {
    paint_with(frame, seed_of(frame), is_whole);
}

/* Returns how many page frames are painted if an operation hands out `count`. */
static uint64_t sample_size(uint64_t count) {
    return count <= ALL_PAGES ? count : 67 - (uint64_t)__builtin_clzll(count - 1);
}

/* Returns the index of the i-th painted page frame of `count`, of which `size` are painted: 0, 1, 2, 4, 8 … and the last two. */
static uint64_t sampled(uint64_t i, uint64_t count, uint64_t size) {
    if (size == count) {
        return i;
    }
    return i + 2 >= size ? count - size + i : i == 0 ? 0 : UINT64_C(1) << (i - 1);
}

/* Returns the slot of a page frame in the table, or the free slot where it belongs. */
static painted_page *place_of(uint64_t frame) {
    size_t mask = paint.capacity - 1;
    size_t at = (size_t)(frame * UINT64_C(0x9e3779b97f4a7c15) >> 20) & mask;
    while (paint.pages[at].is_used && paint.pages[at].frame != frame) {
        at = (at + 1) & mask;
    }
    return &paint.pages[at];
}

static void grow_paint(void) {
    painted_page *old = paint.pages;
    size_t old_capacity = paint.capacity;
    paint.capacity = old_capacity == 0 ? 128 : old_capacity * 2;
    paint.pages = calloc(paint.capacity, sizeof *paint.pages);
    if (paint.pages == NULL) {
        stop("no memory for the table of painted pages");
    }
    paint.used = 0;
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].is_used && !old[i].is_gone) {
            *place_of(old[i].frame) = old[i];
            paint.used++;
        }
    }
    free(old);
}

static void take_over(uint64_t frame, bool is_whole) {
    if (!is_ram(frame)) {
        return; /* Not RAM, so there is nothing to paint. The judge notices that it was handed out. */
    }
    if (paint.used * 2 >= paint.capacity) {
        grow_paint();
    }
    painted_page *page = place_of(frame);
    if (!page->is_used) {
        if (paint.painted == MOST_PAINTED) {
            return;
        }
        paint.used++;
        paint.painted++;
    }
    *page = (painted_page){.frame = frame, .is_used = true, .is_whole = is_whole};
    paint_page(frame, is_whole);
}

static void check_page(painted_page *page) {
    if (!has_paint(page->frame, seed_of(page->frame), page->is_whole)) {
        say("wrote %llu\n", (unsigned long long)page->frame);
        paint_page(page->frame, page->is_whole);
    }
}

/* Painted pages that a call frees are checked before the call and forgotten after it. */
static void each_painted(uint64_t first, uint64_t count, void (*visit)(painted_page *page)) {
    if (paint.capacity == 0) {
        return;
    }
    if (count < paint.capacity) {
        for (uint64_t frame = first; frame - first < count; frame++) {
            painted_page *page = place_of(frame);
            if (page->is_used && !page->is_gone) {
                visit(page);
            }
        }
        return;
    }
    for (size_t i = 0; i < paint.capacity; i++) {
        painted_page *page = &paint.pages[i];
        if (page->is_used && !page->is_gone && page->frame - first < count) {
            visit(page);
        }
    }
}

static void forget_page(painted_page *page) {
    page->is_gone = true;
}

/* Memory of boot code and firmware is painted at its edges: the first and the last page frame of each descriptor. */
static void paint_withheld(void) {
    for (size_t d = 0; d < memory.count; d++) {
        const fp_descriptor *descriptor = &memory.descriptors[d];
        if ((descriptor->kind == FP_BOOT || descriptor->kind == FP_FIRMWARE) && descriptor->pages > 0) {
            uint64_t first = PAGES_OF(descriptor->start);
            take_over(first, true);
            take_over(first + descriptor->pages - 1, true);
        }
    }
}

/* ---- Requests: lines of words --------------------------------------------------------------------------------------- */

static struct {
    char *text;
    size_t length;
    size_t capacity;
    size_t at;
} input;

/* Reads more. Returns false at the end of input. */
static bool read_more(void) {
    if (input.capacity - input.length < 65536) {
        input.capacity = input.capacity == 0 ? 1 << 20 : input.capacity * 2;
        if (input.capacity > REQUEST_LIMIT) {
            stop("a program that is too long");
        }
        input.text = realloc(input.text, input.capacity);
        if (input.text == NULL) {
            stop("no memory for a program");
        }
    }
    ssize_t got = read(STDIN_FILENO, input.text + input.length, input.capacity - input.length - 1);
    if (got < 0 && errno == EINTR) {
        return true;
    }
    if (got > 0) {
        input.length += (size_t)got;
        input.text[input.length] = '\0';
    }
    return got > 0;
}

/* Returns the next line without its line break, or NULL if it is incomplete. Valid until the next read. */
static char *next_line(void) {
    if (input.at == input.length) {
        return NULL;
    }
    char *line = input.text + input.at;
    char *end = memchr(line, '\n', input.length - input.at);
    if (end == NULL) {
        return NULL;
    }
    *end = '\0';
    input.at = (size_t)(end - input.text) + 1;
    return line;
}

static char *await_line(void) {
    char *line;
    while ((line = next_line()) == NULL) {
        if (!read_more()) {
            return NULL;
        }
    }
    return line;
}

/* Cuts off the next word of a line, or returns NULL. */
static char *word_of(char **line) {
    while (**line == ' ') {
        (*line)++;
    }
    if (**line == '\0') {
        return NULL;
    }
    char *word = *line;
    while (**line != ' ' && **line != '\0') {
        (*line)++;
    }
    if (**line == ' ') {
        *(*line)++ = '\0';
    }
    return word;
}

/* frameproof never sends anything else: an unreadable line is a bug of it. */
static uint64_t number_of(char **line) {
    char *word = word_of(line), *end = NULL;
    errno = 0;
    uint64_t value = word == NULL ? 0 : strtoull(word, &end, 0);
    if (word == NULL || *end != '\0' || errno != 0) {
        stop("a request with a number that is none");
    }
    return value;
}

/* ---- Results and references ----------------------------------------------------------------------------------------- */

typedef struct {
    uint64_t first; /* address, if the page frames are consecutive */
    void **list;    /* NULL if they are */
    uint64_t pages; /* 0: the call handed out nothing */
} result;

static struct {
    result *all;
    size_t count;
    size_t capacity;
} results;

static void add_result(result added) {
    if (results.count == results.capacity) {
        results.capacity = results.capacity == 0 ? 64 : results.capacity * 2;
        results.all = realloc(results.all, results.capacity * sizeof *results.all);
        if (results.all == NULL) {
            stop("no memory for results");
        }
    }
    results.all[results.count++] = added;
}

/* Finds the address that "b[3]+0x10" or "0x1000" stands for. Returns false if result b has no page 3. */
static bool resolve_in(const result *all, size_t count, const char *text, uint64_t *address) {
    if (*text >= '0' && *text <= '9') {
        *address = strtoull(text, NULL, 0);
        return true;
    }
    size_t ordinal = 0;
    for (; *text >= 'a' && *text <= 'z'; text++) {
        ordinal = ordinal * 26 + (size_t)(*text - 'a') + 1;
    }
    uint64_t page = *text == '[' ? strtoull(text + 1, NULL, 10) : 0;
    text += strcspn(text, "+-");
    uint64_t offset = *text == '\0' ? 0 : strtoull(text + 1, NULL, 0);
    if (ordinal == 0 || ordinal > count || page >= all[ordinal - 1].pages) {
        return false;
    }
    const result *named = &all[ordinal - 1];
    uint64_t start = named->list == NULL ? named->first + page * FP_PAGE_SIZE : to_address(named->list[page]);
    *address = *text == '-' ? start - offset : start + offset;
    return true;
}

static bool resolve(const char *text, uint64_t *address) {
    return resolve_in(results.all, results.count, text, address);
}

/* ---- Calls ---------------------------------------------------------------------------------------------------------- */

static const fp_target *target;
static jmp_buf panicked;
/* What errno is before each call: no error number of a system. */
#define CALLERS_ERRNO 23130
static int last_errno;

/* Keep what a call says, where it is made by one of several callers; panic_of_caller does not return then. */
static bool keep_for_caller(const char *text, char *place);
static void panic_of_caller(uint64_t frame, fp_owner owner, const char *text);
static void refuse_of_caller(void);

void fp_warn(const char *text) {
    int kept = errno;
    if (!keep_for_caller(text, NULL)) {
        say("warn %s\n", text);
    }
    errno = kept;
}

/* A process has no states to save. */
void fp_live(const void *start, size_t bytes) {
    (void)start;
    (void)bytes;
}

static bool is_starting;

void fp_keep(uint64_t start, uint64_t pages) {
    if (!is_starting || start % FP_PAGE_SIZE != 0) {
        stop("fp_keep takes a multiple of the page size, during init");
    }
    if (pages > 0) {
        say("kept %llu %llu\n", (unsigned long long)PAGES_OF(start), (unsigned long long)pages);
    }
}

static const char *const OWNERS[] = {"-", "absent", "firmware", "boot", "pmm", "caller", "kept"};

_Noreturn void fp_panic(uint64_t frame, fp_owner owner, const char *text) {
    panic_of_caller(frame, owner, text);
    last_errno = errno;
    say("says %s\n", text);
    if (frame == FP_NO_FRAME) {
        say("panic - %s", OWNERS[owner]);
    } else {
        say("panic %llu %s", (unsigned long long)frame, OWNERS[owner]);
    }
    longjmp(panicked, 1);
}

static bool is_refused;

_Noreturn void fp_refuse(void) {
    refuse_of_caller();
    is_refused = true;
    longjmp(panicked, 1);
}

/* Whether a call fails where it did nothing; others are refused. */
static bool can_fail(const char *call) {
    return strncmp(call, "alloc", 5) == 0 || strcmp(call, "retain") == 0 || strcmp(call, "removeRegion") == 0;
}

/* Says what has become of a call that was left by fp_refuse, unless by a panic. */
static void say_refused(bool has_failed) {
    if (is_refused) {
        last_errno = has_failed ? ENOMEM : CALLERS_ERRNO;
        say("%s", has_failed ? "failed" : "refused");
    }
    is_refused = false;
}

static void say_amount(uint64_t (*amount)(void)) {
    if (amount == NULL) {
        say_text(" ?", 2);
    } else {
        say_decimal(amount());
    }
}

static void say_errno(void) {
    if (last_errno == CALLERS_ERRNO) {
        say_text(" -", 2);
    } else if (last_errno == ENOMEM) {
        say_text(" ENOMEM", 7);
    } else {
        say(" E%d", last_errno);
    }
}

/* Ends an answer: errno, and the three amounts. */
static void finish_answer(void) {
    say_errno();
    say_amount(target->total_amount);
    say_amount(target->free_amount);
    say_amount(target->reserved_amount);
    say_text("\n", 1);
    answers->committed = written;
}

static void answer(const char *outcome) {
    say_text(outcome, strlen(outcome));
    finish_answer();
}

static void answer_skip(void) {
    say_text("skip\n", 5);
    answers->committed = written;
}

/* Whether frameproof asks what page frames hold that are handed out. */
static bool looks_for_zeros;

static uint64_t frame_of(const void *page) {
    return PAGES_OF((uint64_t)((uintptr_t)page - (uintptr_t)memory.base));
}

/* Says so if a page frame that is handed out does not read as zeros. */
static void look_at(uint64_t frame) {
    if (!looks_for_zeros || !is_ram(frame)) {
        return;
    }
    uint64_t all = 0;
    for (size_t word = 0; word < WORDS; word++) {
        all |= words_of(frame)[word];
    }
    if (all != 0) {
        say("unzeroed %llu\n", (unsigned long long)frame);
    }
}

/*
 * The manager is given memory that holds something, as RAM does: of each free region the first page frames, where tables are carved
 * out, and the last one. A page frame takes a microsecond, hence few. Every other one holds small numbers, such as the states, orders
 * and counts of a table that was there before a reboot; to who reads a byte of the pattern, these seldom come. The first bit is 1 in two page
 * frames and 0 in the next two: to who reads behind a bitmap, free is the one or the other.
 */
#define FIRST_PAINTED 4
#define MOST_REGIONS_PAINTED 8

static void paint_unowned(uint64_t frame) {
    paint_page(frame, true);
    uint64_t mask = frame % 2 == 1 ? UINT64_C(0x0303030303030302) : ~UINT64_C(1);
    uint64_t set = frame % 4 < 2 ? 1 : UINT64_C(1) << 56;
    for (size_t word = 0; word < WORDS; word++) {
        words_of(frame)[word] = (words_of(frame)[word] & mask) | set;
    }
}

static void paint_free(void) {
    size_t regions = 0;
    for (size_t d = 0; d < memory.count && regions < MOST_REGIONS_PAINTED; d++) {
        uint64_t first = PAGES_OF(memory.descriptors[d].start), pages = memory.descriptors[d].pages;
        if (memory.descriptors[d].kind != FP_FREE || pages == 0) {
            continue;
        }
        regions++;
        for (uint64_t i = 0; i < pages && i < FIRST_PAINTED; i++) {
            paint_unowned(first + i);
        }
        paint_unowned(first + pages - 1);
    }
}

static void answer_page(void *page, uint64_t count) {
    if (page == NULL) {
        add_result((result){0});
        answer("failed");
        return;
    }
    uint64_t address = to_address(page), frame = frame_of(page);
    uint64_t size = sample_size(count);
    for (uint64_t i = 0; i < size; i++) {
        look_at(frame + sampled(i, count, size));
    }
    add_result((result){.first = address, .pages = count});
    say_text("address", 7);
    say_hex(address);
    finish_answer();
    for (uint64_t i = 0; i < size; i++) {
        take_over(frame + sampled(i, count, size), count <= WHOLE_PAGES);
    }
}

#define MARGIN 2
/* An array of more addresses than this is mapped, and its entries stay 0, so that it takes no memory before it is written to. */
#define LARGE_BATCH 65536
/* The number of entries that are checked, of the ones that a call must not change. */
#define LOOKED_AT 65536

/* The array for a batch, and the value of its entries before the call. */
typedef struct {
    void **entries;
    uint64_t length;
    void *untouched;
} batch;

static batch make_batch(uint64_t count) {
    batch made = {.length = count + MARGIN};
    size_t bytes = made.length * sizeof *made.entries;
    if (count > LARGE_BATCH) {
        const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        made.entries = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    } else {
        made.entries = malloc(bytes);
    }
    if (made.entries == NULL || made.entries == MAP_FAILED) {
        stop("no memory for a batch");
    }
    if (count <= LARGE_BATCH) {
        made.untouched = (void *)UINT64_C(0x5555000000000000);
        for (uint64_t i = 0; i < made.length; i++) {
            made.entries[i] = made.untouched;
        }
    }
    return made;
}

static void drop_batch(batch made) {
    if (made.length > LARGE_BATCH + MARGIN) {
        munmap(made.entries, made.length * sizeof *made.entries);
    } else {
        free(made.entries);
    }
}

/* Whether the entries from some index on are unchanged. */
static bool is_untouched(batch made, uint64_t from) {
    for (uint64_t i = from; i < made.length && i - from < LOOKED_AT; i++) {
        if (made.entries[i] != made.untouched) {
            return false;
        }
    }
    return true;
}

static void answer_pages(void **entries, uint64_t count) {
    uint64_t size = sample_size(count);
    for (uint64_t i = 0; i < size; i++) {
        look_at(frame_of(entries[sampled(i, count, size)]));
    }
    say_text("addresses", 9);
    for (uint64_t i = 0; i < count; i++) {
        say_hex(to_address(entries[i]));
    }
    finish_answer();
    add_result((result){.list = entries, .pages = count});
    for (uint64_t i = 0; i < size; i++) {
        take_over(frame_of(entries[sampled(i, count, size)]), count <= WHOLE_PAGES);
    }
}

/* The array has room for all that can be allocated: who is refused may have written that much before. */
static void call_alloc_pages(uint64_t count, uint64_t total) {
    uint64_t most = target->free_amount == NULL ? total : target->free_amount();
    bool is_partial = target->alloc_some != NULL;
    uint64_t asked = count <= most || count <= 4096 ? count : most > 4096 ? most : 4096;
    batch made = make_batch(asked);
    errno = CALLERS_ERRNO;
    uint64_t got = 0;
    bool is_granted;
    if (is_partial) {
        got = target->alloc_some(made.entries, count);
        is_granted = got > 0 || count == 0;
    } else {
        is_granted = target->alloc_pages(made.entries, count);
        got = is_granted ? asked : 0;
    }
    last_errno = errno;
    if (got > asked) {
        say("malformed it says that it allocated %llu page frames, and was given room for %llu\n", (unsigned long long)got,
            (unsigned long long)asked);
        answers->committed = written;
        answers->is_finished = true;
        _exit(0);
    }
    if (!is_untouched(made, got)) {
        say("stray\n");
    }
    if (is_granted) {
        /* More than there is was granted: a few addresses say so. */
        answer_pages(made.entries, !is_partial && asked < count ? 16 : got);
    } else {
        drop_batch(made);
        add_result((result){0});
        answer("failed");
    }
}

/* A page frame that others refer to stays theirs: the free amount tells. */
static void call_free(bool (*give)(void *address), void *address) {
    uint64_t frame = frame_of(address);
    each_painted(frame, 1, check_page);
    bool is_counted = target->retain != NULL && target->free_amount != NULL;
    uint64_t before = is_counted ? target->free_amount() : 0;
    errno = CALLERS_ERRNO;
    bool is_freed = give(address);
    last_errno = errno;
    if (is_freed && !(is_counted && target->free_amount() == before)) {
        each_painted(frame, 1, forget_page);
    }
    answer(is_freed ? "done" : "refused");
}

static void call_retain(void *address) {
    errno = CALLERS_ERRNO;
    bool is_retained = target->retain(address);
    last_errno = errno;
    answer(is_retained ? "done" : "failed");
}

/* Makes a call that names one page frame. */
static void call_with_address(const char *call, void *address) {
    if (strcmp(call, "retain") == 0) {
        call_retain(address);
    } else {
        call_free(strcmp(call, "free") == 0 ? target->free : target->release, address);
    }
}

/* Returns the order of a block of `count` page frames, a power of two. No memory has 2^64, which is written as 0. */
static uint64_t order_of(uint64_t count) {
    if ((count & (count - 1)) != 0) {
        stop("an order for a count that is not a power of two: the profile says \"contiguous\": \"orders\"");
    }
    return count == 0 ? 64 : (uint64_t)__builtin_ctzll(count);
}

/* Gives page frames to the manager, with their count or their order. */
static void call_give_region(bool (*give)(void *address, uint64_t size), void *address, uint64_t count, uint64_t size) {
    uint64_t frame = frame_of(address);
    each_painted(frame, count, check_page);
    errno = CALLERS_ERRNO;
    bool is_given = give(address, size);
    last_errno = errno;
    if (is_given) {
        each_painted(frame, count, forget_page);
    }
    answer(is_given ? "done" : "refused");
}

/* Page frames that are removed are painted: nobody may write there. */
static void call_remove_region(void *address, uint64_t count) {
    uint64_t frame = frame_of(address);
    errno = CALLERS_ERRNO;
    bool is_removed = target->remove_region(address, count);
    last_errno = errno;
    uint64_t size = sample_size(count);
    for (uint64_t i = 0; is_removed && i < size; i++) {
        take_over(frame + sampled(i, count, size), count <= WHOLE_PAGES);
    }
    answer(is_removed ? "done" : "failed");
}

/* Makes a call that names the page frames from an address on, and allocates none. */
static void call_with_region(const char *call, void *address, uint64_t count) {
    if (strcmp(call, "addRegion") == 0) {
        open_frames(frame_of(address), count);
        call_give_region(target->add_region, address, count, count);
    } else if (strcmp(call, "freeRegion") == 0 && target->free_order != NULL) {
        call_give_region(target->free_order, address, count, order_of(count));
    } else if (strcmp(call, "freeRegion") == 0) {
        call_give_region(target->free_region, address, count, count);
    } else {
        call_remove_region(address, count);
    }
}

static void call_free_pages(void **addresses, uint64_t count) {
    void **given = malloc((count + 1) * sizeof *given);
    if (given == NULL) {
        stop("no memory for a batch");
    }
    memcpy(given, addresses, count * sizeof *given);
    for (uint64_t i = 0; i < count; i++) {
        each_painted(frame_of(given[i]), 1, check_page);
    }
    errno = CALLERS_ERRNO;
    bool is_freed = target->free_pages(given, count);
    last_errno = errno;
    if (memcmp(given, addresses, count * sizeof *given) != 0) {
        say("stray\n");
    }
    for (uint64_t i = 0; is_freed && i < count; i++) {
        each_painted(frame_of(addresses[i]), 1, forget_page);
    }
    free(given);
    answer(is_freed ? "done" : "refused");
}

static void free_batch(char *line) {
    size_t count = 0, capacity = 16;
    void **addresses = malloc(capacity * sizeof *addresses);
    for (char *word; addresses != NULL && (word = word_of(&line)) != NULL;) {
        uint64_t address;
        if (!resolve(word, &address)) {
            free(addresses);
            answer_skip();
            return;
        }
        if (count == capacity) {
            capacity *= 2;
            addresses = realloc(addresses, capacity * sizeof *addresses);
        }
        if (addresses != NULL) {
            addresses[count++] = to_pointer(address);
        }
    }
    if (addresses == NULL) {
        stop("no memory for a batch");
    }
    call_free_pages(addresses, count);
    free(addresses);
}

static void answer_amount(uint64_t (*amount)(void)) {
    say_text("amount", 6);
    say_decimal(amount());
    last_errno = errno;
    finish_answer();
}

static void run_operation(const char *call, char *line, uint64_t total) {
    uint64_t address;
    errno = CALLERS_ERRNO;
    if (strcmp(call, "alloc") == 0 && target->alloc != NULL) {
        void *page = target->alloc();
        last_errno = errno;
        answer_page(page, 1);
    } else if (strcmp(call, "allocPages") == 0 && (target->alloc_pages != NULL || target->alloc_some != NULL)) {
        call_alloc_pages(number_of(&line), total);
    } else if (strcmp(call, "allocBitmap") == 0 && target->alloc_order != NULL) {
        uint64_t count = number_of(&line);
        errno = CALLERS_ERRNO;
        void *page = target->alloc_order(order_of(count));
        last_errno = errno;
        answer_page(page, count);
    } else if (strcmp(call, "allocBitmap") == 0 && target->alloc_bitmap != NULL) {
        uint64_t count = number_of(&line), max_addr = number_of(&line), alignment = number_of(&line);
        errno = CALLERS_ERRNO;
        void *page = target->alloc_bitmap(count, max_addr, alignment);
        last_errno = errno;
        answer_page(page, count);
    } else if (strcmp(call, "allocWithin") == 0 && target->alloc_within != NULL) {
        uint64_t count = number_of(&line), min_addr = number_of(&line), max_addr = number_of(&line);
        uint64_t alignment = number_of(&line), boundary = number_of(&line);
        errno = CALLERS_ERRNO;
        void *page = target->alloc_within(count, min_addr, max_addr, alignment, boundary);
        last_errno = errno;
        answer_page(page, count);
    } else if ((strcmp(call, "free") == 0 && target->free != NULL) ||
               (strcmp(call, "retain") == 0 && target->retain != NULL) ||
               (strcmp(call, "release") == 0 && target->release != NULL)) {
        if (resolve(word_of(&line), &address)) {
            call_with_address(call, to_pointer(address));
        } else {
            answer_skip();
        }
    } else if (strcmp(call, "allocAt") == 0 && target->alloc_at != NULL) {
        if (resolve(word_of(&line), &address)) {
            uint64_t count = number_of(&line);
            errno = CALLERS_ERRNO;
            void *page = target->alloc_at(to_pointer(address), count);
            last_errno = errno;
            answer_page(page, count);
        } else {
            add_result((result){0});
            answer_skip();
        }
    } else if (strcmp(call, "freePages") == 0 && target->free_pages != NULL) {
        free_batch(line);
    } else if ((strcmp(call, "freeRegion") == 0 && (target->free_region != NULL || target->free_order != NULL)) ||
               (strcmp(call, "addRegion") == 0 && target->add_region != NULL) ||
               (strcmp(call, "removeRegion") == 0 && target->remove_region != NULL)) {
        if (resolve(word_of(&line), &address)) {
            call_with_region(call, to_pointer(address), number_of(&line));
        } else {
            answer_skip();
        }
    } else if (strcmp(call, "totalAmount") == 0 && target->total_amount != NULL) {
        answer_amount(target->total_amount);
    } else if (strcmp(call, "freeAmount") == 0 && target->free_amount != NULL) {
        answer_amount(target->free_amount);
    } else if (strcmp(call, "reservedAmount") == 0 && target->reserved_amount != NULL) {
        answer_amount(target->reserved_amount);
    } else {
        stop("a request for a call that this target does not have");
    }
}

/* ---- Debuggers ------------------------------------------------------------------------------------------------------ */

/* For debuggers, at fp_break: the function that is called next, the pointer to physical address 0, and what each result names. */
void **fp_at_break;
/* Debuggers stop here: a line `break` precedes the call that they look at. */
void fp_break(void);

__attribute__((noinline)) void fp_break(void) {
    __asm__ volatile("" ::: "memory");
}

static bool breaks_at_init;

static const struct {
    const char *name;
    size_t offset;
} CALLS[] = {
    {"init", offsetof(fp_target, init)},
    {"alloc", offsetof(fp_target, alloc)},
    {"allocPages", offsetof(fp_target, alloc_pages)},
    {"allocBitmap", offsetof(fp_target, alloc_bitmap)},
    {"free", offsetof(fp_target, free)},
    {"freePages", offsetof(fp_target, free_pages)},
    {"freeRegion", offsetof(fp_target, free_region)},
    {"totalAmount", offsetof(fp_target, total_amount)},
    {"freeAmount", offsetof(fp_target, free_amount)},
    {"reservedAmount", offsetof(fp_target, reserved_amount)},
    {"allocPages", offsetof(fp_target, alloc_some)},
    {"retain", offsetof(fp_target, retain)},
    {"release", offsetof(fp_target, release)},
    {"allocAt", offsetof(fp_target, alloc_at)},
    {"allocWithin", offsetof(fp_target, alloc_within)},
    {"addRegion", offsetof(fp_target, add_region)},
    {"removeRegion", offsetof(fp_target, remove_region)},
    {"allocBitmap", offsetof(fp_target, alloc_order)},
    {"freeRegion", offsetof(fp_target, free_order)},
};

/* Returns the function for the call that a line begins with, NULL for any other line. */
static void *function_of(const char *line) {
    void *function = NULL;
    size_t length = strcspn(line, " \n");
    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++) {
        if (function == NULL && strlen(CALLS[i].name) == length && memcmp(line, CALLS[i].name, length) == 0) {
            memcpy(&function, (const char *)target + CALLS[i].offset, sizeof function);
        }
    }
    return function;
}

static void break_before(const char *line) {
    fp_at_break = malloc((2 + results.count) * sizeof *fp_at_break);
    if (fp_at_break == NULL) {
        stop("no memory for a debugger");
    }
    fp_at_break[0] = function_of(line);
    fp_at_break[1] = memory.base;
    for (size_t i = 0; i < results.count; i++) {
        const result *named = &results.all[i];
        void *pages = named->list != NULL ? (void *)named->list : to_pointer(named->first);
        fp_at_break[2 + i] = named->pages == 0 ? NULL : pages;
    }
    fp_break();
}

/* ---- A program, in the child ---------------------------------------------------------------------------------------- */

typedef struct {
    uint64_t milliseconds;
    uint64_t mebibytes;
} limits;

static uint64_t ram_pages(void) {
    uint64_t pages = 0;
    for (size_t d = 0; d < memory.count; d++) {
        pages += memory.descriptors[d].kind == FP_ABSENT ? 0 : memory.descriptors[d].pages;
    }
    return pages;
}

/* The bytes that count as data of the server before it reads anything. To look them up in each child takes a tenth of its time. */
static uint64_t data_at_start;

/* Returns the bytes that count as data of this process so far, 0 if they cannot be read. */
static uint64_t data_bytes(void) {
    char text[128];
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0) {
        close(file);
    }
    unsigned long long pages = 0;
    text[length > 0 ? length : 0] = '\0';
    return sscanf(text, "%*u %*u %*u %*u %*u %llu", &pages) == 1 ? pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static void limit_resources(limits limit) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    /* The simulated memory counts as data, although none of it is in use yet, and so does the shadow of a sanitizer. */
    rlim_t bytes = data_at_start + input.capacity + ram_pages() * FP_PAGE_SIZE + (limit.mebibytes << 20);
    struct rlimit data = {bytes, bytes};
    setrlimit(RLIMIT_DATA, &data);
}

static void start_manager(void) {
    fp_memory given = {memory.descriptors, memory.count, memory.base, memory.bitmap_end};
    if (breaks_at_init) {
        break_before("init");
    }
    errno = CALLERS_ERRNO;
    if (setjmp(panicked) != 0) {
        say_refused(false);
        finish_answer();
        end_program();
    }
    is_starting = true;
    bool is_started = target->init(&given);
    is_starting = false;
    last_errno = errno;
    answer(is_started ? "done" : "refused");
    if (!is_started) {
        end_program();
    }
}

/* Sends the answers so far, if frameproof wants every answer at once. */
static void send_live(int out, size_t *sent) {
    while (*sent < written) {
        ssize_t put = write(out, answers->text + *sent, written - *sent);
        if (put < 0 && errno != EINTR) {
            _exit(70);
        }
        *sent += put < 0 ? 0 : (size_t)put;
    }
}

#include "frameproof_callers.h"

/* Returns the number that this process has in /proc, which getpid need not be; 0 if it has none. */
static long number_in_proc(void) {
    char text[32] = "";
    return readlink("/proc/self", text, sizeof text - 1) > 0 ? strtol(text, NULL, 10) : 0;
}

static _Noreturn void run_program(limits limit, bool is_live, int out) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    answers->proc_pid = number_in_proc();
    limit_resources(limit);
    size_t sent = 0;
    sort_memory();
    if (!map_memory()) {
        say_text("unsupported\n", 12);
        answers->committed = written;
        end_program();
    }
    paint_withheld();
    paint_free();
    start_manager();
    if (callers.is_asked) {
        run_callers();
    }
    uint64_t total = ram_pages();
    char *volatile line;
    for (;;) {
        if (is_live) {
            send_live(out, &sent);
            line = await_line();
        } else {
            line = next_line();
        }
        if (line == NULL || strcmp((char *)line, "end") == 0) {
            break;
        }
        if (strcmp((char *)line, "break") == 0) {
            break_before(input.text + input.at);
            continue;
        }
        char *rest = line, *call = word_of(&rest);
        if (setjmp(panicked) == 0) {
            run_operation(call, rest, total);
        } else {
            if (strncmp(call, "alloc", 5) == 0) {
                add_result((result){0});
            }
            say_refused(can_fail(call));
            finish_answer();
        }
    }
    for (size_t i = 0; i < paint.capacity; i++) {
        if (paint.pages[i].is_used && !paint.pages[i].is_gone) {
            check_page(&paint.pages[i]);
        }
    }
    answers->committed = written;
    if (is_live) {
        send_live(out, &sent);
    }
    end_program();
}

/* ---- The server ----------------------------------------------------------------------------------------------------- */

static const char *const SIGNALS[] = {
    [SIGHUP] = "SIGHUP",   [SIGINT] = "SIGINT",   [SIGQUIT] = "SIGQUIT", [SIGILL] = "SIGILL",   [SIGTRAP] = "SIGTRAP",
    [SIGABRT] = "SIGABRT", [SIGBUS] = "SIGBUS",   [SIGFPE] = "SIGFPE",   [SIGKILL] = "SIGKILL", [SIGUSR1] = "SIGUSR1",
    [SIGSEGV] = "SIGSEGV", [SIGUSR2] = "SIGUSR2", [SIGPIPE] = "SIGPIPE", [SIGALRM] = "SIGALRM", [SIGTERM] = "SIGTERM",
    [SIGXCPU] = "SIGXCPU", [SIGXFSZ] = "SIGXFSZ", [SIGSYS] = "SIGSYS",
};

static double ms_of(clockid_t clock) {
    struct timespec now;
    return clock_gettime(clock, &now) == 0 ? (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6 : 0;
}

/* Returns the CPU time of a process in milliseconds. */
static double worked_ms(pid_t pid) {
    clockid_t clock;
    return clock_getcpuclockid(pid, &clock) == 0 ? ms_of(clock) : 0;
}

/* Returns the memory of the child in KiB, 0 if it cannot be read. */
static uint64_t resident_kib(void) {
    char path[64], text[128];
    snprintf(path, sizeof path, "/proc/%ld/statm", answers->proc_pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return 0;
    }
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    unsigned long long size = 0, resident = 0;
    text[length > 0 ? length : 0] = '\0';
    return sscanf(text, "%llu %llu", &size, &resident) == 2 ? resident * (uint64_t)(sysconf(_SC_PAGESIZE) / 1024) : 0;
}

/* Kills the processes that a child has left running: as orphans, they are now children of the server, begun after that child. In a
 * namespace of process numbers /proc may have others, so each number is tried up to that of a process which begins now. */
static void kill_orphans(pid_t child) {
    for (int round = 0; round < 1000; round++) {
        pid_t ended;
        while ((ended = waitpid(-1, NULL, WNOHANG)) > 0) {
        }
        if (ended < 0) {
            return; /* no child is left */
        }
        pid_t newest = fork();
        if (newest == 0) {
            _exit(0);
        }
        for (pid_t pid = child; newest > 0 && pid != newest; pid = pid < MAX_PID ? pid + 1 : 2) {
            siginfo_t info;
            if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
                kill(pid, SIGKILL);
            }
        }
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
}

static void put(int out, const char *text, size_t length) {
    while (length > 0) {
        ssize_t done = write(out, text, length);
        if (done < 0 && errno != EINTR) {
            _exit(0); /* there is no reader any more */
        }
        text += done < 0 ? 0 : done;
        length -= done < 0 ? 0 : (size_t)done;
    }
}

static bool await_child(pid_t child, limits limit, int *status, struct rusage *usage, const char **killed_for) {
    sigset_t ended;
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    double deadline = ms_of(CLOCK_MONOTONIC) + (double)limit.milliseconds * PATIENCE;
    *killed_for = NULL;
    for (;;) {
        bool is_signalled = sigtimedwait(&ended, NULL, &(struct timespec){0, 10000000}) > 0;
        pid_t found = wait4(child, status, WNOHANG, usage);
        if (found != 0) {
            return found == child;
        }
        if (is_signalled || *killed_for != NULL) {
            continue;
        }
        if (resident_kib() > limit.mebibytes << 10) {
            *killed_for = "memory";
        } else if (worked_ms(child) > (double)limit.milliseconds || ms_of(CLOCK_MONOTONIC) > deadline) {
            *killed_for = "time";
        } else {
            continue;
        }
        kill(child, SIGKILL);
    }
}

/* Returns the end of a program's answers: the reason why the child died, if it did, and its memory. */
static int epilogue(char *text, size_t size, int status, const struct rusage *usage, const char *killed_for) {
    char died[FINDING_BYTES + 8] = "";
    if (killed_for != NULL) {
        snprintf(died, sizeof died, "died %s\n", killed_for);
    } else if (answers->finding[0] != '\0') {
        snprintf(died, sizeof died, "died %s\n", answers->finding);
    } else if (answers->is_full) {
        snprintf(died, sizeof died, "died output\n");
    } else if (WIFSIGNALED(status)) {
        int number = WTERMSIG(status);
        bool is_known = (size_t)number < sizeof SIGNALS / sizeof *SIGNALS && SIGNALS[number] != NULL;
        if (is_known) {
            snprintf(died, sizeof died, "died %s\n", SIGNALS[number]);
        } else {
            snprintf(died, sizeof died, "died signal %d\n", number);
        }
    } else if (!answers->is_finished) {
        snprintf(died, sizeof died, "died exit %d\n", WEXITSTATUS(status));
    }
    return snprintf(text, size, "%smemory %ld\nend\n", died, usage->ru_maxrss);
}

/* Runs a program in a child. Returns whether it kept to its limits. */
static bool serve_program(limits limit, bool is_live, int out) {
    if (callers.is_asked) {
        clear_shared();
    }
    answers->committed = 0;
    answers->proc_pid = 0;
    answers->is_finished = false;
    answers->is_full = false;
    answers->finding[0] = '\0';
    written = 0;
    pid_t child = fork();
    if (child < 0) {
        stop("cannot fork");
    }
    if (child == 0) {
        run_program(limit, is_live, out);
    }
    int status = 0;
    struct rusage usage = {0};
    const char *killed_for;
    if (!await_child(child, limit, &status, &usage, &killed_for)) {
        stop("cannot wait for a program");
    }
    kill_orphans(child);
    if (callers.is_asked) {
        written = answers->committed;
        say_records();
    }
    /* One write, so that the reader wakes up once. Text after the last complete answer is dropped. */
    size_t committed = answers->committed;
    char *end = answers->text + (committed < ANSWER_LIMIT ? committed : ANSWER_LIMIT);
    int length = epilogue(end, EPILOGUE_LIMIT, status, &usage, killed_for);
    char *start = is_live ? end : answers->text;
    put(out, start, (size_t)(end - start) + (size_t)length);
    return killed_for == NULL;
}

/* Runs the programs of several callers again and again, each time with the next seed, up to the first that exceeds a limit. */
static void serve_callers(limits limit, int out) {
    for (uint64_t run = 0; run < callers.runs; run++) {
        bool is_within = serve_program(limit, false, out);
        callers.seed++;
        if (!is_within) {
            break;
        }
    }
    put(out, "over\n", 5);
}

/* Skips the operations, which the child reads. */
static bool await_end(void) {
    size_t start = input.at, looked = input.at;
    for (;;) {
        while (looked < input.length) {
            char *line = input.text + looked;
            char *end = memchr(line, '\n', input.length - looked);
            if (end == NULL) {
                break;
            }
            looked = (size_t)(end - input.text) + 1;
            if (end - line == 3 && memcmp(line, "end", 3) == 0) {
                input.at = start;
                return true;
            }
        }
        if (!read_more()) {
            return false;
        }
    }
}

static void add_descriptor(char *line) {
    static const fp_kind KINDS[] = {
        FP_ABSENT,   FP_FREE,   FP_BOOT, FP_FREE,     FP_FREE,   FP_FIRMWARE, FP_FIRMWARE, FP_FREE,
        FP_ABSENT,   FP_BOOT,   FP_FIRMWARE, FP_ABSENT, FP_ABSENT, FP_ABSENT,   FP_ABSENT,   FP_ABSENT,
    };
    if (memory.count == MAX_DESCRIPTORS) {
        stop("a memory map with too many descriptors");
    }
    uint64_t type = number_of(&line);
    if (type > 15) {
        stop("a memory type above 15");
    }
    fp_descriptor *descriptor = &memory.descriptors[memory.count++];
    descriptor->efi_type = (unsigned)type;
    descriptor->kind = KINDS[type];
    descriptor->start = number_of(&line);
    descriptor->pages = number_of(&line);
}

/* Reads the lines before the operations. Returns false at the end of input. */
static bool read_header(limits *limit, bool *is_live) {
    memory.count = 0;
    *limit = (limits){1000, 1024};
    *is_live = false;
    callers.is_asked = false;
    looks_for_zeros = false;
    for (char *line; (line = await_line()) != NULL;) {
        char *name = word_of(&line);
        if (name == NULL || strcmp(name, "program") == 0) {
            continue;
        }
        if (strcmp(name, "init") == 0) {
            return true;
        }
        if (strcmp(name, "limit") == 0) {
            limit->milliseconds = number_of(&line);
            limit->mebibytes = number_of(&line);
        } else if (strcmp(name, "config") == 0) {
            memory.higher_half = number_of(&line);
            memory.bitmap_end = number_of(&line);
        } else if (strcmp(name, "map") == 0) {
            add_descriptor(line);
        } else if (strcmp(name, "callers") == 0) {
            callers.is_asked = true;
            callers.seed = number_of(&line);
            callers.runs = number_of(&line);
        } else if (strcmp(name, "zeroed") == 0) {
            looks_for_zeros = true;
        } else if (strcmp(name, "live") == 0) {
            *is_live = true;
        } else if (strcmp(name, "break") == 0) {
            breaks_at_init = true;
        } else {
            stop("a request with a line that this harness does not know");
        }
    }
    return false;
}

/* Moves the rest of the input to the front once half the buffer has been read, so that each byte moves at most once. */
static void drop_read_input(void) {
    size_t left = input.length - input.at;
    if (left > 0 && input.at < input.capacity / 2) {
        return;
    }
    memmove(input.text, input.text + input.at, left);
    input.length = left;
    input.at = 0;
}

static void skip_program(void) {
    for (char *line; (line = next_line()) != NULL;) {
        if (strcmp(line, "end") == 0) {
            break;
        }
    }
    drop_read_input();
}

/* Returns the names of the calls that the target has, each after a space. */
static const char *names_of_calls(void) {
    static char names[256];
    for (size_t i = 1; i < sizeof CALLS / sizeof *CALLS; i++) {
        void *function;
        memcpy(&function, (const char *)target + CALLS[i].offset, sizeof function);
        if (function != NULL) {
            snprintf(names + strlen(names), sizeof names - strlen(names), " %s", CALLS[i].name);
        }
    }
    /* Not a call: how runs are asked for. */
    return target->alloc_order != NULL || target->free_order != NULL ? strcat(names, " orders") : names;
}

int fp_serve(const fp_target *served) {
    target = served;
    if (target->init == NULL) {
        stop("a target without init");
    }
    /* Standard output is reserved for the protocol. */
    int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    setvbuf(stdout, NULL, _IOLBF, 0); /* what the target prints before it dies is seen */
    answers = mmap(NULL, sizeof *answers + ANSWER_LIMIT + EPILOGUE_LIMIT, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (out < 0 || answers == MAP_FAILED) {
        stop("no memory for answers");
    }
    make_pattern();
    data_at_start = data_bytes();
    if (__asan_set_error_report_callback != NULL) {
        __asan_set_error_report_callback(note_finding);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t ended;
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ended, NULL);
    char *hello = await_line();
    if (hello == NULL || strcmp(hello, "frameproof 1") != 0) {
        fprintf(stderr, "this is a target of frameproof: run npx frameproof check --target FILE\n");
        return 64;
    }
    char text[4096];
    int length = snprintf(text, sizeof text, "target 1\npaints\ncallers\ncalls%s\nprofile %s\nready\n", names_of_calls(),
                          target->profile == NULL ? "{}" : target->profile);
    put(out, text, length < (int)sizeof text ? (size_t)length : sizeof text - 1);
    limits limit;
    bool is_live;
    while (read_header(&limit, &is_live)) {
        if (!is_live && !await_end()) {
            break;
        }
        if (callers.is_asked) {
            serve_callers(limit, out);
        } else {
            serve_program(limit, is_live, out);
        }
        if (is_live) {
            drop_read_input();
        } else {
            skip_program();
        }
    }
    return 0;
}
