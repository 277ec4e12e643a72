/** The application of reports: reads the data of the page and shows its sections. */
import { render } from 'preact';
import { decode } from '../../spec/index.ts';
import { printable } from '../../spec/text/index.ts';
import { Sections } from '../data.ts';
import { Report } from './report.tsx';

/** Every string of the data is shown as text that steers nothing, wherever it is shown. */
function inert(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? printable(value) : value;
}

const text = document.getElementById('data')?.textContent ?? '';
const root = document.getElementById('app');
if (root !== null) render(<Report sections={decode(Sections, JSON.parse(text, inert), 'this page')} />, root);
