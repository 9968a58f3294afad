import { QapiError } from '../qapi/error.ts';
import type { MachineEvent } from './target.ts';

export const JOB_TYPES = [
  'commit',
  'stream',
  'mirror',
  'backup',
  'create',
  'amend',
  'snapshot-load',
  'snapshot-save',
  'snapshot-delete',
] as const;
export const JOB_STATUSES = [
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
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** Work in the background, as query-jobs shows it. */
export interface Job {
  readonly id: string;
  readonly type: (typeof JOB_TYPES)[number];
  status: JobStatus;
  error?: string;
}

/** The jobs of a machine. One that has ended stays until it is dismissed. */
export class JobList {
  readonly #tell: (event: MachineEvent) => void;
  readonly #jobs = new Map<string, Job>();

  constructor(tell: (event: MachineEvent) => void) {
    this.#tell = tell;
  }

  /** The youngest first. */
  get all(): readonly Job[] {
    return [...this.#jobs.values()].toReversed();
  }

  /** Begins a job. Whatever it throws is why it failed. */
  start(id: string, type: Job['type'], run: () => Promise<void>): void {
    if (!/^[a-z][\w.-]*$/i.test(id)) throw new QapiError('Invalid job ID');
    if (this.#jobs.has(id)) throw new QapiError(`Job ID '${id}' already in use`);
    const job: Job = { id, type, status: 'undefined' };
    this.#jobs.set(id, job);
    this.#become(job, 'created', 'running');
    void run().then(
      () => this.#become(job, 'waiting', 'pending', 'concluded'),
      (error: unknown) => {
        job.error = error instanceof Error ? error.message : String(error);
        this.#become(job, 'aborting', 'concluded');
      },
    );
  }

  #become(job: Job, ...statuses: readonly JobStatus[]): void {
    for (const status of statuses) {
      job.status = status;
      this.#tell({ name: 'JOB_STATUS_CHANGE', data: { id: job.id, status } });
    }
  }

  /** What cannot be done with a job says which state it is in. */
  refuse(id: string, verb: string): never {
    throw new QapiError(`Job '${id}' in state '${this.#find(id).status}' cannot accept command verb '${verb}'`);
  }

  dismiss(id: string): void {
    const job = this.#find(id);
    if (job.status !== 'concluded') this.refuse(id, 'dismiss');
    this.#jobs.delete(id);
    this.#become(job, 'null');
  }

  #find(id: string): Job {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new QapiError('Job not found');
    return job;
  }
}
