/** How each charge point is served while one decision is made: as its record says, until the decision says otherwise. */
import type { Service } from '../group/service.js';
import type { SlaveRecord } from '../group/slave-record.js';

export class Services {
  readonly #changed = new Map<SlaveRecord, Service>();

  /** Only those that this decision changed. */
  get changed(): ReadonlyMap<SlaveRecord, Service> {
    return this.#changed;
  }

  find(record: SlaveRecord): Service {
    return (this.#changed.size > 0 ? this.#changed.get(record) : undefined) ?? record.service;
  }

  replace(record: SlaveRecord, service: Service): void {
    if (service !== this.find(record)) this.#changed.set(record, service);
  }
}
