/** HOW PEOPLE USE IT: the command line. */
export { main } from './main.ts';
export { openBar, withBar } from './progress-bar.ts';
