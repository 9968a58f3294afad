import { QapiError } from '../../qapi/error.ts';
import { arrayOf, bool, enumOf, int, optional, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { HmpError } from '../hmp-error.ts';
import { optionalWord, suggesting, word } from '../hmp-args.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const noDevice = (name: string): never => {
  throw new QapiError(`Device '${name}' not found`, 'DeviceNotFound');
};

const RxState = enumOf('RxState', 'Which packets of a kind are taken.', ['normal', 'none', 'all']);

const queryRxFilter = command('query-rx-filter', {
  since: '1.6',
  doc: 'Tells which packets the network devices take.',
  args: { name: optional(str, 'only this device') },
  returns: arrayOf(
    struct('RxFilterInfo', 'Which packets a device takes.', {
      name: required(str, 'the device'),
      promiscuous: required(bool, 'all'),
      multicast: required(RxState, 'those for several'),
      unicast: required(RxState, 'those for one'),
      vlan: required(RxState, 'those of virtual networks'),
      'broadcast-allowed': required(bool, 'those for everybody'),
      'multicast-overflow': required(bool, 'there are too many addresses for several'),
      'unicast-overflow': required(bool, 'there are too many addresses for one'),
      'main-mac': required(str, 'its own address'),
      'vlan-table': required(arrayOf(int), 'virtual networks'),
      'unicast-table': required(arrayOf(str), 'addresses for one'),
      'multicast-table': required(arrayOf(str), 'addresses for several'),
    }),
  ),
  errors: { GenericError: 'there is no such device' },
  example: {},
  run({ name }) {
    if (name !== undefined) throw new QapiError(`invalid net client name: ${name}`);
    return [];
  },
});

const setLink = command('set_link', {
  since: '0.14',
  doc: 'Plugs in or unplugs the cable of a network device.',
  args: { name: required(str, 'the device'), up: required(bool, 'true: plugged in') },
  errors: { DeviceNotFound: 'there is no such device' },
  example: { name: 'net0', up: true },
  run: ({ name }) => noDevice(name),
});

const hmpSetLink = hmp('set_link', {
  args: { name: word('the device'), up: suggesting(optionalWord('on or off'), () => ['on', 'off']) },
  doc: 'plug in (on) or unplug (off) the cable of a network device',
  example: 'set_link net0 on',
  run({ name, up }) {
    if (up !== 'on' && up !== 'off') throw new HmpError("Expected 'on' or 'off'");
    return noDevice(name);
  },
});

const infoNetwork = hmp('info network', { doc: 'show the network devices', run: () => '' });

export const network = topic('Network', {
  doc: 'Network devices. There is none yet.',
  commands: [queryRxFilter, setLink],
  hmp: [hmpSetLink, infoNetwork],
});
