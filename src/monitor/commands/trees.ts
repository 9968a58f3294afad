import { hmp, textOf } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const infoMtree = hmp('info mtree', {
  doc: 'show what is where in memory, as a tree',
  run: async (_, { target }) => textOf(await target.memoryTree()),
});

const infoQtree = hmp('info qtree', {
  doc: 'show the devices with their properties, as a tree of buses',
  run: async (_, { target }) => textOf(await target.deviceTree()),
});

export const trees = topic('Inside the machine', {
  doc: 'Reports for people who look into the machine.',
  hmp: [infoMtree, infoQtree],
});
