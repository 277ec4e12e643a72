/** Findings: where the import graph breaks the table of rooms, one sentence each. */
import { circlesOf, type ImportGraph, type SourceFile } from './import-graph.ts';
import { LARGEST_SHARE, PACKAGE_DOORS, ROOMS, USES_PACKAGES_PLAINLY } from './rooms.ts';

function roomOf(path: string): string {
  return path.split('/')[0] ?? '';
}

/** Returns the room with its subfolder: the unit that must not be in a circle. A room's door belongs to no unit. */
function unitOf(path: string): string | null {
  const parts = path.split('/');
  if (parts.at(-1) === 'index.ts' && parts.length === 2) return null;
  return parts.length > 2 ? parts.slice(0, 2).join('/') : roomOf(path);
}

function isDoor(path: string): boolean {
  return path.endsWith('/index.ts');
}

function trespasses({ path, imports, packages }: SourceFile): readonly string[] {
  const room = ROOMS.find(({ name }) => name === roomOf(path));
  if (room === undefined) return [`${path}: the folder is in no room of assurance/house/rooms.ts`];
  const found: string[] = [];
  for (const imported of imports) {
    const other = roomOf(imported);
    if (other === room.name) continue;
    if (!room.imports.includes(other)) found.push(`${path}: ${room.name}/ must not import ${imported}`);
    else if (!isDoor(imported)) found.push(`${path}: import ${imported} through a door (index.ts)`);
  }
  for (const [name, door] of Object.entries(PACKAGE_DOORS))
    if (
      path !== door &&
      !USES_PACKAGES_PLAINLY.test(path) &&
      packages.some((one) => one === name || one.startsWith(`${name}/`))
    )
      found.push(`${path}: import ${name} through ${door}`);
  for (const name of packages)
    if (/^frameproof(\/|$)/.test(name)) found.push(`${path}: import ${name} by its path`);
  return found;
}

/** Returns the circles between units, except between a room and its subfolder. */
function unitCircles(graph: ImportGraph): readonly string[] {
  const next = new Map<string, Set<string>>();
  for (const { path, imports } of graph.values()) {
    const from = unitOf(path);
    if (from === null) continue;
    const to = next.get(from) ?? new Set();
    next.set(from, to);
    for (const imported of imports) {
      const unit = graph.has(imported) ? unitOf(imported) : null;
      if (unit !== null && unit !== from) to.add(unit);
    }
  }
  const isRoomWithSubfolder = (circle: readonly string[]): boolean =>
    circle.length === 2 &&
    circle.some((unit) => circle.every((other) => other === unit || other.startsWith(`${unit}/`)));
  return circlesOf(next.keys(), (unit) => next.get(unit) ?? [])
    .filter((circle) => !isRoomWithSubfolder(circle))
    .map((circle) => `folders import each other: ${circle.join(', ')}`);
}

function oversized(graph: ImportGraph): readonly string[] {
  const lines = new Map<string, number>();
  for (const file of graph.values())
    lines.set(roomOf(file.path), (lines.get(roomOf(file.path)) ?? 0) + file.lines);
  const total = [...lines.values()].reduce((sum, count) => sum + count, 0);
  return [...lines]
    .filter(([, count]) => count > LARGEST_SHARE * total)
    .map(([room, count]) => `${room}/ has ${((100 * count) / total).toFixed(0)} % of the source lines`);
}

/** Returns all findings of a graph; empty if the house is in order. */
export function findingsOf(graph: ImportGraph): readonly string[] {
  const files = [...graph.values()];
  const circles = circlesOf(graph.keys(), (path) =>
    (graph.get(path)?.imports ?? []).filter((one) => graph.has(one)),
  );
  return [
    ...files.flatMap(trespasses),
    ...circles.map((circle) => `files import each other: ${circle.join(', ')}`),
    ...unitCircles(graph),
    ...oversized(graph),
  ];
}
