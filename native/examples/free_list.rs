//! free_list.c in Rust without `std`, as in a kernel: the same functions, which free_list_target.c calls. Built with `-C panic=abort -C lto`:
//! else the linker asks for the unwinding of `core`.
#![no_std]

use core::panic::PanicInfo;
use core::ptr::null_mut;

const PAGE: u64 = 4096;

pub struct Page {
    next: *mut Page,
}

static mut HEAD: *mut Page = null_mut();
static mut AVAILABLE: u64 = 0;

extern "C" {
    /// The kernel's: does not return.
    fn kernel_panic(why: *const u8) -> !;
}

#[panic_handler]
fn panicked(_: &PanicInfo) -> ! {
    unsafe { kernel_panic(b"panicked\0".as_ptr()) }
}

/// # Safety
/// The page is one that was handed out, or in use before.
#[no_mangle]
pub unsafe extern "C" fn pmm_free(page: *mut Page) {
    assert!(page as u64 % PAGE == 0, "not a page");
    (*page).next = HEAD;
    HEAD = page;
    AVAILABLE += 1;
}

/// # Safety
/// Nobody calls at the same time.
#[no_mangle]
pub unsafe extern "C" fn pmm_alloc() -> *mut Page {
    let page = HEAD;
    if !page.is_null() {
        HEAD = (*page).next;
        AVAILABLE -= 1;
    }
    page
}

/// Hands over the pages from physical address `start` up to `end`. `map` is where physical address 0 is mapped.
///
/// # Safety
/// The memory is mapped, and nobody else uses it.
#[no_mangle]
pub unsafe extern "C" fn pmm_add(start: u64, end: u64, map: usize) {
    let mut page = start.max(PAGE);
    while page < end {
        pmm_free((map + page as usize) as *mut Page);
        page += PAGE;
    }
}

#[no_mangle]
pub unsafe extern "C" fn pmm_free_pages() -> u64 {
    AVAILABLE
}

/// Calls `visit` with the link of each free page: nothing else in them counts.
///
/// # Safety
/// Nobody calls at the same time.
#[no_mangle]
pub unsafe extern "C" fn pmm_each_link(visit: extern "C" fn(*const Page, usize)) {
    let mut page = HEAD;
    while !page.is_null() {
        visit(page, core::mem::size_of::<Page>());
        page = (*page).next;
    }
}
