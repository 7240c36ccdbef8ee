/** The product's own control on a site, with all the delays that it has in a real installation. */
import { nodeMac } from '../src/transports/node-mac.js';
import { type ManagedDelivered, ManagedPlay, type PlayForm } from './managed-play.js';
import type { EvaluationSite, Sharing } from './site.js';

const PORTS = { mac: nodeMac, settled: (): Promise<void> => new Promise((resolve) => setImmediate(resolve)) };

/** How far it is: 0 to 1. */
export type OnProgress = (share: number) => void;

export function runManaged(
  site: EvaluationSite,
  sharing: Sharing,
  form: PlayForm,
  onProgress: OnProgress = () => {},
): Promise<ManagedDelivered> {
  return new ManagedPlay(site, sharing, form, PORTS).play((minute) => onProgress(minute / site.minutes));
}
