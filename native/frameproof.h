/*
 * frameproof.h: turns a page-frame allocator written in C into a target of frameproof.
 *
 * Fill in an fp_target with the calls that your allocator has, and hand it to fp_serve from main. The harness does the
 * rest: it speaks the protocol (PROTOCOL.md), gives the allocator simulated physical memory, runs each program in a new process,
 * so that static state starts afresh, and checks the contents of page frames that callers own.
 *
 *     cc -O2 -o my-pmm my_target.c pmm.c frameproof.c
 *     npx frameproof check --target ./my-pmm
 *
 * Needs Linux and a C11 compiler; no library but libc. This header is C++ too.
 */
#ifndef FRAMEPROOF_H
#define FRAMEPROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define FP_NORETURN [[noreturn]]
#else
#define FP_NORETURN _Noreturn
#endif

#define FP_PAGE_SIZE 4096u

/* The kind of a region of memory. */
typedef enum {
    FP_FREE,     /* free once init is done */
    FP_BOOT,     /* RAM, handed over later by freeing it */
    FP_FIRMWARE, /* RAM, never handed over */
    FP_ABSENT,   /* not RAM */
} fp_kind;

/* `pages` page frames from the physical address `start` on, a multiple of FP_PAGE_SIZE. May be empty. */
typedef struct {
    fp_kind kind;
    unsigned efi_type; /* 0 to 15, as UEFI numbers them */
    uint64_t start;
    uint64_t pages;
} fp_descriptor;

/* The memory for init. Descriptors do not overlap; they may be unsorted and leave holes. Access to a hole is a SIGSEGV. */
typedef struct {
    const fp_descriptor *descriptors;
    size_t count;
    /* Virtual address of physical address 0: add a physical address to get a pointer for reading and writing. */
    unsigned char *base;
    /* Physical address at which the bitmap zone ends, a multiple of FP_PAGE_SIZE. */
    uint64_t bitmap_end;
} fp_memory;

/*
 * The calls. A call that the allocator does not have stays NULL, and is left out of the profile's "calls". Addresses are pointers
 * into the simulated memory; max_addr is a physical address, max_addr and alignment are in bytes. errno is the caller's before each
 * call, a number that no system has; afterwards it is part of the answer: ENOMEM after a failure, else as it was.
 */
typedef struct {
    /* The allocator's claims as one line of JSON, see README.md. NULL claims everything that the specification says. */
    const char *profile;
    /* Builds the manager. Returns false if it cannot manage such memory: then it is not judged there. */
    bool (*init)(const fp_memory *memory);
    /* Return NULL (or false) if nothing suitable is free. */
    void *(*alloc)(void);
    bool (*alloc_pages)(void **addresses, uint64_t count);
    void *(*alloc_bitmap)(uint64_t count, uint64_t max_addr, uint64_t alignment);
    /* Return false if the request is refused because it is a misuse. */
    bool (*free)(void *address);
    bool (*free_pages)(void **addresses, uint64_t count);
    bool (*free_region)(void *address, uint64_t count);
    /* Page frames. */
    uint64_t (*total_amount)(void);
    uint64_t (*free_amount)(void);
    uint64_t (*reserved_amount)(void);
    /*
     * Names, by fp_live, the bytes of free page frames that later answers depend on. NULL: all of them. A search of all states then does
     * not tell states apart by other bytes of free page frames, and checks that this is right. Used only as WebAssembly.
     */
    void (*live)(void);
    /* Instead of alloc_pages where the profile says "batches": "partial": returns how many page frames were allocated. */
    uint64_t (*alloc_some)(void **addresses, uint64_t count);
    /*
     * The rest is for allocators whose profile lists more calls. References: retain returns false if the page frame has the most
     * that there can be. Contents are checked best where there is a free_amount: it tells whether a reference was the last one.
     */
    bool (*retain)(void *address);
    bool (*release)(void *address);
    /* Allocates `count` page frames from an address on. Returns it, or NULL if not all of them are free. */
    void *(*alloc_at)(void *address, uint64_t count);
    /*
     * As alloc_bitmap; the run also starts at or above min_addr, a physical address, and crosses no multiple of boundary, in bytes. Both are
     * 0 where nothing is demanded.
     */
    void *(*alloc_within)(uint64_t count, uint64_t min_addr, uint64_t max_addr, uint64_t alignment, uint64_t boundary);
    /* Adds `count` page frames from an address on to memory. Returns false if that is refused because it is a misuse. */
    bool (*add_region)(void *address, uint64_t count);
    /* Takes `count` page frames from an address on out of memory. Returns false if not all of them are free. */
    bool (*remove_region)(void *address, uint64_t count);
    /* Instead of alloc_bitmap and free_region where the profile says "contiguous": "orders": blocks of 2^order page frames. */
    void *(*alloc_order)(uint64_t order); /* 64 at most: no memory is that large, and shifts by 64 wrap */
    bool (*free_order)(void *address, uint64_t order);
} fp_target;

