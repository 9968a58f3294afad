/** Extensions that a hart may have; each decides which encodings decode or which CSRs exist. */
export const EXTENSIONS = {
  i: 'the base integer instructions, RV64I',
  m: 'multiplication and division',
  a: 'atomic memory operations',
  f: 'single-precision floating point',
  d: 'double-precision floating point',
  c: '16-bit encodings',
  zicsr: 'control and status registers',
  zifencei: 'instruction-fetch fence',
  zihintpause: 'pause hint',
  zba: 'address computation',
  zbb: 'basic bit manipulation',
  zbc: 'carry-less multiplication',
  zbs: 'single-bit operations',
  sstc: 'timer interrupts of S mode',
  svinval: 'fine-grained translation invalidation',
} as const;

export type Extension = keyof typeof EXTENSIONS;

/** Which extensions a hart has. */
export type RiscvFeatures = Readonly<Record<Extension, boolean>>;
