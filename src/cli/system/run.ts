import type { BootFiles } from '../../board/site.ts';
import { UserError } from '../../base/errors.ts';
import { Blocks } from '../../block/blocks.ts';
import { Chardevs } from '../../char/chardevs.ts';
import { trimAllocator } from '../../host-node/allocator.ts';
import { nodeHost } from '../../host-node/host.ts';
import { nodeThreads } from '../../host-node/threads.ts';
import { parseFeatures } from '../../isa/riscv/features.ts';
import { formatAddress, type Listener, type SocketAddress } from '../../host/network.ts';
import { serveMetrics } from '../../monitor/metrics/server.ts';
import { serveMonitor } from '../../monitor/serve.ts';
import { TIERS, type MachineConfig } from '../../vm/config.ts';
import { Place } from '../../qapi/place.ts';
import type { Values } from '../../host/key-values.ts';
import { ObjectOptions } from '../../vm/user-object-kinds.ts';
import { UserObjects } from '../../vm/user-objects.ts';
import { Machine } from '../../vm/machine.ts';
import { Migration } from '../../vm/migration.ts';
import { Snapshots } from '../../vm/snapshots.ts';
import { MachineState } from '../../vm/state/machine-state.ts';
import { located, locatedError, locatedLater } from '../options/option.ts';
import type { Settings } from '../options/settings.ts';
import { openDisks } from './disks.ts';
import { readBootFiles } from './files.ts';
import { GdbServer } from './gdb-server.ts';
import { Journal } from './journal.ts';
import { Log } from './log.ts';
import { SystemTarget } from './monitor-target.ts';
import { clockConfig } from './clock.ts';
import { claimPidFile } from './pid-file.ts';
import { keepTidy } from './tidy.ts';
import { pluggedDevice } from './plugged.ts';
import { rtcConfig } from './rtc.ts';
import { openTerminals } from './terminals.ts';

