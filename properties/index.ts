/**
 * HOW WE LOOK: campaigns of random programs, and the parts that programs are drawn from. Exhaustive search, concurrent runs,
 * comparisons, recorded runs and the suite for vitest have doors of their own: `frameproof/explore`, `/concurrent`, `/verify`,
 * `/log`, `/vitest`.
 */
export * from './random/index.ts';
export * from './random/scale/index.ts';
