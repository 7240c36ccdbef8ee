/** The product's own control on a site, with all the delays that it has in a real installation. */
import { nodeMac } from '../src/transports/node-mac.js';
import { type ManagedDelivered, ManagedPlay, type PlayForm } from './managed-play.js';
import type { EvaluationSite, Sharing } from './site.js';

const PORTS = { mac: nodeMac, settled: (): Promise<void> => new Promise((resolve) => setImmediate(resolve)) };

/** Share of the sessions that have begun. */
export type OnProgress = (share: number) => void;

export function runManaged(
  site: EvaluationSite,
  sharing: Sharing,
  form: PlayForm,
  onProgress: OnProgress = () => {},
): Promise<ManagedDelivered> {
  return new ManagedPlay(site, sharing, form, PORTS).play(onProgress);
}
