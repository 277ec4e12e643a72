// Pmm: hands out page frames, one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

class Pmm {
  public:
    static constexpr std::uint64_t page_size = 4096;

    // Takes no memory yet. `base` is the virtual address of physical address 0.
    explicit Pmm(std::byte *base) : base_(base) {}

    // Adds free memory: `pages` page frames from the physical address `start` on.
    void add(std::uint64_t start, std::uint64_t pages);

    // Returns the virtual address of a page, or nullptr if none is free. O(1).
    void *alloc();

    // Takes back the page of an address: one that alloc returned, or that was in use before. O(1).
    void free(void *address);

    // Number of free page frames.
    std::uint64_t free_amount() const { return free_amount_; }

  private:
    struct Region {
        std::uint64_t start; // physical address
        std::uint64_t pages;
    };
    struct Freed {
        Freed *next;
    };

    std::byte *base_;
    // Regions of the memory map from whose end no page frame was taken yet.
    std::vector<Region> regions_;
    // Page frames that were freed: the links lie in the pages.
    Freed *freed_ = nullptr;
    std::uint64_t free_amount_ = 0;
};
