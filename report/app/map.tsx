/** A memory map: the address space to scale, and compressed so that a page frame beside a TiB is seen; two maps one above the other. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { bitmapLimit, counted, grouped, type MemoryMap, ownerAfterInit, regionOf } from '../../spec/index.ts';
import { bandsOf, INITIAL_OWNERS, totalsOf } from '../../spec/maps/index.ts';
import { type Difference, differencesOf } from '../../spec/maps/output/index.ts';
import type { MapSection } from '../data.ts';
import { physical } from './hex.ts';
import { OWNER_WORDS } from './memory.tsx';

const HEIGHT = 34;
/** A band is drawn at least this wide where the address space is compressed. */
const LEAST = 3;

/** Where a page frame is drawn. */
type Scale = (frame: number) => number;

/** Returns the scale on which the stretch between two edges has a width by its weight, and at least so many pixels. */
function scaleOf(
  edges: readonly number[],
  width: number,
  weigh: (frames: number) => number,
  least: number,
): Scale {
  const sorted = [...new Set([0, ...edges])].sort((a, b) => a - b);
  const weights = sorted.slice(1).map((edge, i) => weigh(edge - (sorted[i] ?? 0)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const spare = Math.max(0, width - least * weights.length);
  const places = new Map([[0, 0]]);
  let x = 0;
  for (const [i, weight] of weights.entries()) {
    x += least + (spare * weight) / total;
    places.set(sorted[i + 1] ?? 0, x);
  }
  return (frame) => places.get(frame) ?? 0;
}

interface BarProps {
  readonly section: MapSection;
  readonly map: MemoryMap;
  readonly scale: Scale;
  readonly width: number;
  readonly differences: readonly Difference[];
}

/** One map on one scale. */
function AddressBar({ section: { config }, map, scale, width, differences }: BarProps) {
  const bands = bandsOf(map, config);
  const rectangle = ({ base, end }: { base: number; end: number }): string =>
    `M${scale(base).toFixed(1)} 0H${scale(end).toFixed(1)}V${HEIGHT}H${scale(base).toFixed(1)}z`;
  const limit = bands.find(({ zone }) => zone === 'stack')?.base ?? 0;
  return (
    <svg class="strip address-bar" width={width} height={HEIGHT} aria-hidden="true">
      {[...INITIAL_OWNERS, 'hole'].map((owner) => (
        <path
          key={owner}
          class={owner}
          d={bands
            .filter((band) => band.owner === owner)
            .map(rectangle)
            .join('')}
        />
      ))}
      <path class="disputed" d={differences.map(rectangle).join('')} />
      {limit > 0 && <path class="limit" d={`M${scale(limit)} -5v${HEIGHT + 10}`} />}
    </svg>
  );
}

/** Both scales, each with the maps one above the other. */
function AddressSpace({ section, differences }: { section: MapSection; differences: readonly Difference[] }) {
  const { map, other, config } = section;
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(900);
  useLayoutEffect(() => {
    const measure = (): void => setWidth(box.current?.clientWidth ?? 900);
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);
  const maps = [{ title: section.title, map }, ...(other === null ? [] : [other])];
  const edges = maps.flatMap((one) => bandsOf(one.map, config).flatMap(({ base, end }) => [base, end]));
  edges.push(...differences.flatMap(({ base, end }) => [base, end]));
  const scales = [
    ['to scale', scaleOf(edges, width, (frames) => frames, 0)],
    [
      'compressed: a few pixels each, then by the logarithm of the size',
      scaleOf(edges, width, (frames) => Math.log2(frames + 1), LEAST),
    ],
  ] as const;
  return (
    <section ref={box}>
      {scales.map(([name, scale]) => (
        <figure key={name}>
          <figcaption>
            Address space from 0x0 to <code>{physical(Math.max(0, ...edges))}</code>, {name}; dashed: the
            bitmap limit <code>{physical(bitmapLimit(config))}</code>
          </figcaption>
          {maps.map((one) => (
            <div key={one.title} class="map-row">
              {maps.length > 1 && <span>{one.title}</span>}
              <AddressBar
                section={section}
                map={one.map}
                scale={scale}
                width={width}
                differences={differences}
              />
            </div>
          ))}
        </figure>
      ))}
    </section>
  );
}

export function Swatch({ owner }: { owner: keyof typeof OWNER_WORDS }) {
  return (
    <span class="owner">
      <svg width="12" height="12" aria-hidden="true">
        <path class={owner} d="M0 0h12v12h-12z" />
      </svg>{' '}
      {OWNER_WORDS[owner]}
    </span>
  );
}

function Totals({ section }: { section: MapSection }) {
  const totals = totalsOf(section.map, section.config);
  return (
    <table class="counts">
      <caption>Page frames by owner after init and by zone</caption>
      <thead>
        <tr>
          <th scope="col">owner</th>
          <th scope="col" class="amount">
            bitmap zone
          </th>
          <th scope="col" class="amount">
            stack zone
          </th>
        </tr>
      </thead>
      <tbody>
        {INITIAL_OWNERS.map((owner) => (
          <tr key={owner}>
            <th scope="row">
              <Swatch owner={owner} />
            </th>
            <td class="times">{grouped(totals[owner].bitmap)}</td>
            <td class="times">{grouped(totals[owner].stack)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Regions({ map }: { map: MemoryMap }) {
  return (
    <table class="counts">
      <caption>{counted(map.descriptors.length, 'region')}</caption>
      <tbody>
        {map.descriptors.map((descriptor) => {
          const { base, count } = regionOf(descriptor);
          return (
            <tr key={base}>
              <td>
                <code>
                  {physical(base)} – {physical(base + count)}
                </code>
              </td>
              <td class="times">{grouped(count)}</td>
              <td>{descriptor.type}</td>
              <td>
                <Swatch owner={ownerAfterInit(descriptor.type)} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Differences({ differences }: { differences: readonly Difference[] }) {
  return (
    <table class="counts">
      <caption>What differs</caption>
      <thead>
        <tr>
          <th scope="col">page frames</th>
          <th scope="col" class="amount">
            number
          </th>
          <th scope="col">before</th>
          <th scope="col">after</th>
          <th scope="col">owner</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ base, end, before, after, isOwner }) => (
          <tr key={base}>
            <td>
              <code>
                {physical(base)} – {physical(end)}
              </code>
            </td>
            <td class="times">{grouped(end - base)}</td>
            <td>{before}</td>
            <td>{after}</td>
            <td>{isOwner ? <span class="badge">another</span> : 'the same'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function MapPicture({ section }: { section: MapSection }) {
  const { title, map, other } = section;
  const differences = other === null ? [] : differencesOf(map, other.map);
  const pages = differences.reduce((sum, { base, end }) => sum + end - base, 0);
  return (
    <main class="sheet">
      <h1>
        {title}
        {other !== null && (
          <small>
            beside {other.title}:{' '}
            {differences.length === 0 ? 'no page frame differs' : `${counted(pages, 'page frame')} hatched`}
          </small>
        )}
      </h1>
      <AddressSpace section={section} differences={differences} />
      <div class="columns wide">
        <Totals section={section} />
        {other === null ? <Regions map={map} /> : <Differences differences={differences} />}
      </div>
    </main>
  );
}
