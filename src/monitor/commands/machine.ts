import { UserError } from '../../base/errors.ts';
import { arrayOf, bool, int, optional, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { word } from '../hmp-args.ts';
import { hmp } from '../hmp-command.ts';
import { outputFile } from '../output-file.ts';
import { report } from '../report.ts';
import type { MonitorTarget } from '../target.ts';
import { topic } from '../topic.ts';
import { CpuInstanceProperties } from './cpus.ts';

/** For what the guest's platform does not have. */
const refuse = (why: string) => (): never => {
  throw new UserError(why);
};

const queryCurrentMachine = command('query-current-machine', {
  since: '4.0',
  doc: 'Tells what this machine can do.',
  returns: struct('CurrentMachineParams', 'What a machine can do.', {
    'wakeup-suspend-support': required(bool, 'its guest can be woken from sleep by `system_wakeup`'),
  }),
  example: {},
  run: () => ({ 'wakeup-suspend-support': false }),
});

const asleep = refuse('wake-up from suspend is not supported by this guest');

const systemWakeup = command('system_wakeup', {
  since: '1.1',
  doc: 'Wakes the guest from sleep.',
  errors: { GenericError: 'the guest is not asleep, or the machine knows no sleep' },
  example: {},
  run: asleep,
});

const noNmi = refuse('this feature or command is not currently supported');

const injectNmi = command('inject-nmi', {
  since: '0.14',
  doc: 'Sends an interrupt that cannot be masked. RISC-V harts as these have none.',
  errors: { GenericError: 'the machine has no such interrupt' },
  example: {},
  run: noNmi,
});

const isMade = refuse('The command is permitted only before machine initialization');

const exitPreconfig = command('x-exit-preconfig', {
  since: '3.0',
  doc: 'Makes the machine, after a start with `--preconfig`.',
  features: ['unstable'],
  errors: { GenericError: 'the machine has been made' },
  example: {},
  run: isMade,
});

const noHotplug = refuse("The feature 'query-hotpluggable-cpus' is not enabled");

const queryHotpluggableCpus = command('query-hotpluggable-cpus', {
  since: '2.7',
  doc: 'Lists the places for vCPUs that can be added while the machine runs.',
  returns: arrayOf(
    struct('HotpluggableCPU', 'A place for vCPUs.', {
      type: required(str, 'what fits'),
      'vcpus-count': required(int, 'how many vCPUs that is'),
      props: required(CpuInstanceProperties, 'the place'),
      'qom-path': optional(str, 'of the vCPU that is there'),
    }),
  ),
  errors: { GenericError: 'vCPUs of this machine cannot be added' },
  example: {},
  run: noHotplug,
});

async function saveDeviceTree(target: MonitorTarget, path: string): Promise<void> {
  await using file = await outputFile(target, path);
  await file.write(target.deviceTreeBlob());
}

const dumpdtb = command('dumpdtb', {
  since: '7.2',
  doc: 'Writes the device tree that the machine passes to its guest to a file.',
  args: { filename: required(str, 'the file') },
  errors: { GenericError: 'the file cannot be written' },
  example: { filename: '/tmp/machine.dtb' },
  run: ({ filename }, { target }) => saveDeviceTree(target, filename),
});

const numa = report('numa', { doc: 'the nodes that memory and vCPUs belong to', text: () => '0 nodes\n' });

const infoHotpluggable = hmp('info hotpluggable-cpus', { doc: 'show the places for more vCPUs', run: noHotplug });

const hmpSystemWakeup = hmp('system_wakeup', { doc: 'wake the guest from sleep', run: asleep });
const hmpNmi = hmp('nmi', { doc: 'send an interrupt that cannot be masked', run: noNmi });
const hmpExitPreconfig = hmp('exit_preconfig', { doc: 'make the machine, after --preconfig', run: isMade });
const hmpDumpdtb = hmp('dumpdtb', {
  args: { filename: word('the file') },
  doc: 'write the device tree to a file',
  example: 'dumpdtb /tmp/machine.dtb',
  async run({ filename }, { target }) {
    await saveDeviceTree(target, filename);
    return `info: dtb dumped to ${filename}\n`;
  },
});

export const machine = topic('This machine', {
  doc: 'What the machine is and what can be done to it as a whole.',
  commands: [queryCurrentMachine, systemWakeup, injectNmi, exitPreconfig, queryHotpluggableCpus, dumpdtb, numa.command],
  hmp: [hmpSystemWakeup, hmpNmi, hmpExitPreconfig, infoHotpluggable, hmpDumpdtb, numa.hmp],
});
