/** The runs of the virtual site, as many at once as there are cores. Each worker builds its site again, from the same data. */
import { Worker } from 'node:worker_threads';
import type { Extent } from './cases.js';
import type { ManagedDelivered } from './managed-play.js';

export interface Job {
  /** Where the recorded days are. */
  readonly folder: string;
  readonly extent: Extent;
  /** Places in the lists of sites and of their methods. */
  readonly site: number;
  readonly method: number;
}

export type FromWorker = { readonly share: number } | { readonly delivered: ManagedDelivered };

interface Waiting {
  readonly job: Job;
  readonly resolve: (delivered: ManagedDelivered) => void;
  readonly reject: (error: unknown) => void;
  readonly onShare: (share: number) => void;
}

export class WorkerPool {
  readonly #waiting: Waiting[] = [];
  #free: number;

  constructor(size: number) {
    this.#free = size;
  }

  /** `onShare`: how far it is, 0 to 1. */
  run(job: Job, onShare: (share: number) => void): Promise<ManagedDelivered> {
    const delivered = new Promise<ManagedDelivered>((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject, onShare });
    });
    this.#next();
    return delivered;
  }

  #next(): void {
    if (this.#free === 0) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#free -= 1;
    const worker = new Worker(new URL('managed-worker.js', import.meta.url), { workerData: next.job });
    worker.on('message', (said: FromWorker) => {
      if ('share' in said) next.onShare(said.share);
      else next.resolve(said.delivered);
    });
    worker.on('error', next.reject);
    worker.on('exit', () => {
      this.#free += 1;
      this.#next();
    });
  }
}
