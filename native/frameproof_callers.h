/*
 * Callers at the same time, a part of frameproof.c: each caller's program runs on a thread in the child. Each call
 * is stamped from one atomic counter when it is invoked and when it returns. The records lie in memory that server and child
 * share; so the server writes the answers, even of a child that died.
 *
 * Where callers pause is drawn from a seed: before calls, where the allocator calls fp_yield, and on x86-64 at instructions in the midst
 * of a call, which the thread single-steps to. A pause ends once others have made a few calls, or after a millisecond.
 *
 * A page frame that a call hands out is painted, and looked at before it is freed, or at the end: nobody else may have written there.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <ucontext.h>

/* A C library of which threads are a separate part is linked with -pthread, or serves one caller only. */
#pragma weak pthread_create
#pragma weak pthread_join

#define MAX_CALLERS 64
#define MAX_CALLS ((size_t)1 << 20)
#define MAX_ENTRIES ((size_t)1 << 22)
#define TEXT_BYTES 96
/* A caller pauses for this long at most: whoever it waits for may wait for its lock. */
#define PAUSE_NS 1000000
#define TRAP_FLAG 0x100

typedef enum { OPEN, SKIPPED, PAGES, BATCH, AMOUNT, DONE, REFUSED, FAILED, PANICKED } outcome;

typedef struct {
    _Atomic uint64_t invoked, returned; /* 0: not yet */
    outcome ended;
    bool has_strayed;
    int error;
    void *page;
    void **list;
    uint64_t pages; /* or the amount */
    uint64_t frame;
    fp_owner owner;
    bool is_refused;
    _Atomic uint64_t spoilt; /* a page frame that it handed out and others wrote to, plus 1; 0 for none */
    char warned[TEXT_BYTES], said[TEXT_BYTES];
} record;

/*
 * The order of counters. ThreadSanitizer takes ordered ones for synchronisation of the callers that count, and sees no race between calls that do
 * not overlap. There they order nothing.
 */
#ifdef __SANITIZE_THREAD__
#define COUNTS memory_order_relaxed
#elif defined __has_feature
#if __has_feature(thread_sanitizer)
#define COUNTS memory_order_relaxed
#endif
#endif
#ifndef COUNTS
#define COUNTS memory_order_seq_cst
#endif

/* In shared memory. */
static struct {
    _Atomic uint64_t clock, returned;
    _Atomic size_t present, done, paused, used;
    unsigned char *base;
    size_t calls;
    record records[MAX_CALLS];
    void *entries[MAX_ENTRIES];
} *shared;

typedef struct {
    pthread_t thread;
    size_t from, to; /* its lines */
    uint64_t draws;
    uint64_t mask;    /* pauses at one of mask + 1 places */
    size_t stepped;   /* the call in whose midst it pauses */
    result *results;
    size_t result_count;
    record *now;
    jmp_buf panicked;
} caller;

static struct {
    bool is_asked;
    uint64_t seed, runs;
    size_t count, before, after, lines;
    char **texts;
    caller all[MAX_CALLERS];
} callers;

static _Thread_local caller *self;
/* Instructions up to the pause; 0 while it does not step. */
static _Thread_local volatile long steps;

static uint64_t draw(caller *by) {
    by->draws ^= by->draws << 13;
    by->draws ^= by->draws >> 7;
    by->draws ^= by->draws << 17;
    return by->draws >> 11;
}

/* Waits until others have returned from a few calls, or none is left that makes any. */
static void pause_for(uint64_t calls) {
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    uint64_t until = atomic_load_explicit(&shared->returned, COUNTS) + calls;
    atomic_fetch_add_explicit(&shared->paused, 1, COUNTS);
    do {
        sched_yield();
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (atomic_load_explicit(&shared->returned, COUNTS) < until &&
             atomic_load_explicit(&shared->done, COUNTS) + atomic_load_explicit(&shared->paused, COUNTS) < callers.count &&
             (now.tv_sec - start.tv_sec) * 1000000000 + (now.tv_nsec - start.tv_nsec) < PAUSE_NS);
    atomic_fetch_sub_explicit(&shared->paused, 1, COUNTS);
}

void fp_yield(void) {
    if (self == NULL || steps > 0) {
        return;
    }
    uint64_t drawn = draw(self);
    int kept = errno;
    if ((drawn & self->mask) != 0) {
        return;
    }
    if ((drawn >> 8 & 1) != 0) {
        sched_yield();
    } else {
        pause_for(1 + (drawn >> 9 & 1));
    }
    errno = kept;
}

#ifdef __x86_64__
static void on_step(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)info;
    ucontext_t *interrupted = context;
    int kept = errno;
    if (steps > 1) {
        steps--;
        interrupted->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
    } else {
        interrupted->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
        if (steps == 1) {
            steps = 0;
            pause_for(3);
        }
    }
    errno = kept;
}

