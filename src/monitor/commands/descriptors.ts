import { arrayOf, int, optional, required, str, struct } from '../../qapi/schema.ts';
import { QapiError } from '../../qapi/error.ts';
import { command } from '../command.ts';
import { word } from '../hmp-args.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';

/** A socket of this host hands over bytes only, so no descriptor ever comes with a command. */
const nothingCame = (): never => {
  throw new QapiError('No file descriptor supplied via SCM_RIGHTS');
};

const notFound = (name: string): QapiError => new QapiError(`File descriptor named '${name}' not found`);

const getfd = command('getfd', {
  since: '0.14',
  doc: 'Keeps a file descriptor that came with the command, under a name. This host hands none over.',
  args: { fdname: required(str, 'the name') },
  errors: { GenericError: 'no descriptor came' },
  example: { fdname: 'fd1' },
  run: nothingCame,
});

const closefd = command('closefd', {
  since: '0.14',
  doc: 'Closes a file descriptor that `getfd` kept.',
  args: { fdname: required(str, 'its name') },
  errors: { GenericError: 'there is none of that name' },
  example: { fdname: 'fd1' },
  run({ fdname }) {
    throw notFound(fdname);
  },
});

const addFd = command('add-fd', {
  since: '1.2',
  doc: 'Puts a file descriptor that came with the command into a set. This host hands none over.',
  args: {
    'fdset-id': optional(int, 'the set; a new one if absent'),
    opaque: optional(str, 'a note to find it again by'),
  },
  returns: struct('AddfdInfo', 'Where a descriptor was put.', {
    'fdset-id': required(int, 'the set'),
    fd: required(int, 'the descriptor'),
  }),
  errors: { GenericError: 'no descriptor came' },
  example: {},
  run: nothingCame,
});

const removeFd = command('remove-fd', {
  since: '1.2',
  doc: 'Takes a file descriptor, or all of them, out of a set.',
  args: { 'fdset-id': required(int, 'the set'), fd: optional(int, 'the descriptor; all if absent') },
  errors: { GenericError: 'there is no such set or descriptor' },
  example: { 'fdset-id': 1 },
  run({ 'fdset-id': set, fd }) {
    throw notFound(fd === undefined ? `fdset-id:${set}` : `fdset-id:${set}, fd:${fd}`);
  },
});

const queryFdsets = command('query-fdsets', {
  since: '1.2',
  doc: 'Lists the sets of file descriptors.',
  returns: arrayOf(
    struct('FdsetInfo', 'A set of descriptors.', {
      'fdset-id': required(int, 'its number'),
      fds: required(
        arrayOf(
          struct('FdsetFdInfo', 'A descriptor in a set.', {
            fd: required(int, 'the descriptor'),
            opaque: optional(str, 'the note that was given with it'),
          }),
        ),
        'what is in it',
      ),
    }),
  ),
  example: {},
  run: () => [],
});

const hmpGetfd = hmp('getfd', {
  args: { name: word('the name') },
  doc: 'keep a file descriptor that comes with the command',
  example: 'getfd fd1',
  run: nothingCame,
});

const hmpClosefd = hmp('closefd', {
  args: { name: word('its name') },
  doc: 'close a file descriptor that was kept',
  example: 'closefd fd1',
  run({ name }) {
    throw notFound(name);
  },
});

export const descriptors = topic('File descriptors', {
  doc: `Files that another program has opened and passes on over a socket. The host of this program hands no
descriptors over, so the commands answer as they do where none came.`,
  commands: [getfd, closefd, addFd, removeFd, queryFdsets],
  hmp: [hmpGetfd, hmpClosefd],
});
