import { arrayOf, bool, enumOf, int, optional, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const JobType = enumOf('JobType', 'What a job does.', [
  'commit',
  'stream',
  'mirror',
  'backup',
  'create',
  'amend',
  'snapshot-load',
  'snapshot-save',
  'snapshot-delete',
]);

const JobStatus = enumOf('JobStatus', 'How far a job is.', [
  'undefined',
  'created',
  'running',
  'paused',
  'ready',
  'standby',
  'waiting',
  'pending',
  'aborting',
  'concluded',
  'null',
]);

const IoStatus = enumOf('BlockDeviceIoStatus', 'Whether an error has stopped the machine.', [
  'ok',
  'failed',
  'nospace',
]);

const queryJobs = command('query-jobs', {
  since: '3.0',
  doc: 'Lists the work that goes on in the background.',
  returns: arrayOf(
    struct('JobInfo', 'A job.', {
      id: required(str, 'its name'),
      type: required(JobType, 'what it does'),
      status: required(JobStatus, 'how far it is'),
      'current-progress': required(int, 'how much is done, in units of its own'),
      'total-progress': required(int, 'how much there is to do; may grow'),
      error: optional(str, 'why it failed'),
    }),
  ),
  example: {},
  run: () => [],
});

const queryBlockJobs = command('query-block-jobs', {
  since: '1.1',
  doc: 'Lists the jobs on disks.',
  returns: arrayOf(
    struct('BlockJobInfo', 'A job on a disk.', {
      type: required(str, 'what it does'),
      device: required(str, 'its name'),
      len: required(int, 'how much there is to do; may grow'),
      offset: required(int, 'how much is done'),
      busy: required(bool, 'it is at work'),
      paused: required(bool, 'it was told to wait'),
      speed: required(int, 'the most bytes a second; zero for no limit'),
      'io-status': required(IoStatus, 'whether an error has stopped it'),
      ready: required(bool, 'it can be completed'),
      status: required(JobStatus, 'how far it is'),
      'auto-finalize': required(bool, 'it ends without being told to'),
      'auto-dismiss': required(bool, 'it is forgotten when it ends'),
      error: optional(str, 'why it failed'),
    }),
  ),
  example: {},
  run: () => [],
});

const infoBlockJobs = hmp('info block-jobs', { doc: 'show the jobs on disks', run: () => 'No active jobs\n' });

export const jobs = topic('Jobs', {
  doc: 'Work on disks in the background. There is none of it yet.',
  commands: [queryJobs, queryBlockJobs],
  hmp: [infoBlockJobs],
});