static void step_for(long instructions) {
    int kept = errno;
    steps = instructions;
    raise(SIGTRAP);
    errno = kept;
}
#endif

void __tsan_init(void) __attribute__((weak));

static void begin_stepping(caller *by) {
#ifdef __x86_64__
    if (__tsan_init == NULL && (size_t)(by->now - shared->records) == by->stepped) {
        step_for(1 + (long)(draw(by) % (UINT64_C(16) << draw(by) % 6)));
    }
#else
    (void)by;
#endif
}

static void end_stepping(void) {
#ifdef __x86_64__
    if (steps > 0) {
        step_for(0);
    }
#endif
}

static bool keep_for_caller(const char *text, char *place) {
    if (self == NULL || self->now == NULL) {
        return false;
    }
    end_stepping();
    snprintf(place == NULL ? self->now->warned : place, TEXT_BYTES, "%s", text);
    return true;
}

static void *const UNTOUCHED = (void *)UINT64_C(0x5555000000000000);

static void **entries_for(uint64_t count) {
    size_t at = atomic_fetch_add_explicit(&shared->used, count + MARGIN, COUNTS);
    if (at + count + MARGIN > MAX_ENTRIES) {
        stop("batches of callers that are too large");
    }
    for (uint64_t i = 0; i < count + MARGIN; i++) {
        shared->entries[at + i] = UNTOUCHED;
    }
    return &shared->entries[at];
}

static bool have_changed(void **entries, uint64_t from, uint64_t count) {
    for (uint64_t i = from; i < count + MARGIN; i++) {
        if (entries[i] != UNTOUCHED) {
            return true;
        }
    }
    return false;
}

/* ---- Contents ------------------------------------------------------------------------------------------------------- */

/* Page frames from here on are not watched, and only the first few of a call: WHOLE_PAGES. */
#define MAX_WATCHED ((size_t)1 << 20)
/* The call that handed a page frame out, as a number from 1; 0 where nobody looks after what it holds. */
static _Atomic uint32_t grants[MAX_WATCHED];

static uint64_t seed_of_grant(uint64_t frame, uint32_t grant) {
    return seed_of(frame | (uint64_t)grant << 32);
}

static void note_spoilt(uint64_t frame, uint32_t grant) {
    shared->records[grant - 1].spoilt = frame + 1;
}

/* Paints a page frame that was handed out. One that somebody has, who has not begun to free it, is spoilt at once. */
static void watch(uint64_t frame, uint32_t grant) {
    if (frame >= MAX_WATCHED || !is_ram(frame)) {
        return;
    }
    paint_with(frame, seed_of_grant(frame, grant), true);
    if (atomic_exchange(&grants[frame], grant) != 0) {
        note_spoilt(frame, grant);
    }
}

/*
 * Looks at a page frame for the last time. Of several callers who free the same one, only the first may judge what it saw: the
 * allocator may own it as soon as another has begun.
 */
static void unwatch(uint64_t frame) {
    uint32_t grant = frame < MAX_WATCHED ? atomic_load(&grants[frame]) : 0;
    if (grant == 0) {
        return;
    }
    bool is_intact = has_paint(frame, seed_of_grant(frame, grant), true);
    if (atomic_compare_exchange_strong(&grants[frame], &grant, 0) && !is_intact) {
        note_spoilt(frame, grant);
    }
}

static void unwatch_all(void) {
    for (uint64_t frame = 0; frame < PAGES_OF(memory.end) && frame < MAX_WATCHED; frame++) {
        unwatch(frame);
    }
}

static void end_call(record *made, outcome ended, int error) {
    made->ended = ended;
    made->error = error;
}

/* Makes the next call the present one. */
static void enter(caller *by, record *made) {
    atomic_store(&made->invoked, atomic_fetch_add_explicit(&shared->clock, 1, COUNTS) + 1);
    by->now = made;
    begin_stepping(by);
    errno = CALLERS_ERRNO;
}

static void invoke(caller *by, record *made) {
    fp_yield();
    enter(by, made);
}

static void settle(caller *by, record *made, outcome ended) {
    int error = errno;
    end_stepping();
    end_call(made, ended, error);
    by->now = NULL;
    atomic_store(&made->returned, atomic_fetch_add_explicit(&shared->clock, 1, COUNTS) + 1);
    atomic_fetch_add_explicit(&shared->returned, 1, COUNTS);
}

