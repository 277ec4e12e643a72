/** WHAT PEOPLE LOOK AT: a run, a counterexample or a map as one page of HTML that needs no network. */

export { CheckedRun, PrintedResult, type ResultSection, type Section, VerifiedSides } from './data.ts';
export { graphSections } from './graph-section.ts';
export { reportPage } from './page.ts';
export { resultSection } from './result-section.ts';
export { shrinkingSections } from './shrinking-section.ts';
