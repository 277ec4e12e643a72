/** HOW PEOPLE USE IT: the command line. */
export { main } from './main.ts';
