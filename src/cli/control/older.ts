/**
 * Answers of a running master that is older than this command, after an update that has not restarted it yet. Fields that came
 * after version 0.1.0 may be missing there: then they say that nothing is known.
 */
import type { SlaveEntry, StatusAnswer } from '../../ports/commands.js';
import type { ChargePointStatus } from '../../ports/status-sink.js';

/** `T` whose fields `K` an older master leaves out. */
export type Since<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

const POINT = {
  name: null,
  location: null,
  errorCode: null,
  neededA: 0,
  explanation: '',
  queue: null,
  powerW: 0,
  sessionWh: 0,
  chargingMs: 0,
  pluggedInMs: 0,
} as const;
const SLAVE = { name: null, location: null, silentBecause: null } as const;
const ANSWER = { unread: [], silent: [], sources: [] } as const;

export type AnyPoint = Since<ChargePointStatus, keyof typeof POINT>;
export type AnyStatus = Since<Omit<StatusAnswer, 'chargePoints'>, keyof typeof ANSWER | 'sums'> & {
  readonly chargePoints: readonly AnyPoint[];
};
export type AnySlave = Since<SlaveEntry, keyof typeof SLAVE>;

/** `sums` stay away: none can be made up. */
export type WholeStatus = Since<StatusAnswer, 'sums'>;

export function wholeStatus(status: AnyStatus): WholeStatus {
  return { ...ANSWER, ...status, chargePoints: status.chargePoints.map((point) => ({ ...POINT, ...point })) };
}

export function wholeSlaves(slaves: readonly AnySlave[]): readonly SlaveEntry[] {
  return slaves.map((slave) => ({ ...SLAVE, ...slave }));
}
