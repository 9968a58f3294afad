import { UserError } from '../../base/errors.ts';
import { QapiError } from '../../qapi/error.ts';
import { arrayOf, bool, enumOf, int, optional, required, str, struct, union } from '../../qapi/schema.ts';
import { keyValues } from '../../host/key-values.ts';
import { characterOptions, ChardevBackend } from '../character-backend.ts';
import type { CharacterOptions } from '../character-target.ts';
import { command } from '../command.ts';
import { integer, restOfLine, suggesting, word } from '../hmp-args.ts';
import { hmp, textOf } from '../hmp-command.ts';
import type { MonitorTarget } from '../target.ts';
import { topic } from '../topic.ts';

const ChardevInfo = struct('ChardevInfo', 'A character device of the host.', {
  label: required(str, 'its id'),
  filename: required(str, 'where it leads; for people, since its form differs from kind to kind'),
  'frontend-open': required(bool, 'a device or a monitor uses it'),
});

const queryChardev = command('query-chardev', {
  since: '0.14',
  doc: 'Lists the character devices.',
  returns: arrayOf(ChardevInfo),
  example: {},
  run: (_, { target }) => target.characters.list(),
});

const queryChardevBackends = command('query-chardev-backends', {
  since: '2.0',
  doc: 'Lists the kinds of character device that can be made.',
  returns: arrayOf(struct('ChardevBackendInfo', 'A kind of character device.', { name: required(str, 'its name') })),
  example: {},
  run: (_, { target }) => target.characters.kinds().map((name) => ({ name })),
});

const ChardevReturn = struct('ChardevReturn', 'What became of it.', {
  pty: optional(str, 'the terminal of the host that it is'),
});

const chardevArgs = { id: required(str, 'its name'), backend: required(ChardevBackend, 'what it is') };
const chardevExample = { id: 'c1', backend: { type: 'null', data: {} } } as const;

const chardevAdd = command('chardev-add', {
  since: '1.4',
  doc: 'Makes a character device, as `-chardev` does.',
  args: chardevArgs,
  returns: ChardevReturn,
  errors: { GenericError: 'the name is taken, or it cannot be made' },
  example: chardevExample,
  async run({ id, backend }, { target }) {
    if (target.characters.list().some(({ label }) => label === id))
      throw new QapiError(`Chardev with id '${id}' already exists`);
    try {
      await target.characters.add(characterOptions(id, backend));
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof QapiError) throw error;
      throw new QapiError(`Failed to add chardev '${id}': ${error.message}`);
    }
    return {};
  },
});

const chardevChange = command('chardev-change', {
  since: '2.10',
  doc: 'Puts another character device in the place of one, under the same name, while a device uses it.',
  args: chardevArgs,
  returns: ChardevReturn,
  errors: { GenericError: 'there is none of that name, or who uses it cannot change over' },
  example: { ...chardevExample, id: 'serial0' },
  async run({ id, backend }, { target }) {
    await target.characters.change(characterOptions(id, backend));
    return {};
  },
});

const byId = { id: required(str, 'its name') };

const chardevRemove = command('chardev-remove', {
  since: '1.4',
  doc: 'Removes a character device that nobody uses.',
  args: byId,
  errors: { GenericError: 'there is none of that name, or it is in use' },
  example: { id: 'ring0' },
  run: ({ id }, { target }) => target.characters.remove(id),
});

const chardevSendBreak = command('chardev-send-break', {
  since: '2.10',
  doc: 'Does as if a line break had come in.',
  args: byId,
  errors: { GenericError: 'there is none of that name' },
  example: { id: 'serial0' },
  run: ({ id }, { target }) => target.characters.sendBreak(id),
});

const DataFormat = enumOf('DataFormat', 'How bytes are written.', ['utf8', 'base64']);

const ringbufRead = command('ringbuf-read', {
  since: '1.4',
  doc: 'Takes the oldest bytes out of a ring buffer.',
  args: {
    device: required(str, 'its name'),
    size: required(int, 'how many at most'),
    format: optional(DataFormat, 'utf8 if absent'),
  },
  returns: str,
  errors: { GenericError: 'it is no ring buffer' },
  example: { device: 'ring0', size: 16 },
  run({ device, size, format = 'utf8' }, { target }) {
    if (size <= 0) throw new QapiError('size must be greater than zero');
    const bytes = target.characters.readRing(device, Number(size));
    return format === 'base64' ? encodeBase64(bytes) : new TextDecoder().decode(bytes);
  },
});

const ringbufWrite = command('ringbuf-write', {
  since: '1.4',
  doc: 'Puts bytes into a ring buffer, behind what a device wrote.',
  args: {
    device: required(str, 'its name'),
    data: required(str, 'the bytes'),
    format: optional(DataFormat, 'utf8 if absent'),
  },
  errors: { GenericError: 'it is no ring buffer' },
  example: { device: 'ring0', data: 'hello' },
  run({ device, data, format = 'utf8' }, { target }) {
    target.characters.writeRing(device, format === 'base64' ? decodeBase64(data) : new TextEncoder().encode(data));
  },
});

const encodeBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

function decodeBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch (cause) {
    throw new UserError('Base64 data is not valid', { cause });
  }
}

const YankInstance = union('YankInstance', 'Something that has a connection.', {
  tag: 'type',
  members: {
    type: required(enumOf('YankInstanceType', 'What it is.', ['block-node', 'chardev', 'migration']), 'what it is'),
  },
  cases: {
    'block-node': struct('YankInstanceBlockNode', 'A disk.', { 'node-name': required(str, 'its name') }),
    chardev: struct('YankInstanceChardev', 'A character device.', { id: required(str, 'its name') }),
  },
});

const queryYank = command('query-yank', {
  since: '6.0',
  doc: 'Lists what has a connection that `yank` can cut.',
  oob: true,
  returns: arrayOf(YankInstance),
  example: {},
  run: (_, { target }) => target.characters.connections().map((id) => ({ type: 'chardev', id }) as const),
});

const yank = command('yank', {
  since: '6.0',
  doc: 'Cuts connections at once, for when a peer hangs.',
  oob: true,
  args: { instances: required(arrayOf(YankInstance), 'whose') },
  errors: { DeviceNotFound: 'one of them is not there' },
  example: { instances: [] },
  run({ instances }, { target }) {
    const known = target.characters.connections();
    const ids = instances.map((each) => (each.type === 'chardev' ? each.id : ''));
    if (ids.some((id) => !known.includes(id))) throw new QapiError('Instance not found', 'DeviceNotFound');
    return target.characters.disconnect(ids);
  },
});

/** What people write is what `-chardev` takes. */
function typed(text: string, id?: string): CharacterOptions {
  const { backend, ...rest } = keyValues(text, 'backend');
  return { ...rest, id: id ?? String(rest['id']), backend: String(backend) };
}

const labels = (target: MonitorTarget): readonly string[] => target.characters.list().map(({ label }) => label);

const hmpChardevAdd = hmp('chardev-add', {
  args: { chardev: restOfLine('args') },
  doc: 'make a character device, written as for -chardev',
  example: 'chardev-add null,id=c1',
  run({ chardev: text }, { target }) {
    const options = typed(text);
    if (target.characters.kinds().every((kind) => kind !== options.backend))
      throw new UserError(`'${options.backend}' is not a valid char driver name`);
    return target.characters.add(options);
  },
});

const hmpChardevChange = hmp('chardev-change', {
  args: { id: suggesting(word('its name'), labels), chardev: restOfLine('args') },
  doc: 'put another character device in the place of one',
  example: 'chardev-change serial0 null',
  run: ({ id, chardev: text }, { target }) => target.characters.change(typed(text, id)),
});

const hmpChardevRemove = hmp('chardev-remove', {
  args: { id: suggesting(word('its name'), labels) },
  doc: 'remove a character device that nobody uses',
  example: 'chardev-remove ring0',
  run: ({ id }, { target }) => target.characters.remove(id),
});

const hmpSendBreak = hmp('chardev-send-break', {
  args: { id: suggesting(word('its name'), labels) },
  doc: 'do as if a line break had come in',
  example: 'chardev-send-break serial0',
  run: ({ id }, { target }) => target.characters.sendBreak(id),
});

const hmpRingbufRead = hmp('ringbuf_read', {
  args: { device: suggesting(word('its name'), labels), size: integer('how many at most') },
  doc: 'take the oldest bytes out of a ring buffer',
  example: 'ringbuf_read ring0 16',
  run: ({ device, size }, { target }) =>
    `${printable(new TextDecoder().decode(target.characters.readRing(device, size)))}\n`,
});

/** Control characters as C writes them, so that they do nothing to the terminal. */
const printable = (text: string): string =>
  text.replace(/[^\P{Cc}\n\t]|\\/gu, (letter) =>
    letter === '\\' ? '\\\\' : `\\u${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );

const hmpRingbufWrite = hmp('ringbuf_write', {
  args: { device: suggesting(word('its name'), labels), data: word('the text') },
  doc: 'put text into a ring buffer',
  example: 'ringbuf_write ring0 hello',
  run: ({ device, data }, { target }) => target.characters.writeRing(device, new TextEncoder().encode(data)),
});

const infoChardev = hmp('info chardev', {
  doc: 'show the character devices',
  run: (_, { target }) =>
    textOf(target.characters.list().map(({ label, filename }) => `${label}: filename=${filename}`)),
});

export const chardev = topic('Character devices', {
  doc: 'Terminals, sockets and files that serial ports and monitors are connected to.',
  commands: [
    queryChardev,
    queryChardevBackends,
    chardevAdd,
    chardevChange,
    chardevRemove,
    chardevSendBreak,
    ringbufRead,
    ringbufWrite,
    queryYank,
    yank,
  ],
  hmp: [infoChardev, hmpChardevAdd, hmpChardevChange, hmpChardevRemove, hmpSendBreak, hmpRingbufRead, hmpRingbufWrite],
});
