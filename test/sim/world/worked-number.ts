/** A worked number of a manual as a row: a site, its vehicles, what is done, and which limits must be there then. */
import t, { type Test } from 'tap';
import { assert } from '../../../src/base/assert.js';
import type { Amps, PhaseAmps } from '../../../src/base/units.js';
import type { VehiclePlan } from '../../../src/sim/world/scenario.js';
import { Scene, type SceneOptions } from './scene.js';

/** Of the charge points with these letters: the limits, the highest first. `{ ab: [24, 23], c: [0] }` */
export type Limits = Readonly<Record<string, readonly Amps[]>>;

export interface Step {
  readonly act?: (scene: Scene) => void;
  /** When to look, s. */
  readonly atS: number;
  readonly limits: Limits;
}

export interface WorkedNumber {
  /** "example 9: what is asked" */
  readonly name: string;
  /** Keys of each circuit; the first one is the root, `main`. */
  readonly circuits: readonly string[];
  /** Keys of each charge point; their circuit is `main` unless they say another one. */
  readonly points: Readonly<Record<string, string>>;
  /** More of the file. */
  readonly file?: string;
  readonly vehicles: Readonly<Record<string, Partial<VehiclePlan>>>;
  readonly buildingA?: PhaseAmps;
  readonly steps: readonly Step[];
  /** What else must be so at the end. */
  readonly last?: (scene: Scene, t: Test) => void;
}

export const METER =
  'meters:\n  - { id: grid, model: eastron-sdm630-v2, connection: "tcp://192.0.2.1", pollPeriodMs: 500, timeoutMs: 400 }\n';

export const SINGLE = { phases: 1 } as const;

/** The same for each of these letters. */
export function each<T>(ids: string, value: T): Record<string, T> {
  return Object.fromEntries([...ids].map((id) => [id, value]));
}

export function plug(id: string, vehicle: Partial<VehiclePlan> = {}): (scene: Scene) => void {
  return (scene) => scene.plugIn(id, vehicle);
}

export function loseMeter(scene: Scene): void {
  scene.strike('meter-silent', 'grid', 1e6);
}

export function say(id: string, level: 'high' | 'low'): (scene: Scene) => void {
  return (scene) => scene.master.runtime?.hear({ kind: 'input', id, level });
}

function optionsOf({ circuits, points, file = '', vehicles, buildingA }: WorkedNumber): SceneOptions {
  const isMetered = circuits.some((keys) => keys.includes('meter: grid'));
  const rows = Object.entries(points).map(([id, keys]) => {
    const circuit = keys.includes('circuit: ') ? '' : ', circuit: main';
    return `  - { id: ${id}${circuit}${keys && `, ${keys}`} }`;
  });
  const fuses = circuits.map((keys, index) => `  - { ${index === 0 ? 'id: main, ' : ''}${keys} }`);
  const config = `\nsite: Scene\ncircuits:\n${fuses.join('\n')}\n${isMetered ? METER : ''}${file}\nchargePoints:\n${rows.join('\n')}\n`;
  return { config, vehicles, ...(buildingA && { buildingA }) };
}

function shown(scene: Scene, limits: Limits): Limits {
  const sorted = (ids: string): readonly Amps[] => [...ids].map((id) => scene.limitA(id)).sort((x, y) => y - x);
  return Object.fromEntries(Object.keys(limits).map((ids) => [ids, sorted(ids)]));
}

export function playAll(numbers: readonly WorkedNumber[]): void {
  for (const number of numbers) {
    assert(/^examples? \d/.test(number.name), `${number.name} begins with its number`);
    t.test(number.name, async (t) => {
      const scene = new Scene(optionsOf(number));
      for (const { act, atS, limits } of number.steps) {
        act?.(scene);
        await scene.at(atS);
        t.same(shown(scene, limits), limits, `at ${atS} s`);
      }
      number.last?.(scene, t);
      t.strictSame(scene.end(), [], 'no judge complains');
    });
  }
}
