/** A report: its sections, one at a time, and the theme. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Section } from '../data.ts';
import { Counterexample } from './counterexample.tsx';
import { Graph } from './graph.tsx';
import { History } from './history.tsx';
import { MapPicture } from './map.tsx';
import { Result } from './result.tsx';
import { Run } from './run.tsx';
import { Shrinking } from './shrinking.tsx';
import { Tree } from './tree.tsx';
import { Verification } from './verification.tsx';

function ThemeButton() {
  const [isDark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  const toggle = (): void => {
    document.documentElement.dataset.theme = isDark ? 'light' : 'dark';
    setDark(!isDark);
  };
  return (
    <button type="button" onClick={toggle}>
      {isDark ? 'Light' : 'Dark'}
    </button>
  );
}

/** The sections as tabs; nothing where there is only one. */
function Tabs({
  titles,
  shown,
  show,
}: {
  titles: readonly string[];
  shown: number;
  show: (n: number) => void;
}) {
  if (titles.length < 2) return null;
  return (
    <nav aria-label="Sections">
      {titles.map((title, n) => (
        <button type="button" key={n} aria-current={n === shown} onClick={() => show(n)}>
          {title}
        </button>
      ))}
    </nav>
  );
}

/** The pattern of what two sides say differently, for every picture of the page. */
function Hatching() {
  return (
    <svg class="spoken" aria-hidden="true">
      <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path class="hatching" d="M0 0v7" />
      </pattern>
    </svg>
  );
}

function Picture({ section }: { section: Section }) {
  switch (section.kind) {
    case 'trace':
      return <Counterexample section={section} />;
    case 'run':
      return <Run section={section} />;
    case 'map':
      return <MapPicture section={section} />;
    case 'graph':
      return <Graph section={section} />;
    case 'tree':
      return <Tree section={section} />;
    case 'history':
      return <History section={section} />;
    case 'shrinking':
      return <Shrinking section={section} />;
    case 'result':
      return <Result section={section} />;
    default:
      return <Verification section={section} />;
  }
}

export function Report({ sections }: { sections: readonly Section[] }): ComponentChildren {
  const [shown, show] = useState(0);
  const section = sections[shown];
  if (section === undefined) return <p>There is nothing to show: the command found no counterexample.</p>;
  return (
    <>
      <header class="bar">
        <span class="brand">frameproof</span>
        <Tabs titles={sections.map(({ title }) => title)} shown={shown} show={show} />
        <ThemeButton />
      </header>
      <Hatching />
      <Picture key={shown} section={section} />
    </>
  );
}
