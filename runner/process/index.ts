/** The door of runner/process/. Loaded on demand: most runs have no process. */
export { readAnswer } from './answer.ts';
export { GREETING } from './channel-messages.ts';
export { loadConsole, loadExecutable, loadModuleApart } from './load-executable.ts';
export { RecordedSession } from './recorded-session.ts';
export { headerText, requestOf } from './request.ts';
