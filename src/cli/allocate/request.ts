/** A request as text to what the division takes. Contract of the text: docs/allocate.md. */
import {
  connectedMask,
  type Network,
  NETWORKS,
  type PhaseCount,
  type PhaseMask,
  type Rotation,
  ROTATIONS,
  wiringIn,
} from '../../base/rotation.js';
import { wattsPerAmp } from '../../config/network.js';
import { mapPhases, NO_AMPS, PHASES } from '../../base/units.js';
import type { AllocationCandidate, AllocationCircuit, AllocationRequest } from '../../dlm/allocate.js';
import { powerCapacity, powerOf } from '../../dlm/load/power.js';
import { NOMINAL_VOLTAGE_V, SHARING_RULES, SHORTAGE_RULES } from '../../dlm/types.js';
import { gotText, RequestError } from './finding.js';
import { checkJson } from './json-fault.js';
import { type Fields, id, list, number, object, oneOf, triple, whole, yesNo } from './kinds.js';
import { checkRelations } from './relations.js';

export const CIRCUITS_MAX = 100_000;
export const CHARGE_POINTS_MAX = 100_000;
const AMPS_MAX = 1e6;
const WATTS_MAX = 1e9;
const SECONDS_MAX = 1e12;

const amps = number('a current in A', 0, AMPS_MAX);
const signedAmps = number('a current in A', -AMPS_MAX, AMPS_MAX);
const seconds = number('seconds', 0, SECONDS_MAX);

interface WrittenChargePoint extends Omit<AllocationCandidate, 'activePhases' | 'rotation'> {
  readonly rotation: Rotation;
  readonly phases: PhaseCount;
  readonly activePhases?: readonly boolean[];
}

interface WrittenCircuit extends AllocationCircuit {
  readonly exportMakesRoom: boolean;
}

interface WrittenRequest extends Omit<AllocationRequest, 'chargePoints' | 'circuits'> {
  readonly network: Network;
  readonly circuits: readonly WrittenCircuit[];
  readonly chargePoints: readonly WrittenChargePoint[];
}

const CIRCUIT: Fields<WrittenCircuit> = {
  id: { kind: id('the id of the circuit') },
  parent: { kind: id('the id of the circuit that feeds it'), mayLack: true },
  limitA: { kind: triple('three currents in A', amps) },
  backgroundA: { kind: triple('three currents in A', signedAmps), fallback: NO_AMPS },
  imbalanceLimitA: { kind: amps, mayLack: true },
  limitW: { kind: number('a power in W', 0, WATTS_MAX), mayLack: true },
  exportMakesRoom: { kind: yesNo, fallback: false },
  voltageV: { kind: number('a voltage in V', 1, 1000), mayLack: true },
};

const CHARGE_POINT: Fields<WrittenChargePoint> = {
  id: { kind: id('the id of the charge point') },
  circuit: { kind: id('the id of its circuit') },
  phases: { kind: oneOf([1, 2, 3]) },
  rotation: { kind: oneOf(ROTATIONS) },
  activePhases: { kind: list('a list of true or false, one for each phase', yesNo, 1, 3), mayLack: true },
  minA: { kind: amps },
  maxA: { kind: amps },
  priority: { kind: whole(1, 1_000_000), fallback: 1 },
  connectedAtS: { kind: seconds, fallback: 0 },
  chargingS: { kind: seconds, fallback: 0 },
};

const circuits = list(`a list of 1 to ${CIRCUITS_MAX} circuits`, object('a circuit', CIRCUIT), 1, CIRCUITS_MAX);
const chargePoints = list(
  `a list of 0 to ${CHARGE_POINTS_MAX} charge points`,
  object('a charge point', CHARGE_POINT),
  0,
  CHARGE_POINTS_MAX,
);

const REQUEST: Fields<WrittenRequest> = {
  network: { kind: oneOf(NETWORKS), fallback: 'TN' },
  circuits: { kind: circuits },
  chargePoints: { kind: chargePoints },
  stepA: { kind: number('a step in A', 0.01, 100), fallback: 1 },
  sharing: { kind: oneOf(SHARING_RULES), fallback: 'equal' },
  shortage: { kind: oneOf(SHORTAGE_RULES), fallback: 'longest-charging-first' },
  rotationSeed: { kind: whole(0, Number.MAX_SAFE_INTEGER), fallback: 0 },
};
const request = object<WrittenRequest>('a request', REQUEST);

/** All keys, for the page that explains them. */
export const REQUEST_KEYS = [REQUEST, CIRCUIT, CHARGE_POINT].flatMap((fields) => Object.keys(fields));

/** Throws a `RequestError` with the first thing that is wrong: the text, then each value in its order, then what refers to what. */
export function readRequest(text: string): AllocationRequest {
  checkJson(text);
  const { network, ...written } = request.read(JSON.parse(text));
  const read = {
    ...written,
    circuits: written.circuits.map(({ exportMakesRoom, ...circuit }) => {
      return withoutExport(inNetwork(circuit, network), exportMakesRoom);
    }),
    chargePoints: written.chargePoints.map((point, index) => candidateOf(point, index, network)),
  };
  checkRelations(read);
  return read;
}

/** The division reckons W from the A of one conductor. */
function inNetwork(circuit: AllocationCircuit, network: Network): AllocationCircuit {
  const voltageV = wattsPerAmp(network, circuit.voltageV);
  return voltageV === undefined ? circuit : { ...circuit, voltageV };
}

/**
 * Export makes no room behind a fuse, as in the daemon (dlm/load/capacity): a meter that counts backwards looks the same. It lifts
 * a power limit where that is said.
 */
function withoutExport(circuit: AllocationCircuit, makesRoom: boolean): AllocationCircuit {
  const importA = mapPhases((p) => Math.max(0, circuit.backgroundA[p]));
  const { limitW, voltageV = NOMINAL_VOLTAGE_V } = circuit;
  if (!makesRoom || limitW === undefined) return { ...circuit, backgroundA: importA };
  const { capacityW } = powerCapacity(limitW, voltageV, circuit.backgroundA, NO_AMPS, PHASES);
  return { ...circuit, backgroundA: importA, limitW: capacityW + powerOf(importA, voltageV) };
}

function candidateOf(
  { phases, activePhases, rotation, ...others }: WrittenChargePoint,
  index: number,
  network: Network,
): AllocationCandidate {
  const fault = activePhases && activePhasesFault(phases, activePhases);
  if (fault) throw fault.inside('chargePoints', index, 'activePhases');
  return {
    ...others,
    rotation: wiringIn(network, rotation),
    activePhases: activePhases ? maskOf(activePhases) : connectedMask(phases),
  };
}

function activePhasesFault(phases: PhaseCount, active: readonly boolean[]): RequestError | undefined {
  if (active.length !== 3 && active.length !== phases) {
    const lengths = phases === 3 ? '3' : `${phases} or 3`;
    return new RequestError(`${lengths} times true or false, because phases is ${phases}`, gotText(active));
  }
  const beyond = active.findIndex((isActive, phase) => isActive && phase >= phases);
  if (beyond !== -1) return new RequestError(`false, because phases is ${phases}`, 'true').inside(beyond);
  return active.includes(true) ? undefined : new RequestError('at least one phase that is true', 'none');
}

function maskOf(active: readonly boolean[]): PhaseMask {
  return active.reduce((mask, isActive, phase) => (isActive ? mask | (1 << phase) : mask), 0);
}
