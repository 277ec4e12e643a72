/** The door of counterexamples/log/program/: logs as programs, whole ones and their last entries. */
export { ProgramWriter, scenarioOfLog } from './log-program.ts';
export { LogWindow } from './log-window.ts';
