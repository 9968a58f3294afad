/** The words of the schema language, for whoever declares something with it. */
export { alternate } from './alternate.ts';
export { arrayOf } from './array.ts';
export { enumOf } from './enum.ts';
export {
  any,
  bool,
  int,
  int16,
  int32,
  int8,
  nothing,
  number,
  size,
  str,
  uint16,
  uint32,
  uint64,
  uint8,
} from './scalar.ts';
export { empty, openStruct, optional, required, struct } from './struct.ts';
export { lazy, type Static, type Type } from './type.ts';
export { union } from './union.ts';
