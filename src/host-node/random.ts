import type { Random } from '../host/random.ts';

export class NodeRandom implements Random {
  fill(into: Uint8Array): void {
    // Loaded when it is first wanted: that is a tenth of a program's start.
    process.getBuiltinModule('node:crypto').randomFillSync(into);
  }
}
