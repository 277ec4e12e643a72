# make -f frameproof.mk test: builds the target, and ends with an error where the allocator violates the specification.
# A fixed seed gives the same verdict each time; without --seed, every run tries other programs.
.PHONY: test
test: pmm-target
	npx frameproof check --seed 1

pmm-target: pmm_target.c pmm.c $(wildcard pmm.h)
	npx frameproof build pmm_target.c pmm.c -o pmm-target
