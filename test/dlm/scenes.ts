/** Scenes for the allocator in few words: fuses and vehicles with sensible defaults, limits as plain numbers. */
import { type Amps, NO_AMPS, type PhaseAmps, perPhase } from '../../src/base/units.js';
import {
  type AllocationAnswer,
  type AllocationCandidate,
  type AllocationCircuit,
  type AllocationRequest,
  allocate,
} from '../../src/dlm/allocate.js';

export type Scene = Partial<AllocationRequest> & Pick<AllocationRequest, 'circuits' | 'chargePoints'>;

/** A fuse; a number stands for the same on each phase. */
export function fuse(id: string, limitA: Amps | PhaseAmps, facts: Partial<AllocationCircuit> = {}): AllocationCircuit {
  return { id, limitA: typeof limitA === 'number' ? perPhase(limitA) : limitA, backgroundA: NO_AMPS, ...facts };
}

/** Which phases of its connector a vehicle loads. */
const LOADED = { '1p': 0b001, '2p': 0b011, '3p': 0b111 } as const;

/** A vehicle of 6 to 32 A behind the circuit "main". */
export function vehicle(
  id: string,
  phases: keyof typeof LOADED,
  facts: Partial<AllocationCandidate> = {},
): AllocationCandidate {
  return {
    id,
    circuit: 'main',
    rotation: 'RST',
    activePhases: LOADED[phases],
    minA: 6,
    maxA: 32,
    priority: 1,
    connectedAtS: 0,
    chargingS: 0,
    ...facts,
  };
}

export function divide(scene: Scene): AllocationAnswer {
  return allocate({ stepA: 1, sharing: 'equal', shortage: 'longest-charging-first', rotationSeed: 0, ...scene });
}

/** The limits in the order of the charge points: "16 16 0". */
export function limitsText(scene: Scene): string {
  const { limits } = divide(scene);
  return scene.chargePoints.map(({ id }) => String(limits.get(id)?.limitA)).join(' ');
}
