/** What every topic is: a name for --only, and a run that gives tables and says how far it is. */
import type { Table } from './table.js';
import type { Workshop } from './workshop.js';

export interface Topic {
  readonly name: string;
  readonly about: string;
  run(workshop: Workshop, progress: (text: string) => void): Promise<readonly Table[]>;
}
