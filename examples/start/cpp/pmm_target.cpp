// Pmm as a target of frameproof: gives the allocator the memory of a program, and each of its calls the name that frameproof knows.
// A call that your allocator does not have is left out here and in the profile.
#include "frameproof.h"
#include "pmm.hpp"

#include <cerrno>
#include <optional>

namespace {

std::optional<Pmm> pmm;

bool init(const fp_memory *memory) {
    pmm.emplace(reinterpret_cast<std::byte *>(memory->base));
    for (std::size_t d = 0; d < memory->count; d++)
        if (memory->descriptors[d].kind == FP_FREE)
            pmm->add(memory->descriptors[d].start, memory->descriptors[d].pages);
    return true;
}

void *alloc() {
    void *page = pmm->alloc();
    if (page == nullptr)
        errno = ENOMEM;
    return page;
}

bool free_page(void *page) {
    pmm->free(page);
    return true;
}

// The claims: one zone, a failure sets errno, and a bad free is not tried.
constexpr char profile[] = R"({"calls": ["alloc", "free", "freeAmount"], "zones": 1,)"
                           R"( "failures": ["errno"], "misuse": "undefined"})";

} // namespace

int main() {
    fp_target target = {};
    target.profile = profile;
    target.init = init;
    target.alloc = alloc;
    target.free = free_page;
    target.free_amount = [] { return pmm->free_amount(); };
    return fp_serve(&target);
}
