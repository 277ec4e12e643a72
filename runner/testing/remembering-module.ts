/** A module whose managers share what was freed: a double free passes where another manager has freed the page frame. */
const impl = new URL('../../dist/impl/index.js', import.meta.url).href;

export const REMEMBERING_MODULE = `import { createPmm } from '${impl}';
const freed = new Set();
export default (map, options) => {
  const pmm = createPmm(map, options);
  const free = pmm.free.bind(pmm);
  const value = (address) => {
    try {
      free(address);
      freed.add(address);
    } catch (error) {
      if (error.owner !== 'pmm' || !freed.has(address)) throw error;
    }
  };
  return Object.defineProperty(pmm, 'free', { value });
};`;
