/** Measures how long it takes after a fault until all is well again, and says so when it takes too long. */
import type { Ms } from '../../../base/units.js';
import type { Injector } from '../../../sim/world/faults/injector.js';
import type { MasterBox } from '../master-box.js';
import type { FaultMark } from '../run-log.js';
import type { World } from '../world.js';

/** Alarms that say what was found out about a meter: taken back only when vehicles show it anew. */
const LASTING: ReadonlySet<string> = new Set([
  'METER_SIGN',
  'PHASE_MISMATCH',
  'OVERLOAD',
  'TWO_MASTERS',
  'VEHICLE_ASLEEP',
]);
/** A charge point that has its limit for one of these reasons is not served as it should be. */
const UNWELL: ReadonlySet<string> = new Set(['startup', 'offline', 'passive', 'fallbackUnsafe', 'overdraw']);

interface Open {
  readonly injector: Injector;
  readonly target: string;
  readonly fromMs: Ms;
  endMs: Ms | undefined;
  recoveredMs: Ms | undefined;
  isDisturbed: boolean;
}

export class Recovery {
  readonly #faults: Open[] = [];

  get isAnyOpen(): boolean {
    return this.#faults.some(({ endMs }) => endMs === undefined);
  }

  begin(injector: Injector, target: string, nowMs: Ms): Open {
    for (const other of this.#faults) if (other.recoveredMs === undefined) other.isDisturbed = true;
    const fault = {
      injector,
      target,
      fromMs: nowMs,
      endMs: undefined,
      recoveredMs: undefined,
      isDisturbed: this.isAnyOpen,
    };
    this.#faults.push(fault);
    return fault;
  }

  end(fault: Open, nowMs: Ms): void {
    fault.endMs = nowMs;
  }

  /** After each cycle of a master. */
  look(world: World, nowMs: Ms): void {
    const waiting = this.#faults.filter(({ endMs, recoveredMs }) => endMs !== undefined && recoveredMs === undefined);
    if (waiting.length === 0 || !isWell(world)) return;
    for (const fault of waiting) fault.recoveredMs = nowMs;
  }

  /** Whether this meter lies, or did until a short while ago. */
  liesSince(meterId: string, sinceMs: Ms): boolean {
    return this.#faults.some(({ injector, target, endMs }) => {
      return injector.isLie && target === meterId && (endMs ?? Number.POSITIVE_INFINITY) >= sinceMs;
    });
  }

  /** Whether something is wrong with this charge point now. */
  befalls(chargePointId: string): boolean {
    return this.spareSinceMs(chargePointId) === Number.POSITIVE_INFINITY;
  }

  /** When the last fault of this charge point ended; Infinity while one lasts, 0 where there was none. */
  spareSinceMs(chargePointId: string): Ms {
    const own = this.#faults.filter(({ target }) => target === chargePointId);
    return own.reduce((last, { endMs }) => Math.max(last, endMs ?? Number.POSITIVE_INFINITY), 0);
  }

  /** When the last fault ended; Infinity while one lasts. */
  get lastEndMs(): Ms {
    return this.#faults.reduce((last, { endMs }) => Math.max(last, endMs ?? Number.POSITIVE_INFINITY), 0);
  }

  get unrecovered(): readonly string[] {
    return this.#faults.flatMap(({ injector, recoveredMs }) => (recoveredMs === undefined ? [injector.name] : []));
  }

  marks(nowMs: Ms): readonly FaultMark[] {
    return this.#faults.map(({ injector, target, fromMs, endMs, recoveredMs, isDisturbed }) => ({
      fault: injector.name,
      row: injector.row,
      target,
      fromMs,
      toMs: endMs ?? nowMs,
      recoveryMs: isDisturbed || recoveredMs === undefined || endMs === undefined ? null : recoveredMs - endMs,
    }));
  }
}

/** One master decides, hears every meter and every charge point, and has nothing to complain of. */
export function isWell(world: World): boolean {
  const deciding = [...world.masters.values()].filter((master) => master.isDeciding);
  const [master] = deciding;
  if (!master || deciding.length !== 1) return false;
  return whatIsWrong(world, master) === undefined;
}

export function whatIsWrong(world: World, master: MasterBox): string | undefined {
  const { controller } = master.runtime ?? {};
  if (!controller) return 'no master';
  const lost = world.devices.find((device) => !master.isMeterOnline(device.id));
  if (lost) return `meter ${lost.id} is lost`;
  const alarm = controller.alarms.list().find(({ active, code }) => active && !LASTING.has(code));
  if (alarm) return `${alarm.code}: ${alarm.text}`;
  for (const box of world.boxes.values()) {
    const record = controller.records.find(({ id }) => id === box.id);
    if (!record) return `${box.id} is not known`;
    if (UNWELL.has(record.reason.kind)) return `${box.id}: ${record.reason.kind}`;
  }
  return undefined;
}
