/**
 * The building's meter: a real Modbus TCP server whose registers show the building and the charging vehicles, renewed like
 * those of a device every now and then, with some noise. It notes when a value was first read: what meter and polling alone
 * cost, before the product does anything.
 */
import { seededRng } from '../src/base/rng.js';
import { mapPhases, perPhase } from '../src/base/units.js';
import { SIEMENS_PAC2200 } from '../src/meters/models/siemens-pac2200.js';
import { type VirtualMeter, virtualMeter } from '../src/sim/virtual-meter.js';
import { type ModbusTcpServer, type RegisterImage, serveModbusTcp } from '../src/transports/modbus-tcp-server.js';

export const METER_MODEL = SIEMENS_PAC2200;
const NOMINAL_V = 230;
/** Largest error of a current: two values are never the same. */
const NOISE_A = 0.05;

export class BenchMeter implements RegisterImage {
  /** Amperes on each phase that the vehicles draw now. */
  vehiclesA: () => number = () => 0;
  readonly #registers: VirtualMeter;
  #buildingA: number;
  #server: ModbusTcpServer | undefined;
  #onRead: ((atMs: number) => void) | undefined;
  #renewedAtMs = Number.NEGATIVE_INFINITY;
  /** Whether the registers hold what was stepped to. */
  #isStepShown = true;
  readonly #rng = seededRng(1);

  readonly #renewMs: number;

  private constructor(buildingA: number, renewMs: number) {
    this.#buildingA = buildingA;
    this.#renewMs = renewMs;
    this.#registers = virtualMeter(METER_MODEL, { currentA: perPhase(buildingA), voltageV: perPhase(NOMINAL_V) });
  }

  /** `renewMs`: how often registers are renewed; 0: whenever they are read. */
  static async open(buildingA: number, renewMs: number): Promise<BenchMeter> {
    const meter = new BenchMeter(buildingA, renewMs);
    const server = await serveModbusTcp(meter, { host: '127.0.0.1', port: 0 });
    if (!server.ok) throw new Error(server.error);
    meter.#server = server.value;
    return meter;
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  get buildingA(): number {
    return this.#buildingA;
  }

  /** Writes the registers; `onRead` is called when their currents are served for the first time. */
  step(buildingA: number, onRead: (atMs: number) => void): void {
    this.#buildingA = buildingA;
    this.#onRead = onRead;
    this.#isStepShown = false;
  }

  read(block: Parameters<RegisterImage['read']>[0]): ReturnType<RegisterImage['read']> {
    this.#renew();
    const holdsCurrents = METER_MODEL.rows.some(
      ({ measurand, address }) =>
        measurand === 'currentL1' && address >= block.address && address < block.address + block.count,
    );
    if (holdsCurrents && this.#isStepShown) {
      this.#onRead?.(performance.now());
      this.#onRead = undefined;
    }
    return this.#registers.read(block);
  }

  /** On a grid of its own; what it would have shown between two reads nobody sees. */
  #renew(): void {
    const nowMs = performance.now();
    const gridMs = this.#renewMs === 0 ? nowMs : Math.floor(nowMs / this.#renewMs) * this.#renewMs;
    if (gridMs === this.#renewedAtMs) return;
    this.#renewedAtMs = gridMs;
    this.#isStepShown = true;
    const flowA = this.#buildingA + this.vehiclesA();
    const currentA = mapPhases(() => flowA + this.#rng.between(-NOISE_A, NOISE_A));
    this.#registers.set({ currentA, voltageV: perPhase(NOMINAL_V) });
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}
