/** The playground: `check` and `explore` in the page, and what they find as a report has it. Nothing leaves the page. */
import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Report } from '../app/report.tsx';
import type { Section } from '../data.ts';
import type { Job, Told } from './job.ts';
import { linkedIn, linkTo, type Settings } from './link.ts';

const text = (id: string): string => document.getElementById(id)?.textContent ?? '';
const TARGETS: readonly string[] = JSON.parse(text('targets'));
const isMutant = (name: string): boolean => name !== 'frameproof' && !name.startsWith('examples/');
const GROUPS = [
  ['Allocators', TARGETS.filter((name) => !isMutant(name))],
  ['frameproof with a defect', TARGETS.filter(isMutant)],
] as const;
const WORKER = URL.createObjectURL(new Blob([text('worker')], { type: 'text/javascript' }));

const START: Settings = { target: TARGETS[0] ?? '', map: '', seed: 1, programs: 1000, stack: 2, bitmap: 3 };

interface Dropped {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly set: (value: number) => void;
}

function NumberField({ label, value, set }: NumberFieldProps) {
  return (
    <label>
      {label}
      <input
        type="number"
        min={0}
        value={value}
        onInput={(event) => set(event.currentTarget.valueAsNumber || 0)}
      />
    </label>
  );
}

/** The work under way, and how to end it. */
function useWorker(tell: (told: Told) => void) {
  const running = useRef<Worker | null>(null);
  const stop = (): void => {
    running.current?.terminate();
    running.current = null;
  };
  const start = (job: Job): void => {
    stop();
    const worker = new Worker(WORKER);
    worker.onmessage = ({ data }: MessageEvent<Told>) => {
      if (data.kind !== 'progress') stop();
      tell(data);
    };
    worker.onerror = ({ message }) => {
      stop();
      tell({ kind: 'failed', text: message });
    };
    running.current = worker;
    worker.postMessage(job);
  };
  return { start, stop };
}

function Playground() {
  const [settings, setSettings] = useState(START);
  const [wasm, setWasm] = useState<Dropped | null>(null);
  const [told, setTold] = useState<Told | null>(null);
  const [linkNote, setLinkNote] = useState('');
  const [sections, setSections] = useState<readonly Section[]>([]);
  const hear = (news: Told): void => {
    setTold(news);
    setLinkNote('');
    if (news.kind === 'done') setSections(news.sections);
  };
  const { start, stop } = useWorker(hear);
  const set = (change: Partial<Settings>): void => setSettings({ ...settings, ...change });

  useEffect(() => {
    const hash = location.hash.slice(1);
    if (hash === '') return;
    linkedIn(hash).then(
      ({ settings: linked, trace }) => {
        setSettings(linked);
        if (trace !== null)
          setSections([
            { kind: 'trace', title: trace.violation?.clause ?? 'a program', trace, replay: null },
          ]);
      },
      (error: Error) => setTold({ kind: 'failed', text: `the link cannot be read: ${error.message}` }),
    );
  }, []);

  const take = async (file: File | undefined): Promise<void> => {
    if (file !== undefined) setWasm({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  };
  const run = (command: Job['command']): void => {
    setSections([]);
    setTold({ kind: 'progress', text: 'starting' });
    start({ ...settings, command, target: wasm?.name ?? settings.target, wasm: wasm?.bytes ?? null });
  };
  const share = async (): Promise<void> => {
    const first = sections.find((section) => section.kind === 'trace');
    const trace = first?.kind === 'trace' ? first.trace : null;
    history.replaceState(null, '', `#${await linkTo({ settings, trace })}`);
    const isCopied = await navigator.clipboard?.writeText(location.href).then(
      () => true,
      () => false,
    );
    setLinkNote(isCopied === true ? 'link copied' : 'the link is in the address bar');
  };
  const isBusy = told?.kind === 'progress';

  return (
    <>
      {location.protocol === 'file:' ? null : (
        <nav class="empty">
          <a href="./">frameproof: what this is, and how to check your own allocator</a>
        </nav>
      )}
      {sections.length > 0 ? null : (
        <main class="empty">
          <h1>Playground</h1>
          <p>
            Choose an allocator, then check it on random programs, or explore every call sequence of a small
            world. What is found appears here: frameproof holds, examples/broken-limit.ts has a bug. Nothing
            leaves this page.
          </p>
        </main>
      )}
      <form
        class="playground"
        aria-label="What to run"
        onSubmit={(event) => event.preventDefault()}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void take(event.dataTransfer?.files[0]);
        }}
      >
        <div class="stacked">
          <label>
            Allocator
            <select
              value={wasm === null ? settings.target : ''}
              onChange={(event) => {
                setWasm(null);
                set({ target: event.currentTarget.value });
              }}
            >
              {wasm === null ? null : <option value="">{wasm.name}</option>}
              {GROUPS.map(([label, targets]) => (
                <optgroup key={label} label={label}>
                  {targets.map((name) => (
                    <option key={name}>{name}</option>
                  ))}
                </optgroup>
              ))}
            </select>
          </label>
          <label>
            Or WebAssembly (drop it here)
            <input
              type="file"
              accept=".wasm"
              onChange={(event) => void take(event.currentTarget.files?.[0])}
            />
          </label>
        </div>
        <label class="notation">
          Memory map, in any notation (empty: generated ones)
          <textarea value={settings.map} onInput={(event) => set({ map: event.currentTarget.value })} />
        </label>
        <div class="stacked">
          <fieldset>
            <legend>Check</legend>
            <NumberField label="Seed" value={settings.seed} set={(seed) => set({ seed })} />
            <NumberField label="Programs" value={settings.programs} set={(programs) => set({ programs })} />
            <button type="button" disabled={isBusy} onClick={() => run('check')}>
              Check
            </button>
          </fieldset>
          <fieldset>
            <legend>Explore, page frames</legend>
            <NumberField label="Stack zone" value={settings.stack} set={(stack) => set({ stack })} />
            <NumberField label="Bitmap zone" value={settings.bitmap} set={(bitmap) => set({ bitmap })} />
            <button type="button" disabled={isBusy} onClick={() => run('explore')}>
              Explore
            </button>
          </fieldset>
        </div>
        <div class="outcome">
          <output class="told" aria-live="polite">
            {told?.text}
          </output>
          <button
            type="button"
            disabled={!isBusy}
            onClick={() => {
              stop();
              setTold({ kind: 'failed', text: 'stopped' });
            }}
          >
            Stop
          </button>
          <span role="status">{linkNote}</span>
          <button type="button" onClick={() => void share()}>
            Link to this
          </button>
        </div>
      </form>
      {sections.length === 0 ? null : (
        <Report key={JSON.stringify(sections.map(({ title }) => title))} sections={sections} />
      )}
    </>
  );
}

const root = document.getElementById('app');
if (root !== null) render(<Playground />, root);
