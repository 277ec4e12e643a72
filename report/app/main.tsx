/** The application of reports: reads the data of the page and shows its sections. */
import { render } from 'preact';
import { decode, decodeProfile, Trace, WHOLE } from '../../spec/index.ts';
import { printable } from '../../spec/text/index.ts';
import { Report } from './report.tsx';

/** Every string of the data is shown as text that steers nothing, wherever it is shown. */
function inert(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? printable(value) : value;
}

const text = document.getElementById('data')?.textContent ?? '';
const { sections } = JSON.parse(text, inert);
const root = document.getElementById('app');
if (root !== null)
  render(
    <Report
      sections={sections.map(
        (section: { trace: unknown; profile?: unknown; title: string; replay: string | null }) => ({
          ...section,
          trace: decode(Trace, section.trace, section.title),
          profile: section.profile === undefined ? WHOLE : decodeProfile(section.profile, section.title),
        }),
      )}
    />,
    root,
  );
