/** The door of counterexamples/log/ftrace/: the page events of Linux as a log. */
export { FtraceDecoder } from './ftrace.ts';
