import { report } from '../report.ts';
import { hmp, textOf } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const irq = report('irq', {
  doc: 'how often each source of the interrupt controller was served',
  text(target) {
    const { device, served } = target.interrupts();
    const lines = [...served].map(([source, count]) => `${String(source).padStart(2)}: ${count}\n`);
    return lines.length === 0 ? '' : `IRQ statistics for ${device}:\n${lines.join('')}`;
  },
});

const infoPic = hmp('info pic', {
  doc: 'show the state of the interrupt controller',
  run: (_, { target }) => textOf(target.interrupts().state),
});

export const interrupts = topic('Interrupts', {
  doc: 'What the interrupt controller does.',
  commands: [irq.command],
  hmp: [irq.hmp, infoPic],
});
