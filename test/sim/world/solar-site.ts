/** A house with PV, its meter at the grid, and up to three charge points behind a fuse of 63 A. */
import t, { type Test } from 'tap';
import type { Ms, PerPhase, PhaseAmps, Watts } from '../../../src/base/units.js';
import { Scene, type SceneOptions } from './scene.js';

export const IDS = ['a', 'b', 'c'] as const;
const METERS =
  'meters:\n  - { id: grid, model: eastron-sdm630-v2, connection: "tcp://192.0.2.1", pollPeriodMs: 500, timeoutMs: 400 }';

export interface Sunny {
  readonly mode: string;
  readonly count?: number;
  readonly phases?: 1 | 3;
  /** Where a vehicle is. */
  readonly charging?: string;
  /** Steps of what PV feeds in: seconds, and W evenly or on each phase. */
  readonly solar: readonly (readonly [number, Watts | PerPhase<Watts>])[];
  readonly houseW?: Watts;
  readonly rules?: string;
  /** More keys of the root. */
  readonly root?: string;
  /** More keys of each charge point. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly more?: string;
}

function evenly(watts: Watts): PhaseAmps {
  return [watts / 690, watts / 690, watts / 690];
}

export function site({ mode, count = 1, phases = 3, charging = 'abc'.slice(0, count), ...rest }: Sunny): SceneOptions {
  const { solar, houseW = 3000, rules = '', root = '', keys = {}, more = '' } = rest;
  const point = (id: string): string =>
    `  - { id: ${id}, circuit: garage, phases: ${phases}, disconnectedLimitA: 0${keys[id] ?? ''} }`;
  return {
    config: `
site: Scene
circuits:
  - { id: main, limitA: 100, meter: grid${root} }
  - { id: garage, parent: main, limitA: 63 }
${METERS}
chargePoints:
${IDS.slice(0, count).map(point).join('\n')}
solar: { meter: grid, mode: ${mode}${rules} }
${more}
`,
    vehicles: Object.fromEntries([...charging].map((id) => [id, { phases }])),
    buildingA: evenly(houseW),
    solarW: solar.map(([atS, powerW]): { atMs: Ms; powerW: Watts | PerPhase<Watts> } => ({ atMs: atS * 1000, powerW })),
  };
}

export function shown(scene: Scene, ids: string): readonly number[] {
  return [...ids].map((id) => scene.limitA(id)).sort((x, y) => y - x);
}

/** What flows through the root from the grid, over all three phases; negative while it feeds in. */
export function netW(scene: Scene): Watts {
  const { drawnMa, buildingMa } = scene.world.copper.conductors[0] ?? { drawnMa: [], buildingMa: [] };
  return [0, 1, 2].reduce((sum, p) => sum + ((drawnMa[p] ?? 0) + (buildingMa[p] ?? 0)) * 0.23, 0);
}

/** What comes from the grid meanwhile, in kWh. */
export async function importKwh(scene: Scene, untilS: number): Promise<number> {
  let energyWs = 0;
  await scene.each(1, untilS, () => {
    energyWs += Math.max(0, netW(scene));
  });
  return energyWs / 3.6e6;
}

export function play(name: string, options: SceneOptions, act: (scene: Scene, t: Test) => Promise<void>): void {
  t.test(name, async (t) => {
    const scene = new Scene(options);
    await act(scene, t);
    t.strictSame(scene.end(), [], 'no judge complains');
  });
}

/** Two steps of charge points: one has come before, another one comes. */
export async function showDirection(scene: Scene): Promise<void> {
  await scene.at(60);
  scene.plugIn('b');
}
