import { UserError } from '../../base/errors.ts';
import type { BlockDrive } from '../../block/drive.ts';
import { OverlayNode } from '../../block/overlay-node.ts';
import type { BootFiles } from '../../board/site.ts';
import type { AppendFile } from '../../host/file.ts';
import type { Host } from '../../host/host.ts';
import type { ByteSink } from '../../vm/byte-pipe.ts';
import type { JournalConfig, MachineConfig } from '../../vm/config.ts';
import { Checksum, parseRecording, type Recorded } from '../../vm/replay/log.ts';
import { locatedLater } from '../options/option.ts';
import type { Settings } from '../options/settings.ts';

/** `-icount rr=`: what a machine is recorded to or replayed from, and what that makes of the settings. */
export class Journal implements AsyncDisposable {
  readonly config: JournalConfig;
  readonly #file: AppendFile | undefined;
  readonly #recorded: Recorded | undefined;

  /** Opens the file that the settings name, if they do. Throws a UserError if it is no recording. */
  static async open(settings: Settings, host: Host): Promise<Journal | undefined> {
    const journal = settings.icount?.journal;
    if (journal === undefined) return undefined;
    const { mode, file } = journal;
    return locatedLater(`-icount rr=${mode}`, async () => {
      if (mode === 'record') {
        const opened = await host.files.append(file, { truncate: true });
        return new Journal({ mode, filename: file }, opened, undefined);
      }
      const recording = await host.files.readAll(file);
      const { recorded } = await locatedLater(file, () => parseRecording(recording));
      return new Journal({ mode: 'play', filename: file, recording }, undefined, recorded);
    });
  }

  private constructor(config: JournalConfig, file: AppendFile | undefined, recorded: Recorded | undefined) {
    this.config = config;
    this.#file = file;
    this.#recorded = recorded;
  }

  /** Makes random numbers those of the recording, or such as can be had again. */
  chooseSeed(settings: Settings, { random }: Host): void {
    if (this.#recorded !== undefined) {
      settings.seed = BigInt(this.#recorded.seed);
      return;
    }
    if (settings.seed !== undefined) return;
    const seed = new Uint8Array(8);
    random.fill(seed);
    settings.seed = new DataView(seed.buffer).getBigUint64(0);
  }

  /** The same machine with its journal. Throws a UserError if it is not the one that was recorded. */
  apply(
    config: MachineConfig,
    files: BootFiles,
    drives: ReadonlyMap<string, BlockDrive>,
  ): { config: MachineConfig; recorded: Recorded } {
    const { clock } = config;
    if (clock.kind !== 'instructions') throw new UserError('a machine without -icount cannot be recorded');
    for (const [name, { node }] of drives) {
      if (node.readOnly || node instanceof OverlayNode) continue;
      throw new UserError(`a replay begins with the disks as they were: use -snapshot, or readonly=on for '${name}'`);
    }
    const recorded: Recorded = {
      nanoseconds: clock.nanoseconds,
      seed: String(config.seed ?? 0n),
      rtcBase: this.#recorded?.rtcBase ?? config.rtc.base,
      facts: factsOf(config, files),
    };
    if (this.#recorded !== undefined) checkSame(this.#recorded, recorded);
    return {
      recorded,
      config: {
        ...config,
        // The host's calendar is looked at once, when the recording begins; a replay waits for nothing.
        rtc: { ...config.rtc, base: recorded.rtcBase, clock: 'vm' },
        clock: this.#recorded === undefined ? clock : { ...clock, sleeps: false, aligns: false },
        journal: this.config,
      },
    };
  }

  /** Where a recording goes. */
  get sink(): ByteSink | undefined {
    const file = this.#file;
    return file && ((bytes) => file.append(bytes));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }
}

function checkSame(theirs: Recorded, ours: Recorded): void {
  if (theirs.nanoseconds !== ours.nanoseconds) {
    throw new UserError(`the recording has shift=${Math.log2(theirs.nanoseconds)}: give that`);
  }
  for (const what of new Set([...Object.keys(theirs.facts), ...Object.keys(ours.facts)])) {
    if (theirs.facts[what] === ours.facts[what]) continue;
    throw new UserError(
      `the recording is of another machine, its ${what} ${theirs.facts[what] ?? 'none'}, not ${ours.facts[what] ?? 'none'}: give what it was recorded with`,
    );
  }
}

/** What decides how a machine runs, by what a user calls it. */
function factsOf({ board, chars, disks }: MachineConfig, files: BootFiles): Record<string, string> {
  const { ramSize, cpu, devices, serial = 'none', builtinFirmware } = board;
  const sumOf = (bytes: Uint8Array): string => {
    const sum = new Checksum();
    sum.add(bytes);
    return sum.value.toString(16).padStart(8, '0');
  };
  const { bios, kernel, initrd, dtb, append } = files;
  const contents = Object.entries({ bios: typeof bios === 'string' ? undefined : bios, kernel, initrd, dtb });
  return {
    memory: `${ramSize}`,
    cpu: JSON.stringify(cpu),
    firmware: builtinFirmware ? 'builtin' : 'other',
    'serial port': serial === 'none' ? 'none' : 'connected',
    devices: JSON.stringify(devices.map(({ driver, props }) => [driver, props])),
    'character devices': `${chars.length}`,
    disks: JSON.stringify(disks.map(({ size, readOnly }) => [size, readOnly])),
    'kernel command line': append ?? '',
    ...Object.fromEntries(contents.flatMap(([name, file]) => (file === undefined ? [] : [[name, sumOf(file.bytes)]]))),
  };
}
