import { randomFillSync } from 'node:crypto';
import type { Random } from '../host/random.ts';

export class NodeRandom implements Random {
  fill(into: Uint8Array): void {
    randomFillSync(into);
  }
}
