/** A site on loopback: a real master process, a meter and slaves in this process, all on free ports. */
import { BenchMeter, METER_MODEL } from './meter.js';
import { pause } from './numbers.js';
import { CONNECTOR_MAX_A, chargePointId, freeDiscoveryPort, rotationOf, SlaveGroup } from './slaves.js';
import type { Child, Workshop } from './workshop.js';

export interface SiteOptions {
  readonly slaves: number;
  readonly fuseA: number;
  readonly buildingA: number;
  readonly vehicleMaxA: number;
  /** Connectors with one phase, a third of them on each phase of the grid. */
  readonly isOnePhase?: boolean;
  readonly pollPeriodMs?: number;
  /** How often the meter renews its registers; absent: whenever they are read. */
  readonly meterRenewMs?: number;
  readonly mqttUrl?: string | undefined;
  /** True: in the configuration; false: found by discovery and taken on. */
  readonly isListed: boolean;
}

export interface BenchSite {
  readonly meter: BenchMeter;
  readonly slaves: SlaveGroup;
  startMaster(stateDir?: string, env?: NodeJS.ProcessEnv): Child;
}

const PATIENCE_MS = 30_000;
const LOOK_MS = 10;

export async function openSite(workshop: Workshop, options: SiteOptions): Promise<BenchSite> {
  const meter = workshop.keep(await BenchMeter.open(options.buildingA, options.meterRenewMs ?? 0));
  const port = await freeDiscoveryPort();
  const { slaves: count, vehicleMaxA, isOnePhase = false } = options;
  const slaves = workshop.keep(await SlaveGroup.open({ count, port, vehicleMaxA, isOnePhase }));
  meter.vehiclesA = () => slaves.drawnA();
  const config = configOf(options, meter.port, port);
  return {
    meter,
    slaves,
    startMaster: (stateDir, env) =>
      workshop.startMaster({ config, ...(stateDir !== undefined && { stateDir }), ...(env && { env }) }),
  };
}

function configOf(options: SiteOptions, meterPort: number, port: number): unknown {
  const { slaves, fuseA, pollPeriodMs, mqttUrl, isListed, isOnePhase = false } = options;
  const listed = Array.from({ length: isListed ? slaves : 0 }, (_, index) => ({
    id: chargePointId(index),
    circuit: 'main',
    maxA: CONNECTOR_MAX_A,
    ...(isOnePhase && { phases: 1, rotation: rotationOf(index) }),
  }));
  return {
    site: 'Bench',
    circuits: [{ id: 'main', limitA: fuseA, meter: 'grid', fallbackA: isOnePhase ? slaves * 2 : slaves * 6 }],
    meters: [
      {
        id: 'grid',
        model: METER_MODEL.id,
        connection: `tcp://127.0.0.1:${meterPort}`,
        ...(pollPeriodMs !== undefined && { pollPeriodMs }),
      },
    ],
    discovery: { port, interfaces: ['lo'], autoAdopt: !isListed },
    chargePoints: listed,
    ...(mqttUrl !== undefined && { mqtt: { url: mqttUrl } }),
  };
}

/** Looks every 10 ms until it is so. Throws with the master's last words when it ends or that takes far too long. */
export async function until(what: string, master: Child, isSo: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (master.hasEnded() || performance.now() > deadlineMs)
      throw new Error(`${what} did not happen; the master said:\n${master.logTail()}`);
    await pause(LOOK_MS);
  }
}
