import { bool, required, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { hmp, textOf } from '../hmp-command.ts';
import { report } from '../report.ts';
import { topic } from '../topic.ts';

const queryKvm = command('query-kvm', {
  since: '0.14',
  doc: 'Tells whether the vCPUs run on the processor of the host.',
  returns: struct('KvmInfo', 'What there is of KVM.', {
    enabled: required(bool, 'the machine uses it'),
    present: required(bool, 'this program can use it'),
  }),
  example: {},
  run: () => ({ enabled: false, present: false }),
});

const infoKvm = hmp('info kvm', {
  doc: 'show whether the machine uses KVM',
  run: () => 'kvm support: not compiled\n',
});

const jit = report('jit', {
  doc: 'what the translator has done',
  text: async (target) => textOf(await target.translatorReport()),
});

export const accelerator = topic('Accelerator', {
  doc: 'What runs the vCPUs.',
  commands: [queryKvm, jit.command],
  hmp: [infoKvm, jit.hmp],
});