static void hand_out(caller *by, record *made, result handed) {
    bool is_granted = made->ended == PAGES || made->ended == BATCH;
    by->results[by->result_count++] = is_granted ? handed : (result){0};
    for (uint64_t i = 0; is_granted && i < handed.pages && i < WHOLE_PAGES; i++) {
        uint64_t frame = handed.list == NULL ? PAGES_OF(handed.first - memory.higher_half) + i : frame_of(handed.list[i]);
        watch(frame, (uint32_t)(made - shared->records) + 1);
    }
}

/* The calls that name page frames and hand out none. */
typedef enum { FREE, FREE_PAGES, FREE_REGION, RETAIN, RELEASE, ADD_REGION, REMOVE_REGION, NO_CALL } naming;

static naming naming_of(const char *call) {
    static const char *const NAMES[] = {"free", "freePages", "freeRegion", "retain", "release", "addRegion", "removeRegion"};
    naming found = FREE;
    while (found < NO_CALL && strcmp(call, NAMES[found]) != 0) {
        found++;
    }
    return found;
}

static bool name_pages(naming call, void **pages, uint64_t count) {
    switch (call) {
    case FREE: return target->free(pages[0]);
    case FREE_PAGES: return target->free_pages(pages, count);
    case FREE_REGION: return target->free_order != NULL ? target->free_order(pages[0], order_of(count)) : target->free_region(pages[0], count);
    case RETAIN: return target->retain(pages[0]);
    case RELEASE: return target->release(pages[0]);
    case ADD_REGION: return target->add_region(pages[0], count);
    default: return target->remove_region(pages[0], count);
    }
}

static void call_naming(caller *by, record *made, naming call, void **pages, uint64_t count) {
    fp_yield();
    bool is_given = call == FREE || call == FREE_PAGES || call == FREE_REGION || call == RELEASE;
    for (uint64_t i = 0; is_given && i < count && i < MAX_WATCHED; i++) {
        unwatch(call == FREE_REGION ? frame_of(pages[0]) + i : frame_of(pages[i]));
    }
    enter(by, made);
    bool is_done = name_pages(call, pages, count);
    settle(by, made, is_done ? DONE : call == RETAIN || call == REMOVE_REGION ? FAILED : REFUSED);
}

/* Makes a call that names what the rest of a line says. Returns false where it was not handed out. */
static bool make_naming(caller *by, record *made, naming call, char *line) {
    bool is_region = call == FREE_REGION || call == ADD_REGION || call == REMOVE_REGION;
    void **pages = entries_for(strlen(line) / 2);
    uint64_t count = 0, address;
    for (char *word; (word = word_of(&line)) != NULL;) {
        if (is_region && count == 1) {
            call_naming(by, made, call, pages, strtoull(word, NULL, 0));
            return true;
        }
        if (!resolve_in(by->results, by->result_count, word, &address)) {
            return false;
        }
        pages[count++] = to_pointer(address);
    }
    call_naming(by, made, call, pages, count);
    return true;
}

static void call_batch(caller *by, record *made, uint64_t count) {
    made->list = entries_for(count < MAX_ENTRIES ? count : 0);
    invoke(by, made);
    uint64_t got = target->alloc_some != NULL ? target->alloc_some(made->list, count) : count;
    bool is_granted = target->alloc_some != NULL ? got > 0 || count == 0 : target->alloc_pages(made->list, count);
    settle(by, made, is_granted ? BATCH : FAILED);
    if (got > count) {
        stop("more page frames allocated in a batch than were asked for");
    }
    made->pages = got;
    made->has_strayed = have_changed(made->list, is_granted ? got : 0, count);
    hand_out(by, made, (result){.list = made->list, .pages = got});
}

static void call_amount(caller *by, record *made, uint64_t (*amount)(void)) {
    invoke(by, made);
    made->pages = amount();
    settle(by, made, AMOUNT);
}

