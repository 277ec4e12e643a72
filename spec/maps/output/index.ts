/** MEMORY MAPS WRITTEN AND COMPARED: a door apart from the readers, loaded where a map is written or two are compared. */

/** The differences between two maps. */
export { type Difference, differencesOf } from './difference.ts';
/** The forms that a map can be written in. */
export { FORMS, type Form, type WrittenMap, writtenAs } from './form.ts';
