//! extents linked with the C harness, as a process or as WebAssembly: what frameproof.h declares, in Rust. See README.md for the lines
//! that build it.

#[allow(dead_code)]
#[path = "extents.rs"]
mod extents;

use extents::{Frames, Misuse, Owner};
use std::ptr::{addr_of_mut, null_mut};

const PAGE: u64 = 4096;
const ENOMEM: i32 = 12;

#[repr(C)]
struct Descriptor {
    kind: u32,
    efi_type: u32,
    start: u64,
    pages: u64,
}

#[repr(C)]
pub struct Memory {
    descriptors: *const Descriptor,
    count: usize,
    base: *mut u8,
    bitmap_end: u64,
}

#[repr(C)]
struct Target {
    profile: *const u8,
    init: extern "C" fn(&Memory) -> bool,
    alloc: extern "C" fn() -> *mut u8,
    alloc_pages: extern "C" fn(*mut *mut u8, u64) -> bool,
    alloc_bitmap: extern "C" fn(u64, u64, u64) -> *mut u8,
    free: extern "C" fn(*mut u8) -> bool,
    free_pages: extern "C" fn(*const *mut u8, u64) -> bool,
    free_region: extern "C" fn(*mut u8, u64) -> bool,
    amounts: [extern "C" fn() -> u64; 3],
    /// The optional functions, from `live` to `free_order`.
    optional: [Option<extern "C" fn()>; 10],
}

extern "C" {
    fn fp_serve(target: *const Target) -> i32;
    fn fp_warn(text: *const u8);
    fn fp_panic(frame: u64, owner: u32, text: *const u8) -> !;
    #[link_name = "__errno_location"]
    fn errno() -> *mut i32;
}

/// The heap of WebAssembly is the harness's, so that it is part of the state that a search saves.
#[cfg(target_family = "wasm")]
mod heap {
    use std::alloc::{GlobalAlloc, Layout};

    extern "C" {
        fn malloc(size: usize) -> *mut u8;
        fn free(block: *mut u8);
    }

    struct Heap;

    /// Blocks of malloc are aligned for any type.
    unsafe impl GlobalAlloc for Heap {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            malloc(layout.size())
        }

        unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
            free(block)
        }
    }

    #[global_allocator]
    static HEAP: Heap = Heap;
}

static mut FRAMES: Option<Frames> = None;
static mut BASE: usize = 0;

fn frames() -> &'static mut Frames {
    unsafe { (*addr_of_mut!(FRAMES)).as_mut().expect("init came first") }
}

fn pointer(frame: u128) -> *mut u8 {
    unsafe { (BASE + frame as usize * PAGE as usize) as *mut u8 }
}

fn granted<T>(found: Option<T>, warning: &'static [u8]) -> Option<T> {
    if found.is_none() {
        unsafe {
            fp_warn(warning.as_ptr());
            *errno() = ENOMEM;
        }
    }
    found
}

fn panic(blamed: Option<(u128, Owner)>) -> ! {
    let (frame, owner) = match blamed {
        None => (u64::MAX, 0),
        Some((frame, owner)) => (frame as u64, 1 + owner as u32),
    };
    unsafe { fp_panic(frame, owner, b"a page frame may not be freed\0".as_ptr()) }
}

/// Returns the page frame of an address, or None if it is below the higher half or beyond physical memory.
fn frame_of(address: usize) -> Option<u128> {
    let offset = address.checked_sub(unsafe { BASE })? as u64;
    (offset >> 52 == 0).then_some((offset / PAGE).into())
}

/// Frees regions: page frames from an address on. Nothing that has a destructor is alive when it panics.
fn release(regions: Vec<(usize, u64)>) -> bool {
    let named: Option<Vec<(u128, u128)>> = regions
        .iter()
        .map(|&(address, count)| if count == 0 { Some((0, 0)) } else { Some((frame_of(address)?, count.into())) })
        .collect();
    drop(regions);
    let blamed = match named {
        None => None,
        Some(list) => match frames().free(&list) {
            Ok(()) => return true,
            Err(Misuse { blamed, .. }) => blamed,
        },
    };
    panic(blamed)
}

extern "C" fn init(memory: &Memory) -> bool {
    let mut made = Frames::default();
    made.limit = (memory.bitmap_end / PAGE).into();
    for at in 0..memory.count {
        let Descriptor { kind, start, pages, .. } = unsafe { &*memory.descriptors.add(at) };
        let owner = match kind {
            0 => Owner::Free,
            1 => Owner::Boot,
            2 => Owner::Firmware,
            _ => continue,
        };
        let (first, count) = (u128::from(start / PAGE), u128::from(*pages));
        made.total += count;
        made.give(first, first + count, owner);
    }
    unsafe {
        FRAMES = Some(made);
        BASE = memory.base as usize;
    }
    true
}

extern "C" fn alloc() -> *mut u8 {
    granted(frames().alloc(), b"alloc: no page frame is free\0").map_or(null_mut(), pointer)
}

extern "C" fn alloc_pages(addresses: *mut *mut u8, count: u64) -> bool {
    let taken = granted(frames().alloc_pages(count.into()), b"allocPages: too few page frames are free\0");
    for (at, &frame) in taken.iter().flatten().enumerate() {
        unsafe { *addresses.add(at) = pointer(frame) };
    }
    taken.is_some()
}

extern "C" fn alloc_bitmap(count: u64, max_addr: u64, alignment: u64) -> *mut u8 {
    let found = frames().alloc_bitmap(count.into(), max_addr.into(), alignment.into());
    granted(found, b"allocBitmap: no such run is free\0").map_or(null_mut(), pointer)
}

extern "C" fn free(address: *mut u8) -> bool {
    free_region(address, 1)
}

extern "C" fn free_pages(addresses: *const *mut u8, count: u64) -> bool {
    let list = if count == 0 { &[] } else { unsafe { std::slice::from_raw_parts(addresses, count as usize) } };
    release(list.iter().map(|&address| (address as usize, 1)).collect())
}

extern "C" fn free_region(address: *mut u8, count: u64) -> bool {
    release(vec![(address as usize, count)])
}

extern "C" fn total_amount() -> u64 {
    frames().total as u64
}

extern "C" fn free_amount() -> u64 {
    frames().free as u64
}

extern "C" fn reserved_amount() -> u64 {
    total_amount() - free_amount()
}

/// # Safety
/// The arguments are not used.
#[no_mangle]
pub unsafe extern "C" fn main(_: i32, _: *const *const u8) -> i32 {
    let profile = b"{\"policies\": [\"first-fit\"], \"singlePages\": \"stack-zone-first\"}\0";
    let amounts = [total_amount as extern "C" fn() -> u64, free_amount, reserved_amount];
    let profile = profile.as_ptr();
    let optional = [None; 10];
    fp_serve(&Target { profile, init, alloc, alloc_pages, alloc_bitmap, free, free_pages, free_region, amounts, optional })
}
