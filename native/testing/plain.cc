/* A target in C++: hands out the highest free page of the last region, and takes none back. */
#include "frameproof.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace {

class Manager {
  public:
    explicit Manager(const fp_memory &memory) : base_(memory.base) {
        for (size_t d = 0; d < memory.count; d++) {
            const fp_descriptor &given = memory.descriptors[d];
            if (given.kind != FP_ABSENT) {
                total_ += given.pages;
            }
        }
        owned_ = static_cast<fp_descriptor *>(malloc((memory.count + 1) * sizeof *owned_));
        for (size_t d = 0; d < memory.count; d++) {
            if (memory.descriptors[d].kind == FP_FREE && memory.descriptors[d].pages > 0) {
                owned_[count_++] = memory.descriptors[d];
                free_ += memory.descriptors[d].pages;
            }
        }
    }

    void *take() {
        while (count_ > 0 && owned_[count_ - 1].pages == 0) {
            count_--;
        }
        if (count_ == 0) {
            errno = ENOMEM;
            return nullptr;
        }
        fp_descriptor &from = owned_[count_ - 1];
        free_--;
        return base_ + from.start + --from.pages * FP_PAGE_SIZE;
    }

    uint64_t total() const { return total_; }
    uint64_t available() const { return free_; }

  private:
    unsigned char *base_;
    fp_descriptor *owned_ = nullptr;
    size_t count_ = 0;
    uint64_t total_ = 0;
    uint64_t free_ = 0;
};

alignas(Manager) unsigned char place[sizeof(Manager)];
Manager *manager;

} // namespace

inline void *operator new(size_t, Manager **, unsigned char *at) {
    return at;
}

int main() {
    fp_target target = {};
    target.profile = "{\"calls\": [\"alloc\", \"totalAmount\", \"freeAmount\"], \"zones\": 1, \"failures\": [\"errno\"]}";
    target.init = [](const fp_memory *memory) {
        manager = new (&manager, place) Manager(*memory);
        return true;
    };
    target.alloc = [] { return manager->take(); };
    target.total_amount = [] { return manager->total(); };
    target.free_amount = [] { return manager->available(); };
    return fp_serve(&target);
}