/** Makes the machine of the settings and runs it to its end. Returns the exit status. */
export async function runSystem(settings: Settings, program: string): Promise<number> {
  const host = nodeHost;
  const notify = (line: string): void => void process.stderr.write(`${program}: ${line}\n`);
  let machine: Machine | undefined;
  const chardevs = new Chardevs({ host, notify }, { escape: settings.escape, quit: () => machine?.quit('host-ui') });
  const blocks = new Blocks({ host, notify });
  const metrics: Listener[] = [];
  let migration: Migration | undefined;
  try {
    await using journal = await Journal.open(settings, host);
    journal?.chooseSeed(settings, host);
    const awaitsState = settings.loadvm !== undefined || settings.incoming !== undefined;
    let files: BootFiles | undefined = await readBootFiles(settings, host);
    const cpu = located(`-cpu ${settings.cpu}`, () => parseFeatures(settings.cpu));
    const objects = new UserObjects(host.files);
    for (const { origin, what } of settings.objects) await makeObject(objects, origin, what);
    const explicit = settings.devices.map(pluggedDevice);
    for (const { origin, backends, id } of explicit)
      if (backends['rng'] !== undefined) located(origin, () => objects.use(backends['rng']!, 'rng-', id ?? 'rng'));
    const disks = await openDisks(settings, blocks, explicit);
    const devices = [...explicit, ...disks.devices];
    const terminals = await openTerminals(settings, chardevs);
    const named = devices.flatMap(({ origin, backends: { chardev } }) =>
      chardev === undefined ? [] : [{ origin, chardev }],
    );
    await using log = new Log(host);
    if (settings.logFile !== undefined) await openLog(log, settings.logFile);
    using _pidFile = claimPidFile(settings.pidFile);
    const chars = new Map(
      [...(terminals.serial === undefined ? [] : [{ origin: '-serial', chardev: terminals.serial }]), ...named].map(
        ({ origin, chardev }) => [
          chardev,
          located(origin, () => chardevs.use(chardev, { focus: chardev === terminals.serial })),
        ],
      ),
    );
    const plain: MachineConfig = {
      board: {
        ramSize: settings.memory.what,
        cpu,
        topology: settings.topology,
        builtinFirmware: files.bios === 'builtin' && disks.flash[0] === undefined,
        serial: terminals.serial,
        flash: disks.flash,
        devices,
        globals: settings.globals.map(({ origin, what }) => ({ origin, ...what })),
      },
      without: settings.without,
      stress: settings.stress,
      tier: TIERS.find((tier) => tier === settings.tier)!,
      isParallel: settings.isParallel,
      clock: clockConfig(settings.icount),
      rtc: rtcConfig(settings.rtc, host.clock.wall()),
      chars: [...chars.keys()],
      disks: [...disks.drives].map(([name, { node }]) => ({ name, size: node.size, readOnly: node.readOnly })),
      seed: settings.seed,
      log: { items: [...settings.log], ranges: settings.logRanges },
    };
    const journaled = journal && located('-icount', journal.apply.bind(journal, plain, files, disks.drives));
    const config = journaled?.config ?? plain;
    const recording = journaled && journal?.sink && { recorded: journaled.recorded, sink: journal.sink };
    const { noReboot, noShutdown } = settings;
    machine = await Machine.create(
      {
        config,
        files,
        // What is recorded begins with the same files each time.
        readAgain: journal === undefined ? () => readBootFiles(settings, host) : undefined,
        chars,
        drives: disks.drives,
        threads: nodeThreads,
        noReboot,
        noShutdown,
        recording,
        log: (text) => log.write(text),
        awaitsState,
      },
      host,
    );
    if (settings.dumpDtb !== undefined) {
      const file = await host.files.append(settings.dumpDtb, { truncate: true });
      await file.append(machine.layout.fdt);
      await file.close();
      notify(`info: dtb dumped to ${settings.dumpDtb}. Exiting.`);
      machine.quit();
      return 0;
    }
    // This frame lives as long as the machine does.
    files = undefined;
    using _tidy = keepTidy(machine.core, host.timers, trimAllocator);
    const state = new MachineState(machine, host, disks.drives);
    const snapshots = new Snapshots(machine, state, host.files, disks.drives);
    migration = new Migration(machine, state, host);
    const onBug = (error: unknown): void => notify(String(error));
    const gdb = new GdbServer(machine, chardevs, onBug);
    const target = new SystemTarget({
      gdb,
      state: { snapshots, migration },
      machine,
      chardevs,
      blocks,
      objects,
      log,
      clock: host.clock,
      files: host.files,
      name: settings.name,
      uuid: settings.uuid,
    });
    await openState(machine, snapshots, migration, settings);
    for (const { origin, protocol, isPretty, chardev } of terminals.monitors) {
      const port = located(origin, () => chardevs.use(chardev));
      serveMonitor(port, target, {
        protocol,
        isPretty,
        isShared: port.filename === 'mux',
        onBug,
      });
    }
    if (settings.gdb !== undefined) {
      const { origin, what } = settings.gdb;
      await locatedLater(origin, () => gdb.serve(what, target));
    }
    for (const { origin, what } of settings.metrics) metrics.push(await listenForMetrics(origin, what, target, notify));
    host.signals.listen((name, number) => {
      notify(`terminating on signal ${number} (${name})`);
      machine?.quit('host-signal');
    });
    if (!settings.startsPaused && settings.incoming === undefined) machine.cont();
    const { code } = await machine.ended;
    return code;
  } catch (error) {
    machine?.quit();
    throw error instanceof UserError ? locatedError('', error) : error;
  } finally {
    await migration?.close();
    for (const listener of metrics) await listener.close();
    await chardevs.close();
    await blocks.close();
  }
}

/** Where the machine's state comes from, if it does not begin with one of its own. */
async function openState(
  machine: Machine,
  snapshots: Snapshots,
  migration: Migration,
  { loadvm, incoming, startsPaused }: Settings,
): Promise<void> {
  if (loadvm !== undefined && incoming !== undefined) {
    throw new UserError('-loadvm and -incoming both say what the machine begins as; leave one out');
  }
  if (loadvm !== undefined) {
    await locatedLater(`-loadvm ${loadvm}`, () => snapshots.load(loadvm));
    machine.release('prelaunch');
  }
  // It goes on once it has come, if it ran.
  if (incoming !== undefined && !startsPaused) machine.cont();
  if (incoming !== undefined && incoming !== 'defer') {
    await locatedLater(`-incoming ${incoming}`, () => migration.receive(incoming));
  }
}

async function listenForMetrics(
  origin: string,
  address: SocketAddress,
  target: SystemTarget,
  notify: (line: string) => void,
): Promise<Listener> {
  try {
    const listener = await serveMetrics(address, target, nodeHost);
    if (listener.address.type === 'tcp' && listener.address !== address)
      notify(`statistics are at http://${formatAddress(listener.address).slice('tcp:'.length)}/metrics`);
    return listener;
  } catch (error) {
    throw locatedError(origin, error);
  }
}

async function makeObject(objects: UserObjects, origin: string, values: Values): Promise<void> {
  try {
    await objects.create(ObjectOptions.accept(values, Place.root('text')));
  } catch (error) {
    throw locatedError(origin, error);
  }
}

async function openLog(log: Log, template: string): Promise<void> {
  try {
    await log.open(template);
  } catch (error) {
    throw locatedError('-D', error);
  }
}
