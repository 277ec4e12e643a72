/** Who watches over a process in which code of a target runs. */
export { KEEPER, keepProcessAlive } from './keep-alive.ts';
export { activeTimers, SHARED, timersEnd, type Watch, watchProcess } from './watch-process.ts';
