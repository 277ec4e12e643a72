/** The manager without what shares it between threads and without what checks its state: all that a run of programs needs. */
export { createPmm } from '../pmm.ts';
