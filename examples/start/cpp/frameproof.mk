# make -f frameproof.mk test: builds the target, and ends with an error where the allocator violates the specification.
# A fixed seed gives the same verdict each time; without --seed, every run tries other programs.
.PHONY: test
test: pmm-target
	npx frameproof check --seed 1

pmm-target: pmm_target.cpp pmm.cpp $(wildcard pmm.h pmm.hpp)
	npx frameproof build pmm_target.cpp pmm.cpp -o pmm-target -- -std=c++20
