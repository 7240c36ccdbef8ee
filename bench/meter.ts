/**
 * The building's meter: a real Modbus TCP server whose registers show the building and the charging vehicles. It notes
 * when a value was first read: what polling alone costs, before the product does anything.
 */
import { perPhase } from '../src/base/units.js';
import { SIEMENS_PAC2200 } from '../src/meters/models/siemens-pac2200.js';
import { type VirtualMeter, virtualMeter } from '../src/sim/virtual-meter.js';
import { type ModbusTcpServer, type RegisterImage, serveModbusTcp } from '../src/transports/modbus-tcp-server.js';

export const METER_MODEL = SIEMENS_PAC2200;
const NOMINAL_V = 230;

export class BenchMeter implements RegisterImage {
  /** Amperes on each phase that the vehicles draw now. */
  vehiclesA: () => number = () => 0;
  readonly #registers: VirtualMeter;
  #buildingA: number;
  #server: ModbusTcpServer | undefined;
  #onRead: ((atMs: number) => void) | undefined;

  private constructor(buildingA: number) {
    this.#buildingA = buildingA;
    this.#registers = virtualMeter(METER_MODEL, { currentA: perPhase(buildingA), voltageV: perPhase(NOMINAL_V) });
  }

  static async open(buildingA: number): Promise<BenchMeter> {
    const meter = new BenchMeter(buildingA);
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
  }

  read(block: Parameters<RegisterImage['read']>[0]): ReturnType<RegisterImage['read']> {
    const currentA = perPhase(this.#buildingA + this.vehiclesA());
    this.#registers.set({ currentA, voltageV: perPhase(NOMINAL_V) });
    const holdsCurrents = METER_MODEL.rows.some(
      ({ measurand, address }) =>
        measurand === 'currentL1' && address >= block.address && address < block.address + block.count,
    );
    if (holdsCurrents) {
      this.#onRead?.(performance.now());
      this.#onRead = undefined;
    }
    return this.#registers.read(block);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}
