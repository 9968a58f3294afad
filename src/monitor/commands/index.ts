import { Catalog } from '../catalog.ts';
import { block } from './block.ts';
import { chardev } from './chardev.ts';
import { control } from './control.ts';
import { cpus } from './cpus.ts';
import { gdbserverTopic } from './gdbserver.ts';
import { helpTopic } from './help.ts';
import { human } from './human.ts';
import { log } from './log.ts';
import { machines } from './machines.ts';
import { name } from './name.ts';
import { powerdown } from './powerdown.ts';
import { quitTopic } from './quit.ts';
import { reset } from './reset.ts';
import { run } from './run.ts';
import { schema } from './schema.ts';
import { stats } from './stats.ts';
import { status } from './status.ts';
import { trees } from './trees.ts';
import { version } from './version.ts';
import { accelerator } from './accelerator.ts';
import { actions } from './actions.ts';
import { balloon } from './balloon.ts';
import { descriptors } from './descriptors.ts';
import { display } from './display.ts';
import { dumping } from './dump.ts';
import { iothreads } from './iothreads.ts';
import { jobs } from './jobs.ts';
import { machine } from './machine.ts';
import { memory } from './memory.ts';
import { memoryDevices } from './memory-devices.ts';
import { options } from './options.ts';
import { tpm } from './tpm.ts';
import { objects } from './objects.ts';
import { blockNodes } from './block-nodes.ts';
import { interrupts } from './interrupts.ts';
import { network } from './network.ts';
import { remoteScreens } from './remote-screens.ts';
import { trace } from './trace.ts';
import { buses } from './buses.ts';
import { migration } from './migration.ts';
import { migrationSettings } from './migration-settings.ts';
import { snapshots } from './snapshots.ts';
import { replay } from './replay.ts';

/** Everything that a monitor can do, in the order of the reference. */
export const CATALOG = new Catalog([
  control,
  schema,
  version,
  status,
  run,
  actions,
  reset,
  powerdown,
  quitTopic,
  name,
  machines,
  machine,
  options,
  accelerator,
  cpus,
  iothreads,
  memory,
  memoryDevices,
  balloon,
  dumping,
  interrupts,
  objects,
  buses,
  block,
  blockNodes,
  jobs,
  snapshots,
  migration,
  migrationSettings,
  replay,
  chardev,
  descriptors,
  network,
  display,
  remoteScreens,
  tpm,
  stats,
  trees,
  trace,
  log,
  gdbserverTopic,
  human,
  helpTopic,
]);