static void call_run(caller *by, record *made, const char *call, char *line) {
    bool is_at = strcmp(call, "allocAt") == 0, is_within = strcmp(call, "allocWithin") == 0;
    uint64_t address = is_at ? number_of(&line) : 0, count = number_of(&line);
    uint64_t min_addr = is_within ? number_of(&line) : 0;
    uint64_t max_addr = is_at ? 0 : number_of(&line), alignment = is_at ? 0 : number_of(&line);
    uint64_t boundary = is_within ? number_of(&line) : 0;
    void *place = to_pointer(address);
    uint64_t order = target->alloc_order != NULL && !is_at && !is_within ? order_of(count) : 0;
    invoke(by, made);
    made->page = is_at                         ? target->alloc_at(place, count)
                 : is_within                   ? target->alloc_within(count, min_addr, max_addr, alignment, boundary)
                 : target->alloc_order != NULL ? target->alloc_order(order)
                                               : target->alloc_bitmap(count, max_addr, alignment);
    settle(by, made, made->page == NULL ? FAILED : PAGES);
    hand_out(by, made, (result){.first = to_address(made->page), .pages = count});
}

static void call_alloc(caller *by, record *made) {
    invoke(by, made);
    made->page = target->alloc();
    settle(by, made, made->page == NULL ? FAILED : PAGES);
    hand_out(by, made, (result){.first = to_address(made->page), .pages = 1});
}

static void make_call(caller *by, record *made, char *line) {
    if (function_of(line) == NULL) {
        stop("a request for a call that this target does not have");
    }
    char *call = word_of(&line);
    naming named = naming_of(call);
    if (strcmp(call, "alloc") == 0) {
        call_alloc(by, made);
    } else if (strcmp(call, "allocPages") == 0) {
        call_batch(by, made, number_of(&line));
    } else if (strncmp(call, "alloc", 5) == 0) {
        call_run(by, made, call, line);
    } else if (named != NO_CALL) {
        if (!make_naming(by, made, named, line)) {
            end_call(made, SKIPPED, 0);
        }
    } else {
        call_amount(by, made, call[0] == 't' ? target->total_amount : call[0] == 'f' ? target->free_amount : target->reserved_amount);
    }
}

static void make_calls(caller *by) {
    self = by;
    for (volatile size_t at = by->from; at < by->to; at++) {
        record *made = &shared->records[at];
        if (setjmp(by->panicked) == 0) {
            make_call(by, made, callers.texts[at]);
        } else {
            bool has_failed = can_fail(callers.texts[at]);
            errno = !made->is_refused ? errno : has_failed ? ENOMEM : CALLERS_ERRNO;
            settle(by, made, !made->is_refused ? PANICKED : has_failed ? FAILED : REFUSED);
            if (strncmp(callers.texts[at], "alloc", 5) == 0) {
                hand_out(by, made, (result){0});
            }
        }
    }
    self = NULL;
}

static void *work(void *given) {
    caller *by = given;
    atomic_fetch_add(&shared->present, 1);
    for (unsigned spins = 0; atomic_load(&shared->present) < callers.count; spins++) {
        if (spins > 1000) {
            sched_yield();
        }
    }
    make_calls(by);
    atomic_fetch_add_explicit(&shared->done, 1, COUNTS);
    return NULL;
}

static void panic_of_caller(uint64_t frame, fp_owner owner, const char *text) {
    if (keep_for_caller(text, self == NULL || self->now == NULL ? NULL : self->now->said)) {
        self->now->frame = frame;
        self->now->owner = owner;
        longjmp(self->panicked, 1);
    }
}

static void refuse_of_caller(void) {
    if (keep_for_caller("", self == NULL || self->now == NULL ? NULL : self->now->said)) {
        self->now->is_refused = true;
        longjmp(self->panicked, 1);
    }
}

/* Splits the program into the calls before, the calls of each caller, and the calls after. */
static void read_programs(void) {
    callers.texts = malloc(MAX_CALLS * sizeof *callers.texts);
    if (callers.texts == NULL) {
        stop("no memory for the programs of callers");
    }
    callers.count = callers.lines = 0;
    size_t *end = &callers.before;
    for (char *line; (line = next_line()) != NULL && strcmp(line, "end") != 0;) {
        bool is_after = strcmp(line, "alone") == 0;
        if (is_after || strcmp(line, "caller") == 0) {
            *end = callers.lines;
            end = is_after ? &callers.after : &callers.all[callers.count].to;
            if (!is_after && callers.count == MAX_CALLERS) {
                stop("more than 64 callers");
            }
            if (!is_after) {
                callers.all[callers.count++].from = callers.lines;
            }
        } else if (callers.lines < MAX_CALLS) {
            callers.texts[callers.lines++] = line;
        } else {
            stop("more calls than 2^20");
        }
    }
    *end = callers.lines;
    shared->calls = callers.lines;
}

