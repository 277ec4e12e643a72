# make -f frameproof.mk test: builds the target, and ends with an error where the allocator violates the specification.
# A fixed seed gives the same verdict each time; without --seed, every run tries other programs.
.PHONY: test
test: pmm-target
	npx frameproof check --seed 1

pmm-target: pmm_target.rs pmm.rs
	rustc -g -O --edition 2021 --crate-type staticlib -o libpmm_target.a pmm_target.rs
	npx frameproof build libpmm_target.a -o pmm-target
