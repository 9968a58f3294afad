import { arrayOf, bool, enumOf, int, optional, required, str, struct } from '../../qapi/schema.ts';
import { QapiError } from '../../qapi/error.ts';
import { event } from '../../qapi/declaration.ts';
import { command } from '../command.ts';
import { word } from '../hmp-args.ts';
import { hmp } from '../hmp-command.ts';
import { JOB_STATUSES, JOB_TYPES } from '../job-list.ts';
import { topic } from '../topic.ts';

const JobType = enumOf('JobType', 'What a job does.', JOB_TYPES);
const JobStatus = enumOf('JobStatus', 'How far a job is.', JOB_STATUSES);

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
  run: (_, { target }) =>
    target.jobs.all.map((job) => ({
      ...job,
      'current-progress': job.status === 'concluded' ? 1 : 0,
      'total-progress': 1,
    })),
});

const JOB_STATUS_CHANGE = event('JOB_STATUS_CHANGE', {
  since: '3.0',
  doc: 'A job is further than it was.',
  data: { id: required(str, 'its name'), status: required(JobStatus, 'how far it is') },
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

const noBlockJob = ({ device }: { readonly device: string }): never => {
  throw new QapiError(`Block job '${device}' not found`, 'DeviceNotActive');
};

const jobId = { id: required(str, 'its name') };

/** What can be asked of a job. */
const jobCommands = Object.entries({
  cancel: 'Ends a job before it is done.',
  complete: 'Lets a job that is ready come to its end.',
  dismiss: 'Forgets a job that has ended.',
  finalize: 'Lets a job that waits for it do its last step.',
  pause: 'Lets a job wait.',
  resume: 'Lets a job that waits go on.',
}).map(([deed, doc]) =>
  command(`job-${deed}`, {
    since: '3.0',
    doc,
    args: jobId,
    errors: { GenericError: 'there is no such job, or it cannot do that now' },
    example: { id: 'job0' },
    // No job that there is waits for anybody, or can be stopped on its way.
    run: ({ id }, { target }) => (deed === 'dismiss' ? target.jobs.dismiss(id) : target.jobs.refuse(id, deed)),
  }),
);

const blockJob = { device: required(str, 'its name') };
const blockJobErrors = { DeviceNotActive: 'there is no such job' };

const blockJobCommands = [
  command('block-job-cancel', {
    since: '1.1',
    doc: 'Ends a job on a disk before it is done.',
    args: { ...blockJob, force: optional(bool, 'even while it waits') },
    errors: blockJobErrors,
    example: { device: 'job0' },
    run: noBlockJob,
  }),
  command('block-job-set-speed', {
    since: '1.1',
    doc: 'Limits how fast a job on a disk is.',
    args: { ...blockJob, speed: required(int, 'the most bytes a second; zero for no limit') },
    errors: blockJobErrors,
    example: { device: 'job0', speed: 0 },
    run: noBlockJob,
  }),
  ...Object.entries({
    complete: 'Lets a job on a disk that is ready come to its end.',
    pause: 'Lets a job on a disk wait.',
    resume: 'Lets a job on a disk that waits go on.',
  }).map(([deed, doc]) =>
    command(`block-job-${deed}`, {
      since: '1.3',
      doc,
      args: blockJob,
      errors: blockJobErrors,
      example: { device: 'job0' },
      run: noBlockJob,
    }),
  ),
];

const hmpBlockJobs = Object.entries({ cancel: 'end', complete: 'complete', pause: 'pause', resume: 'resume' }).map(
  ([deed, doc]) =>
    hmp(`block_job_${deed}`, {
      args: { device: word('its name') },
      doc: `${doc} a job on a disk`,
      example: `block_job_${deed} job0`,
      run: noBlockJob,
    }),
);

const infoBlockJobs = hmp('info block-jobs', { doc: 'show the jobs on disks', run: () => 'No active jobs\n' });

export const jobs = topic('Jobs', {
  doc: 'Work in the background.',
  commands: [queryJobs, ...jobCommands, queryBlockJobs, ...blockJobCommands],
  events: [JOB_STATUS_CHANGE],
  hmp: [infoBlockJobs, ...hmpBlockJobs],
});
