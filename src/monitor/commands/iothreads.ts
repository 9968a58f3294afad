import { arrayOf, int, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const queryIothreads = command('query-iothreads', {
  since: '2.0',
  doc: 'Lists the threads that devices were given for their work. Here all of them share one.',
  returns: arrayOf(
    struct('IOThreadInfo', 'A thread for devices.', {
      id: required(str, 'its name'),
      'thread-id': required(int, 'the thread of this process'),
      'poll-max-ns': required(int, 'the longest time that it looks for work before it sleeps'),
      'poll-grow': required(int, 'how fast that time grows'),
      'poll-shrink': required(int, 'how fast it shrinks'),
      'aio-max-batch': required(int, 'the most requests that it passes on together'),
    }),
  ),
  example: {},
  run: () => [],
});

const infoIothreads = hmp('info iothreads', { doc: 'show the threads that devices were given', run: () => '' });

export const iothreads = topic('Threads of devices', {
  doc: 'Threads that do the work of devices.',
  commands: [queryIothreads],
  hmp: [infoIothreads],
});
