/**
 * The mutants: the rules of docs/decisions/0003-ledger-and-leases.md, each broken in one place of the emitted code, and a
 * test that must fail then. With the text of a rule the text here changes: what is not found is a failure.
 */
import type { Edit, Row } from './edit.js';
import { MASTER_MUTANTS } from './master.js';
import { MASTERS_MUTANTS } from './masters.js';
import { METER_MUTANTS } from './meters.js';
import { OPERATOR_MUTANTS } from './operator.js';
import { RELOAD_MUTANTS } from './reload.js';
import { SETTINGS_MUTANTS } from './settings.js';
import { SOLAR_MUTANTS } from './solar.js';
import { SLAVE_MUTANTS } from './slave.js';
import { VEHICLE_MUTANTS } from './vehicles.js';

export interface Mutant extends Edit {
  /** As in the rules: S1 to S6, M1 to M7, I4, I5; K1 to K8: vehicles and meters as they are; A1 to H6: the scene of that number; 0019: that decision; RTU: the traps of serial lines. */
  readonly rule: string;
  readonly name: string;
  /** A file of test/ without its ending that must fail: `dlm/ledger`. */
  readonly killer: string;
}

const rows: readonly Row[] = [
  ...SLAVE_MUTANTS,
  ...MASTER_MUTANTS,
  ...MASTERS_MUTANTS,
  ...METER_MUTANTS,
  ...VEHICLE_MUTANTS,
  ...OPERATOR_MUTANTS,
  ...SOLAR_MUTANTS,
  ...RELOAD_MUTANTS,
  ...SETTINGS_MUTANTS,
];

export const MUTANTS: readonly Mutant[] = rows.map(([rule, name, file, find, replace, killer]) => ({
  ...{ rule, name, file, find, replace, killer },
}));

/**
 * Section 7 of the safety rules: without one of these the promise is broken, and both simulations must notice it within 300 seeds. The
 * numbers are the seeds from which each notices soon; another one only takes longer.
 */
export const SAFETY_MUTANTS: ReadonlyMap<string, Readonly<Record<string, number>>> = new Map([
  ['no fencing', { 'sim/ledger': 4, 'sim/world/slice': 49 }],
  ['lease from receipt', { 'sim/ledger': 6, 'sim/world/slice': 64 }],
  ['no wait after restart', { 'sim/ledger': 3, 'sim/world/slice': 6 }],
  ['no hold', { 'sim/ledger': 4, 'sim/world/slice': 18 }],
  ['raise before acknowledgement', { 'sim/ledger': 19, 'sim/world/slice': 49 }],
]);

/** All tests that must kill it: the one of its rule, and the simulations. */
export function killersOf({ name, killer }: Pick<Mutant, 'name' | 'killer'>): readonly string[] {
  return [killer, ...Object.keys(SAFETY_MUTANTS.get(name) ?? {})];
}
