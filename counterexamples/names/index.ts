export { Names } from './names.ts';
