/** Users' files: neither ours nor of a package that is installed. */
import { fileURLToPath } from 'node:url';

/** The folder of our rooms: of a checkout, or `dist/` of the package. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROOMS = ['spec', 'model', 'impl', 'runner', 'counterexamples', 'properties', 'cli'];

/** Whether a path is that of a user's file. */
export function isUsersFile(path: string): boolean {
  return !path.includes('/node_modules/') && !ROOMS.some((room) => path.startsWith(`${ROOT}${room}/`));
}
