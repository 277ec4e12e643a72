/*
 * extent_tree: the free extents are a tree by address, and the node of each lies in its first page.
 *
 *                 ┌──────────┐
 *          ┌──────┤ 16, 4    ├──────┐            an extent from page 16 on, of 4 pages;
 *     ┌────┴───┐  │ of 32    │  ┌───┴────┐       the largest below it has 32
 *     │ 2, 8   │  └──────────┘  │ 40, 32 │
 *     └────────┘                └────────┘
 *
 * A treap: a node's priority is a hash of its address. Each node knows the largest extent below it, so the lowest run that fits is
 * found on one way down. What is freed is joined with its neighbours. A double free stops the kernel; it trusts its callers otherwise.
 */
#include <stddef.h>
#include <stdint.h>

#define PAGE ((uint64_t)4096)

struct extent {
    struct extent *left, *right;
    uint64_t pages, largest;
};

/* The kernel's: does not return. */
_Noreturn void kernel_panic(const char *why, const void *page);

static struct extent *root;
static uint64_t available;

static uintptr_t end_of(const struct extent *extent) {
    return (uintptr_t)extent + extent->pages * PAGE;
}

static uint64_t largest(const struct extent *tree) {
    return tree == NULL ? 0 : tree->largest;
}

static struct extent *counted(struct extent *tree) {
    uint64_t below = largest(tree->left) > largest(tree->right) ? largest(tree->left) : largest(tree->right);
    tree->largest = tree->pages > below ? tree->pages : below;
    return tree;
}

static uint64_t priority(const struct extent *extent) {
    return (uintptr_t)extent / PAGE * UINT64_C(0x9e3779b97f4a7c15);
}

/* All of `low` begins below all of `high`. */
static struct extent *joined(struct extent *low, struct extent *high) {
    if (low == NULL || high == NULL) {
        return low == NULL ? high : low;
    }
    if (priority(low) > priority(high)) {
        low->right = joined(low->right, high);
        return counted(low);
    }
    high->left = joined(low, high->left);
    return counted(high);
}

/* Parts a tree into the extents that begin below an address, and the others. */
static void part(struct extent *tree, uintptr_t address, struct extent **low, struct extent **high) {
    if (tree == NULL) {
        *low = *high = NULL;
    } else if ((uintptr_t)tree < address) {
        part(tree->right, address, &tree->right, high);
        *low = counted(tree);
    } else {
        part(tree->left, address, low, &tree->left);
        *high = counted(tree);
    }
}

static struct extent *made(uintptr_t address, uint64_t pages) {
    struct extent *extent = (struct extent *)address;
    *extent = (struct extent){.pages = pages, .largest = pages};
    return extent;
}

void pmm_free(void *address, uint64_t pages) {
    uintptr_t start = (uintptr_t)address & ~(uintptr_t)(PAGE - 1), end = start + pages * PAGE;
    struct extent *low, *high, *last, *first;
    if (pages == 0) {
        return;
    }
    part(root, start, &low, &high);
    for (last = low; last != NULL && last->right != NULL;) {
        last = last->right;
    }
    for (first = high; first != NULL && first->left != NULL;) {
        first = first->left;
    }
    if ((last != NULL && end_of(last) > start) || (first != NULL && (uintptr_t)first < end)) {
        root = joined(low, high);
        kernel_panic("double free", last != NULL && end_of(last) > start ? (void *)start : (void *)first);
    }
    available += pages;
    if (last != NULL && end_of(last) == start) {
        part(low, (uintptr_t)last, &low, &last);
        start = (uintptr_t)last;
    }
    if (first != NULL && (uintptr_t)first == end) {
        part(high, (uintptr_t)first + 1, &first, &high);
        end = end_of(first);
    }
    root = joined(joined(low, made(start, (end - start) / PAGE)), high);
}

void *pmm_alloc(uint64_t pages) {
    struct extent *found = root, *low, *high;
    if (pages == 0 || largest(root) < pages) {
        return NULL;
    }
    while (largest(found->left) >= pages || found->pages < pages) {
        found = largest(found->left) >= pages ? found->left : found->right;
    }
    part(root, (uintptr_t)found, &low, &high);
    part(high, (uintptr_t)found + 1, &found, &high);
    uint64_t rest = found->pages - pages;
    if (rest > 0) {
        high = joined(made((uintptr_t)found + pages * PAGE, rest), high);
    }
    root = joined(low, high);
    available -= pages;
    return found;
}

uint64_t pmm_free_pages(void) {
    return available;
}

static void visit_below(struct extent *tree, void (*visit)(const void *start, size_t bytes)) {
    if (tree != NULL) {
        visit(tree, sizeof *tree);
        visit_below(tree->left, visit);
        visit_below(tree->right, visit);
    }
}

/* Calls `visit` with each node: nothing else in free pages counts. */
void pmm_each_node(void (*visit)(const void *start, size_t bytes)) {
    visit_below(root, visit);
}
