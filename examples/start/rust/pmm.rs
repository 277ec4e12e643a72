//! Hands out page frames, one at a time.

pub const PAGE_SIZE: u64 = 4096;

struct Region {
    /// Physical address.
    start: u64,
    pages: u64,
}

/// A page frame that was freed: the link lies in the page.
struct Freed {
    next: *mut Freed,
}

pub struct Pmm {
    /// Virtual address of physical address 0.
    base: *mut u8,
    /// Regions of the memory map from whose end no page frame was taken yet.
    regions: Vec<Region>,
    freed: *mut Freed,
    free_amount: u64,
}

impl Pmm {
    /// Takes no memory yet. `base` is the virtual address of physical address 0.
    pub const fn new(base: *mut u8) -> Pmm {
        Pmm { base, regions: Vec::new(), freed: std::ptr::null_mut(), free_amount: 0 }
    }

    /// Adds free memory: `pages` page frames from the physical address `start` on.
    ///
    /// # Safety
    /// The memory is mapped, and nobody else uses it.
    pub unsafe fn add(&mut self, start: u64, pages: u64) {
        if pages > 0 {
            self.regions.push(Region { start, pages });
            self.free_amount += pages;
        }
    }

    /// Returns the virtual address of a page, or `None` if none is free. O(1).
    pub fn alloc(&mut self) -> Option<*mut u8> {
        if !self.freed.is_null() {
            let page = self.freed;
            self.freed = unsafe { (*page).next };
            self.free_amount -= 1;
            return Some(page.cast());
        }
        let last = self.regions.last_mut()?;
        last.pages -= 1;
        let address = last.start + last.pages * PAGE_SIZE;
        if last.pages == 0 {
            self.regions.pop();
        }
        self.free_amount -= 1;
        Some(unsafe { self.base.add(address as usize) })
    }

    /// Takes back the page of an address: one that `alloc` returned, or that was in use before. O(1).
    ///
    /// # Safety
    /// Nobody uses the page any more.
    pub unsafe fn free(&mut self, address: *mut u8) {
        let page = (address as usize & !(PAGE_SIZE as usize - 1)) as *mut Freed;
        page.write(Freed { next: self.freed });
        self.freed = page;
        self.free_amount += 1;
    }

    /// Number of free page frames.
    pub fn free_amount(&self) -> u64 {
        self.free_amount
    }
}
