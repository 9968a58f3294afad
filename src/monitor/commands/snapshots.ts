import { arrayOf, required, str } from '../../qapi/schema.ts';
import { UserError } from '../../base/errors.ts';
import { command } from '../command.ts';
import { optionalWord, word } from '../hmp-args.ts';
import { hmp, textOf } from '../hmp-command.ts';
import type { MonitorTarget } from '../target.ts';
import { snapshotLine, SNAPSHOT_TITLES } from '../snapshot-text.ts';
import { topic } from '../topic.ts';

const members = {
  'job-id': required(str, 'the name of the job'),
  tag: required(str, 'the name of the snapshot'),
};
const vmstate = { vmstate: required(str, 'the node that has the state of devices and memory') };
const devices = { devices: required(arrayOf(str), 'the nodes that take part') };

/** The nodes that a client names are those that a snapshot is of. */
function checkNodes(target: MonitorTarget, names: readonly string[]): void {
  const { carrier } = target.state.snapshots;
  const unknown = names.find((name) => name !== carrier?.nodeName && !target.hasBlockNode(name));
  if (unknown !== undefined) throw new UserError(`No block device node '${unknown}'`);
}

function checkCarrier(target: MonitorTarget, name: string): void {
  const { carrier } = target.state.snapshots;
  if (name !== carrier?.nodeName) {
    throw new UserError(
      `vmstate block device '${name}' does not store snapshots${carrier === undefined ? '' : `; use '${carrier.nodeName}'`}`,
    );
  }
}

const snapshotSave = command('snapshot-save', {
  since: '6.0',
  doc: `Saves the machine as a snapshot, in a job. What it consists of is in a file beside the image of \`vmstate\`, the
contents of all disks that the guest can write included.`,
  args: { ...members, ...vmstate, ...devices },
  errors: { GenericError: 'the name of the job is taken' },
  example: { 'job-id': 'snapsave0', tag: 'my-snap', vmstate: '#block147', devices: ['#block147'] },
  run(args, { target }) {
    const { 'job-id': id, tag, vmstate: node, devices: nodes } = args;
    const { snapshots } = target.state;
    target.jobs.start(id, 'snapshot-save', async () => {
      checkNodes(target, [...nodes, node]);
      checkCarrier(target, node);
      if (await snapshots.has(tag)) throw new UserError(`Snapshot '${tag}' already exists in one or more devices`);
      await snapshots.save(tag);
    });
  },
});

const snapshotLoad = command('snapshot-load', {
  since: '6.0',
  doc: 'Puts the machine of a snapshot in the place of this one, in a job. It goes on if this one ran.',
  args: { ...members, ...vmstate, ...devices },
  errors: { GenericError: 'the name of the job is taken' },
  example: { 'job-id': 'snapload0', tag: 'my-snap', vmstate: '#block147', devices: ['#block147'] },
  run(args, { target }) {
    const { 'job-id': id, tag, vmstate: node, devices: nodes } = args;
    target.jobs.start(id, 'snapshot-load', async () => {
      checkNodes(target, [...nodes, node]);
      checkCarrier(target, node);
      await target.state.snapshots.load(tag);
    });
  },
});

const snapshotDelete = command('snapshot-delete', {
  since: '6.0',
  doc: 'Deletes a snapshot, in a job. Nothing happens if there is none with this name.',
  args: { ...members, ...devices },
  errors: { GenericError: 'the name of the job is taken' },
  example: { 'job-id': 'snapdelete0', tag: 'my-snap', devices: ['#block147'] },
  run(args, { target }) {
    const { 'job-id': id, tag, devices: nodes } = args;
    target.jobs.start(id, 'snapshot-delete', async () => {
      checkNodes(target, nodes);
      await target.state.snapshots.delete(tag);
    });
  },
});

/** A name for who gives none: the time of the host. */
function timeTag(seconds: number): string {
  const time = new Date(seconds * 1000);
  const parts = [time.getMonth() + 1, time.getDate(), time.getHours(), time.getMinutes(), time.getSeconds()];
  return `vm-${time.getFullYear()}${parts.map((part) => String(part).padStart(2, '0')).join('')}`;
}

const savevm = hmp('savevm', {
  args: { tag: optionalWord('its name') },
  doc: 'save the machine as a snapshot beside the image of its first raw disk that can be written; without a tag, one is made of the time',
  example: 'savevm base',
  run: ({ tag }, { target }) => target.state.snapshots.save(tag ?? timeTag(target.wall())),
});

const loadvm = hmp('loadvm', {
  args: { tag: word('its name') },
  doc: 'put the machine of a snapshot in the place of this one',
  example: 'loadvm base',
  run: ({ tag }, { target }) => target.state.snapshots.load(tag),
});

const delvm = hmp('delvm', {
  args: { tag: word('its name') },
  doc: 'delete a snapshot',
  example: 'delvm base',
  run: ({ tag }, { target }) => target.state.snapshots.delete(tag),
});

const infoSnapshots = hmp('info snapshots', {
  doc: 'show the snapshots of the machine',
  async run(_, { target }) {
    const { snapshots } = target.state;
    if (snapshots.carrier === undefined) return 'no block device can store vmstate for snapshot\n';
    const all = await snapshots.list();
    if (all.length === 0) return 'There is no snapshot available.\n';
    return textOf(['List of snapshots present on all disks:', SNAPSHOT_TITLES, ...all.map(snapshotLine)]);
  },
});

export const snapshots = topic('Snapshots', {
  doc: 'The machine as it was, disks included.',
  commands: [snapshotSave, snapshotLoad, snapshotDelete],
  hmp: [savevm, loadvm, delvm, infoSnapshots],
});
