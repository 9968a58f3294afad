import { int, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';
import { PACKAGE, PROTOCOL } from '../version.ts';

const VersionTriple = struct('VersionTriple', 'A version in three numbers.', {
  major: required(int, 'incompatible changes'),
  minor: required(int, 'new features'),
  micro: required(int, 'corrections'),
});

export const VersionInfo = struct('VersionInfo', 'What answers.', {
  qemu: required(VersionTriple, 'the version of QEMU whose protocol this is, which clients decide by'),
  package: required(str, 'the product and its own version'),
});

const queryVersion = command('query-version', {
  since: '0.14',
  doc: `Tells what answers. The version is that of the QEMU which this monitor is compatible with, since that is
what clients want to know; Tinamou's own is in \`package\`.`,
  returns: VersionInfo,
  example: {},
  run: () => ({ qemu: PROTOCOL, package: PACKAGE }),
});

const infoVersion = hmp('info version', {
  doc: 'show the version',
  run: () => `${PROTOCOL.major}.${PROTOCOL.minor}.${PROTOCOL.micro} (${PACKAGE})\n`,
});

export const version = topic('Version', {
  doc: 'Who is there.',
  commands: [queryVersion],
  hmp: [infoVersion],
});
