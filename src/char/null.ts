import { Chardev } from './chardev.ts';
import type { CharKind } from './kind.ts';

class NullChardev extends Chardev {
  readonly filename = 'null';

  protected send(): boolean {
    return true;
  }

  protected async end(): Promise<void> {}
}

export const nullKind: CharKind = {
  name: 'null',
  doc: 'Drops all output and has no input.',
  async open(label, options) {
    options.finish();
    return new NullChardev(label);
  },
};
