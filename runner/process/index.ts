/** The door of runner/process/. */
export { readAnswer, withCall } from './answer.ts';
export { RecordedSession } from './recorded-session.ts';
export type { Ticket } from './remote.ts';
export { headerText, requestOf } from './request.ts';