/* Names live bytes. Call it in `live` only. */
void fp_live(const void *start, size_t bytes);

#if defined __wasm__ && defined __cplusplus
/* Without an operating system, main is a function like any other: this gives it the name that is looked for. */
int main(void);
#endif

/* Serves programs from standard input until it ends. Returns the exit code of the process. */
int fp_serve(const fp_target *target);

/* A serial line, and memory, for a harness inside a kernel (frameproof_kernel.c). */
typedef struct {
    /* Waits for a byte. */
    int (*get)(void);
    void (*put)(char byte);
    /* Memory that nobody else uses, aligned to a page. The first half is the physical memory that the allocator is given. */
    unsigned char *memory;
    uint64_t bytes;
    /* Powers off, or boots again. Does not return. */
    void (*halt)(void);
    /* Whether to halt after each program: `init` does not start afresh, since static state is left over. */
    bool halts_after_program;
} fp_serial;

/* Serves programs from a serial line for ever. It greets first: set the line up before. Whatever else
 * the kernel prints meanwhile must be whole lines. */
FP_NORETURN void fp_serve_serial(const fp_target *target, const fp_serial *serial);

/*
 * Names page frames that the manager keeps for itself for ever, such as its own tables: `pages` of them from the physical address
 * `start` on. Call it in init; they must be free memory. The profile says "keeps": "named". Whoever keeps the first page frames of
 * memory out of use names them too.
 */
void fp_keep(uint64_t start, uint64_t pages);

/*
 * A place where a caller may be made to wait, while others make their calls: `check --concurrent` draws where. Call it where your
 * lock is taken and released, and while it waits. Does nothing otherwise.
 */
void fp_yield(void);

/* Reports a warning. Call it in a call that fails. The text is one line and names the call. */
void fp_warn(const char *text);

/* Owners, for panics. */
typedef enum { FP_OWNER_NONE, FP_OWNER_ABSENT, FP_OWNER_FIRMWARE, FP_OWNER_BOOT, FP_OWNER_PMM, FP_OWNER_CALLER, FP_OWNER_KEPT } fp_owner;

#define FP_NO_FRAME UINT64_MAX

/*
 * Panics: the call was misused. Takes the page frame to blame and its owner as the manager sees it, or FP_NO_FRAME and
 * FP_OWNER_NONE. Does not return: it leaves the call by longjmp, and the program goes on with the next call. So release locks
 * before you call it, and change nothing.
 */
FP_NORETURN void fp_panic(uint64_t frame, fp_owner owner, const char *text);

/*
 * Leaves the call as one that did nothing: an allocation has failed, with ENOMEM, and a free was refused. For the panic of a kernel that
 * stops where memory is used up, or at misuse, and names no page frame: what must fail, or be refused, is checked then. Does not return, like
 * fp_panic.
 */
FP_NORETURN void fp_refuse(void);

/*
 * Ends the program as abort does, and the counterexample says why: for a check of your own that has failed, and as the end of a kernel's
 * panic that names no page frame. The text is one line, the same in each run: no pointers. A failed assert says its text by itself.
 */
FP_NORETURN void fp_abort(const char *text);

#ifdef __cplusplus
}
#endif

#endif
