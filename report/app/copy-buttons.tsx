/** Buttons that copy what goes on from here: the command line of a replay, and the trace as a regression test. */
import { useState } from 'preact/hooks';
import { exportTrace } from '../../counterexamples/export/index.ts';
import { isSpecError } from '../../spec/index.ts';
import type { TraceSection } from '../data.ts';

/** Returns how a test beside the target imports it; null for our own. */
function moduleOf(target: string): string | null {
  if (target === 'frameproof') return null;
  return /^[./]/.test(target) ? target : `./${target}`;
}

function testOf({ trace }: TraceSection): string {
  const isModule = trace.target === 'frameproof' || /\.[cm]?[jt]s$/.test(trace.target);
  return exportTrace(trace, isModule ? 'vitest' : 'c', isModule ? moduleOf(trace.target) : null);
}

/** Copies a text; returns what to tell of it. */
async function copied(make: () => string): Promise<string> {
  try {
    const text = make();
    await navigator.clipboard.writeText(text);
    return `copied: ${text.split('\n')[0] ?? ''}`;
  } catch (error) {
    if (isSpecError(error)) return error.message;
    return 'this browser does not let a page of a file copy: use frameproof export';
  }
}

export function CopyButtons({ section }: { section: TraceSection }) {
  const { replay } = section;
  const [said, say] = useState('');
  const copy = (make: () => string) => () => {
    void copied(make).then(say);
  };
  return (
    <span class="copy">
      <span role="status">{said}</span>
      {replay !== null && (
        <button type="button" title={replay} onClick={copy(() => replay)}>
          {section.log === undefined ? 'Copy replay' : 'Copy command'}
        </button>
      )}
      {section.log === undefined && (
        <button type="button" onClick={copy(() => testOf(section))}>
          Copy test
        </button>
      )}
    </span>
  );
}
