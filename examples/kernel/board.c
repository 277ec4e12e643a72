/*
 * The board, see board.h. Numbers are of QEMU's virt machine: a 16550 at 0x10000000, and a device at 0x100000 that ends the run.
 *
 * Source: https://www.qemu.org/docs/master/system/riscv/virt.html; the device tree's format is of https://www.devicetree.org.
 */
#include "board.h"

#include <stddef.h>

static volatile uint8_t *const uart = (volatile uint8_t *)0x10000000;
/* The interrupt controller: the priority of the UART's interrupt, the mask of hart 0, and where interrupts are taken and done with. */
static volatile uint32_t *const uart_priority = (volatile uint32_t *)(0x0c000000 + 4 * 10);
static volatile uint32_t *const enabled = (volatile uint32_t *)0x0c002000;
static volatile uint32_t *const claim = (volatile uint32_t *)0x0c200004;
static volatile uint32_t *const finisher = (volatile uint32_t *)0x100000;

enum { DATA = 0, INTERRUPTS = 1, FIFO = 2, LINE_STATUS = 5, CAN_READ = 1, CAN_WRITE = 0x20, PASS = 0x5555, FAIL = 0x13333 };

void kernel_main(const void *device_tree);

/* Sets up a stack, clears static data, and calls kernel_main with the device tree, whose address is in a1. */
__attribute__((naked, section(".text.start"))) void start(void) {
    __asm__("la sp, stack_end\n"
            "la t0, bss_start\n"
            "la t1, bss_end\n"
            "1: bgeu t0, t1, 2f\n"
            "sd zero, 0(t0)\n"
            "addi t0, t0, 8\n"
            "j 1b\n"
            "2: la t0, trap\n"
            "csrw mtvec, t0\n"
            "mv a0, a1\n"
            "call kernel_main\n");
}

/* A fault of the kernel. */
__attribute__((aligned(4), used)) static void trap(void) {
    for (const char *text = "\ntrap\n"; *text != '\0'; text++)
        serial_put(*text);
    power_off(1);
}

void serial_put(char c) {
    while (!(uart[LINE_STATUS] & CAN_WRITE)) {
    }
    uart[DATA] = (uint8_t)c;
}

void serial_listen(void) {
    uart[FIFO] = 1;
    uart[INTERRUPTS] = CAN_READ;
    *uart_priority = 1;
    *enabled = 1 << 10;
    /* An interrupt ends a wfi, and is not taken. */
    __asm__ volatile("csrw mie, %0" ::"r"(1 << 11));
}

int serial_get(void) {
    while (!(uart[LINE_STATUS] & CAN_READ)) {
        __asm__ volatile("wfi");
        *claim = *claim;
    }
    return uart[DATA];
}

uint64_t instructions(void) {
    uint64_t count;
    __asm__ volatile("csrr %0, minstret" : "=r"(count));
    return count;
}

_Noreturn void power_off(int is_failure) {
    *finisher = is_failure ? FAIL : PASS;
    for (;;) {
    }
}

/* ---- The device tree: big-endian words; of its structure, only what leads to the memory ------------------------------- */

enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4 };

static uint32_t word(const void *at) {
    const uint8_t *bytes = at;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint64_t long_word(const void *at) {
    return (uint64_t)word(at) << 32 | word((const uint8_t *)at + 4);
}

static int begins(const char *text, const char *with) {
    while (*with != '\0')
        if (*text++ != *with++)
            return 0;
    return 1;
}

region_t extent_of(const void *device_tree) {
    return (region_t){(uintptr_t)device_tree, word((const uint8_t *)device_tree + 4)};
}

region_t memory_of(const void *device_tree) {
    const uint8_t *tree = device_tree;
    const uint8_t *at = tree + word(tree + 8);
    const char *names = (const char *)tree + word(tree + 12);
    int is_memory = 0;
    for (;;) {
        uint32_t token = word(at);
        at += 4;
        if (token == BEGIN_NODE) {
            is_memory = begins((const char *)at, "memory@");
            while (*at != 0)
                at++;
            at = (const uint8_t *)(((uintptr_t)at + 4) & ~(uintptr_t)3);
        } else if (token == PROPERTY) {
            uint32_t length = word(at);
            const char *name = names + word(at + 4);
            if (is_memory && begins(name, "reg") && name[3] == '\0')
                return (region_t){long_word(at + 8), long_word(at + 16)};
            at += 8 + ((length + 3) & ~3u);
        } else if (token != END_NODE && token != NOP) {
            return (region_t){0, 0};
        }
    }
}

/* ---- What compilers call ---------------------------------------------------------------------------------------------- */

int fp_errno;

void *memset(void *to, int byte, size_t size) {
    for (size_t i = 0; i < size; i++)
        ((volatile uint8_t *)to)[i] = (uint8_t)byte;
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    for (size_t i = 0; i < size; i++)
        ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    return to;
}
