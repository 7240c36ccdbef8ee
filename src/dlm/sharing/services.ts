/** The service of each charge point during one decision: that of its record, until the decision replaces it. */
import type { Service } from '../group/service.js';
import type { SlaveRecord } from '../group/slave-record.js';

export class Services {
  readonly #changed = new Map<SlaveRecord, Service>();

  /** Only the services that this decision replaced. */
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
