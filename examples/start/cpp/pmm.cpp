#include "pmm.hpp"

#include <new>

void Pmm::add(std::uint64_t start, std::uint64_t pages) {
    if (pages == 0)
        return;
    regions_.push_back({start, pages});
    free_amount_ += pages;
}

void *Pmm::alloc() {
    if (free_amount_ == 0)
        return nullptr;
    free_amount_--;
    if (freed_ != nullptr) {
        Freed *page = freed_;
        freed_ = page->next;
        return page;
    }
    Region &last = regions_.back();
    last.pages--;
    void *page = base_ + last.start + last.pages * page_size;
    if (last.pages == 0)
        regions_.pop_back();
    return page;
}

void Pmm::free(void *address) {
    void *page = reinterpret_cast<void *>(reinterpret_cast<std::uintptr_t>(address) & ~(page_size - 1));
    freed_ = new (page) Freed{freed_};
    free_amount_++;
}
