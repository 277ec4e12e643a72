/**
 * What a manager is handed: copies of the memory map and of the configuration, and memory without the record of its writes. The
 * judge reads the originals. Copies are frozen, and made once for each map: to change one throws in the manager's code, which is
 * an answer like any other.
 */
import type { Config, MemoryMap, Pmm, PmmFactory } from '../spec/index.ts';
import { described } from './thrown.ts';

const MAPS = new WeakMap<MemoryMap, MemoryMap>();

/** Returns a frozen copy of a memory map; the same one each time. */
export function handedMap(map: MemoryMap): MemoryMap {
  const known = MAPS.get(map);
  if (known !== undefined) return known;
  const descriptors = Object.freeze(map.descriptors.map((descriptor) => Object.freeze({ ...descriptor })));
  const copy = Object.freeze({ ...map, descriptors });
  MAPS.set(map, copy);
  return copy;
}

/** Returns a frozen copy of a configuration. */
export function handedConfig(config: Config): Config {
  return Object.freeze({ ...config });
}

function isManager(value: unknown): value is Pmm {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Returns a factory whose managers are handed nothing that the judge reads. What it returns is an object. */
export function handing(create: PmmFactory): PmmFactory {
  return (map, { config, warn, memory }) => {
    const built: unknown = create(handedMap(map), {
      config: handedConfig(config),
      warn: (message: unknown) => warn(typeof message === 'string' ? message : described(message)),
      memory: Object.freeze({
        read: (address: bigint) => memory.read(address),
        write: (address: bigint, value: bigint) => memory.write(address, value),
      }),
    });
    if (isManager(built)) return built;
    throw new TypeError(`expected a manager, found ${described(built)}`);
  };
}
