import { parseShortForm } from '../../char/short-form.ts';
import type { Chardevs } from '../../char/chardevs.ts';
import { serveGdb } from '../../gdb/serve.ts';
import { CATALOG } from '../../monitor/commands/index.ts';
import { HmpShell } from '../../monitor/hmp-shell.ts';
import type { MonitorTarget } from '../../monitor/target.ts';
import { MachineDebugTarget } from '../../vm/debug-target.ts';
import type { Machine } from '../../vm/machine.ts';

/** The id of the back end that `-gdb` makes. */
const LABEL = 'gdb';

/** Where gdb may come, as `-gdb` and `gdbserver` say: nowhere, or on one back end. */
export class GdbServer {
  readonly #machine: Machine;
  readonly #chardevs: Chardevs;
  readonly #onBug: (error: unknown) => void;
  #close: (() => Promise<void> | void) | undefined;

  constructor(machine: Machine, chardevs: Chardevs, onBug: (error: unknown) => void) {
    this.#machine = machine;
    this.#chardevs = chardevs;
    this.#onBug = onBug;
  }

  /** `none`, or where to listen. Throws a UserError if that cannot be. */
  async serve(device: string, monitored: MonitorTarget): Promise<void> {
    await this.#close?.();
    this.#close = undefined;
    const form = parseShortForm(listening(device), LABEL);
    if (form.type === 'none') return;
    const isOwn = form.type === 'new';
    if (form.type === 'new') await this.#chardevs.add(form.options);
    const port = this.#chardevs.use(form.type === 'new' ? LABEL : form.id);
    const shell = new HmpShell({ target: monitored, catalog: CATALOG });
    const target = new MachineDebugTarget(this.#machine, async (line) =>
      (await shell.execute(line)).replaceAll('\n', '\r\n'),
    );
    const stop = serveGdb(port, target, { onBug: this.#onBug });
    this.#close = async () => {
      stop();
      if (isOwn) await this.#chardevs.remove(LABEL);
    };
  }
}

/** gdb calls: TCP listens, waits for nobody and delays nothing. */
const listening = (device: string): string =>
  device.startsWith('tcp:') ? `${device},server=on,wait=off,nodelay=on` : device;
