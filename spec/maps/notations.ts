/**
 * All notations made of lines, the one that says most first: an EFI map tells boot services from free RAM; a firmware's
 * table names what is not RAM; what kernels made of it comes after, and lists of RAM alone come last.
 */
import type { Notation } from './notation.ts';
import {
  GRUB_LSEFIMMAP,
  LIMINE_MAP,
  LIMINE_SIZES,
  MULTIBOOT,
  UBOOT_BDINFO,
  UBOOT_EFIDEBUG,
  UBOOT_LMB,
} from './notations/boot-loaders.ts';
import {
  COREBOOT_BOOTMEM,
  ESXI_MBOOT,
  OPENCORE,
  SEABIOS_E820,
  UEFI_RS,
  UEFI_SHELL,
} from './notations/firmware.ts';
import { FREEBSD_CHUNKS, FREEBSD_EFI, FREEBSD_SMAP } from './notations/freebsd.ts';
import { HVMLOADER_E820, QEMU_MTREE, XEN_ARM, XEN_E820, XEN_EFI } from './notations/hypervisors.ts';
import { CHANGED_E820_TABLES, E820_TABLES, EFI_DMESG, EFI_DMESG_ARM } from './notations/linux-firmware.ts';
import {
  IOMEM,
  LSMEM,
  MEMBLOCK,
  MIPS_MEMORY,
  MIPS_USER_MEMORY,
  NODE_RANGES,
  PFN_RANGES,
} from './notations/linux-memory.ts';

export const NOTATIONS: readonly Notation[] = [
  EFI_DMESG,
  EFI_DMESG_ARM,
  XEN_EFI,
  FREEBSD_EFI,
  UEFI_SHELL,
  GRUB_LSEFIMMAP,
  UBOOT_EFIDEBUG,
  UEFI_RS,
  ESXI_MBOOT,
  OPENCORE,
  ...E820_TABLES,
  XEN_E820,
  SEABIOS_E820,
  HVMLOADER_E820,
  MULTIBOOT,
  FREEBSD_SMAP,
  LIMINE_MAP,
  LIMINE_SIZES,
  COREBOOT_BOOTMEM,
  ...CHANGED_E820_TABLES,
  MIPS_USER_MEMORY,
  MIPS_MEMORY,
  UBOOT_LMB,
  UBOOT_BDINFO,
  QEMU_MTREE,
  IOMEM,
  FREEBSD_CHUNKS,
  MEMBLOCK,
  NODE_RANGES,
  PFN_RANGES,
  XEN_ARM,
  LSMEM,
];
