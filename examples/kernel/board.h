/* The board: QEMU's riscv64 virt machine. What a kernel needs of it here: a serial line, the memory, and a switch. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

void serial_put(char c);
/* Waits for a byte. Call serial_listen before. */
int serial_get(void);
void serial_listen(void);
_Noreturn void power_off(int is_failure);
/* Returns the number of instructions executed; exact where QEMU runs with -icount shift=0. */
uint64_t instructions(void);

/* A region of physical memory. */
typedef struct {
    uint64_t start;
    uint64_t bytes;
} region_t;

/* Returns the memory that the device tree lists first. */
region_t memory_of(const void *device_tree);
/* Returns where the device tree lies. */
region_t extent_of(const void *device_tree);

#endif