static void prepare_caller(caller *by, uint64_t number, const caller *host) {
    by->draws = (callers.seed * 64 + number + 1) * UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < 4; i++) {
        draw(by);
    }
    size_t calls = by->to - by->from;
    /* The longer a program, the rarer are its pauses. */
    unsigned rarer = 0;
    while (calls >> 2 * rarer > 3) {
        rarer++;
    }
    by->mask = (UINT64_C(1) << (draw(by) % 6 + rarer)) - 1;
    by->stepped = by->from + (calls == 0 || draw(by) % 2 == 0 ? calls : draw(by) % calls);
    by->results = calloc(callers.before + calls + 1, sizeof *by->results);
    if (by->results == NULL) {
        stop("no memory for the results of callers");
    }
    by->result_count = host->result_count;
    if (host->result_count > 0) {
        memcpy(by->results, host->results, host->result_count * sizeof *by->results);
    }
}

/* Runs the program, in the child. */
static void run_callers(void) {
    if (pthread_create == NULL) {
        stop("this executable has no threads: link it with -pthread");
    }
    if (target->add_region != NULL) {
        open_frames(0, PAGES_OF(memory.end));
    }
#ifdef __x86_64__
    sigaction(SIGTRAP, &(struct sigaction){.sa_sigaction = on_step, .sa_flags = SA_SIGINFO}, NULL);
#endif
    static caller host;
    shared->base = memory.base;
    read_programs();
    host.to = callers.before;
    host.mask = UINT64_MAX;
    host.stepped = SIZE_MAX;
    host.draws = 1;
    host.results = calloc(callers.lines + 1, sizeof *host.results);
    make_calls(&host);
    for (size_t k = 0; k < callers.count; k++) {
        prepare_caller(&callers.all[k], k, &host);
    }
    for (size_t k = 1; k < callers.count; k++) {
        if (pthread_create(&callers.all[k].thread, NULL, work, &callers.all[k]) != 0) {
            stop("no thread for a caller");
        }
    }
    work(&callers.all[0]);
    for (size_t k = 1; k < callers.count; k++) {
        pthread_join(callers.all[k].thread, NULL);
    }
    host.from = callers.count == 0 ? callers.before : callers.all[callers.count - 1].to;
    host.to = callers.lines;
    make_calls(&host);
    unwatch_all();
    answers->is_finished = true;
    _exit(0);
}

/* Makes the memory ready for a run, in the server. */
static void clear_shared(void) {
    if (shared == NULL) {
        shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (shared == MAP_FAILED) {
            stop("no memory for the records of callers");
        }
    }
    memset(shared->records, 0, shared->calls * sizeof *shared->records);
    shared->clock = shared->returned = 0;
    shared->present = shared->done = shared->paused = shared->used = 0;
    shared->calls = 0;
}

static void say_record(const record *made) {
    static const char *const OUTCOMES[] = {
        [AMOUNT] = "amount", [DONE] = "done", [REFUSED] = "refused", [FAILED] = "failed", [PAGES] = "address", [BATCH] = "addresses"};
    if (made->warned[0] != '\0') {
        say("warn %s\n", made->warned);
    }
    if (made->has_strayed) {
        say("stray\n");
    }
    say("at %llu %llu\n", (unsigned long long)made->invoked, (unsigned long long)made->returned);
    if (made->ended == PANICKED) {
        say("says %s\npanic ", made->said);
        if (made->frame == FP_NO_FRAME) {
            say_text("-", 1);
        } else {
            say("%llu", (unsigned long long)made->frame);
        }
        say(" %s", OWNERS[made->owner]);
    } else {
        say_text(OUTCOMES[made->ended], strlen(OUTCOMES[made->ended]));
    }
    if (made->ended == PAGES) {
        say_hex(to_address(made->page));
    } else if (made->ended == AMOUNT) {
        say_decimal(made->pages);
    }
    for (uint64_t i = 0; made->ended == BATCH && i < made->pages; i++) {
        say_hex(to_address(made->list[i]));
    }
    last_errno = made->error;
    say_errno();
    say_text(" ? ? ?\n", 7);
    if (made->spoilt != 0) {
        say("wrote %llu\n", (unsigned long long)(made->spoilt - 1));
    }
}

/* Writes the answers of a run after that to init, in the server. */
static void say_records(void) {
    memory.base = shared->base;
    for (size_t i = 0; i < shared->calls; i++) {
        const record *made = &shared->records[i];
        if (made->ended == SKIPPED) {
            say_text("skip\n", 5);
        } else if (made->returned != 0) {
            say_record(made);
        } else {
            say("open %llu\n", (unsigned long long)made->invoked);
        }
    }
    answers->committed = written;
}
