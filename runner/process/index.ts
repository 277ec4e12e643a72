/** The door of runner/process/. Loaded on demand: most runs have no process. */
export { readAnswer } from './answer.ts';
export { CallersProcess, type CallersRun, type MadeCall } from './callers-process.ts';
export { GREETING } from './channel-messages.ts';
export { loadCallers, loadConsole, loadExecutable, loadModuleApart } from './load-executable.ts';
export { RecordedSession } from './recorded-session.ts';
export { headerText, requestOf } from './request.ts';
