/** The door of properties/random/relay/: programs for targets that take whole programs. */
export { dryRunPrograms, type WorldProgram } from './dry-run-programs.ts';
