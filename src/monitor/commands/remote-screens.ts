import { bool, enumOf, optional, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const NetworkAddressFamily = enumOf('NetworkAddressFamily', 'A kind of address.', [
  'ipv4',
  'ipv6',
  'unix',
  'vsock',
  'unknown',
]);

const queryVnc = command('query-vnc', {
  since: '0.14',
  doc: 'Tells about the VNC server that shows the screen.',
  returns: struct('VncInfo', 'A VNC server.', {
    enabled: required(bool, 'there is one'),
    host: optional(str, 'its address'),
    family: optional(NetworkAddressFamily, 'the kind of that'),
    service: optional(str, 'its port'),
    auth: optional(str, 'how it asks who is there'),
  }),
  example: {},
  run: () => ({ enabled: false }),
});

const querySpice = command('query-spice', {
  since: '0.14',
  doc: 'Tells about the SPICE server that shows the screen.',
  returns: struct('SpiceInfo', 'A SPICE server.', {
    enabled: required(bool, 'there is one'),
    migrated: required(bool, 'its clients have gone to another machine'),
    'mouse-mode': required(
      enumOf('SpiceQueryMouseMode', 'Who moves the pointer.', ['client', 'server', 'unknown']),
      'who moves the pointer',
    ),
  }),
  example: {},
  run: () => ({ enabled: false, migrated: false, 'mouse-mode': 'client' }) as const,
});

const infoVnc = hmp('info vnc', { doc: 'show the VNC servers', run: () => 'None\n' });
const infoSpice = hmp('info spice', { doc: 'show the SPICE server', run: () => 'Server: disabled\n' });

export const remoteScreens = topic('Remote screens', {
  doc: 'Servers that show the screen to others, of which there are none.',
  commands: [queryVnc, querySpice],
  hmp: [infoVnc, infoSpice],
});
