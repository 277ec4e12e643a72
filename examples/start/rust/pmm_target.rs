//! `Pmm` as a target of frameproof: gives the allocator the memory of a program, and each of its calls the name that frameproof knows.
//! A call that your allocator does not have is left out of `main` and of the profile. The types are those of frameproof.h.

mod pmm;

use pmm::Pmm;
use std::os::raw::{c_char, c_int, c_void};
use std::ptr::{addr_of_mut, null_mut, NonNull};

#[repr(C)]
struct Descriptor {
    kind: u32,
    efi_type: u32,
    start: u64,
    pages: u64,
}

const FREE: u32 = 0;

#[repr(C)]
struct Memory {
    descriptors: *const Descriptor,
    count: usize,
    base: *mut u8,
    bitmap_end: u64,
}

type Amount = Option<extern "C" fn() -> u64>;

/// The calls that an allocator may have, in the order of frameproof.h.
#[repr(C)]
#[derive(Default)]
struct Target {
    profile: Option<NonNull<c_char>>,
    init: Option<extern "C" fn(&Memory) -> bool>,
    alloc: Option<extern "C" fn() -> *mut u8>,
    alloc_pages: Option<extern "C" fn(*mut *mut u8, u64) -> bool>,
    alloc_bitmap: Option<extern "C" fn(u64, u64, u64) -> *mut u8>,
    free: Option<extern "C" fn(*mut u8) -> bool>,
    free_pages: Option<extern "C" fn(*const *mut u8, u64) -> bool>,
    free_region: Option<extern "C" fn(*mut u8, u64) -> bool>,
    total_amount: Amount,
    free_amount: Amount,
    reserved_amount: Amount,
    live: Option<extern "C" fn()>,
    alloc_some: Option<extern "C" fn(*mut *mut u8, u64) -> u64>,
    retain: Option<extern "C" fn(*mut u8) -> bool>,
    release: Option<extern "C" fn(*mut u8) -> bool>,
    alloc_at: Option<extern "C" fn(*mut u8, u64) -> *mut u8>,
    alloc_within: Option<extern "C" fn(u64, u64, u64, u64, u64) -> *mut u8>,
    add_region: Option<extern "C" fn(*mut u8, u64) -> bool>,
    remove_region: Option<extern "C" fn(*mut u8, u64) -> bool>,
    alloc_order: Option<extern "C" fn(u64) -> *mut u8>,
    free_order: Option<extern "C" fn(*mut u8, u64) -> bool>,
}

extern "C" {
    fn fp_serve(target: *const Target) -> c_int;
    fn fp_abort(text: *const c_char) -> !;
    #[link_name = "__errno_location"]
    fn errno() -> *mut c_int;
}

const ENOMEM: c_int = 12;

static mut PMM: Pmm = Pmm::new(null_mut());

fn pmm() -> &'static mut Pmm {
    unsafe { &mut *addr_of_mut!(PMM) }
}

extern "C" fn init(memory: &Memory) -> bool {
    *pmm() = Pmm::new(memory.base);
    for given in unsafe { std::slice::from_raw_parts(memory.descriptors, memory.count) } {
        if given.kind == FREE {
            unsafe { pmm().add(given.start, given.pages) };
        }
    }
    true
}

extern "C" fn alloc() -> *mut u8 {
    pmm().alloc().unwrap_or_else(|| {
        unsafe { *errno() = ENOMEM };
        null_mut()
    })
}

extern "C" fn free(page: *mut u8) -> bool {
    unsafe { pmm().free(page) };
    true
}

extern "C" fn free_amount() -> u64 {
    pmm().free_amount()
}

/// The claims: one zone, a failure sets errno, and a bad free is not tried.
const PROFILE: &str = concat!(
    r#"{"calls": ["alloc", "free", "freeAmount"], "zones": 1,"#,
    r#" "failures": ["errno"], "misuse": "undefined"}"#,
    "\0"
);

#[no_mangle]
pub extern "C" fn main(_: c_int, _: *const *const c_void) -> c_int {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or(String::new(), |place| format!(" at {}:{}", place.file(), place.line()));
        unsafe { fp_abort(format!("panicked{place}\0").as_ptr().cast()) }
    }));
    let target = Target {
        profile: NonNull::new(PROFILE.as_ptr() as *mut c_char),
        init: Some(init),
        alloc: Some(alloc),
        free: Some(free),
        free_amount: Some(free_amount),
        ..Target::default()
    };
    unsafe { fp_serve(&target) }
}
