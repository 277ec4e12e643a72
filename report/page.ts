/**
 * The page: one file of HTML with the application, its styles and the data. The application is built once, with the package
 * (`report.bundle.ts`); a report puts its data where the application reads it. Nothing is loaded from anywhere else, which the
 * page's content security policy states.
 */
import { existsSync, readFileSync } from 'node:fs';
import { printable } from '../spec/text/index.ts';
import { type Section, Sections } from './data.ts';

/** The place of the data in the built page. */
export const DATA_MARK = '"data of the report"';

/** Where the built page lies from here: in the package (dist/report/page.js), and in a checkout (report/page.ts). */
const BUILT = ['./page.html', '../dist/report/page.html'];

function builtPage(): string {
  const found = BUILT.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (found === undefined) throw new Error('the application of reports is not built: npm run build');
  return readFileSync(found, 'utf8');
}

/** Returns JSON that is only data inside an element of HTML: no tag ends in it, and no character steers how it is read. */
function inertJson(data: unknown): string {
  return printable(JSON.stringify(data)).replaceAll('<', '\\u003c');
}

/**
 * Returns the page that shows these sections, one at a time. It is the text of a whole file. O(text).
 *
 * @public
 */
export function reportPage(sections: readonly Section[]): string {
  return builtPage().replace(DATA_MARK, () => inertJson(Sections.encode(sections)));
}
