/** Names of mutants where a target is named: `mutant:` and the mutant's own. In a file that loads no mutant. */
export const MUTANT_PREFIX = 'mutant:';
