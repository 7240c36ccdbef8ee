/** Eight meters on one serial line of 9600 bit/s, polled as fast as it carries: how old their values get. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRng } from '../src/base/rng.js';
import { SIEMENS_PAC2200 } from '../src/meters/models/siemens-pac2200.js';
import type { RegisterBus } from '../src/ports/register-bus.js';
import { MeterPoller } from '../src/runtime/poller.js';
import { busFor } from '../src/transports/buses.js';
import { systemClock, systemTimers } from '../src/transports/system-time.js';
import { pause } from './numbers.js';

const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('../../test/independent/rtu-line.py', import.meta.url));
export const METERS = 8;
export const DEAD_TIMEOUT_MS = 500;
const PHASE_MS = 15_000;

/** Of the meters that live. */
export interface LineFigures {
  /** From one good sample of a meter to its next one. */
  readonly gapsMs: readonly number[];
  /** Of a value at the moment when a newer one replaces it: since its request was sent. */
  readonly agesMs: readonly number[];
  readonly samples: number;
}

export interface RtuLineFigures {
  readonly allAlive: LineFigures;
  readonly oneDead: LineFigures;
}

export function hasRtuLine(): boolean {
  return spawnSync(PYTHON, ['-c', 'from pymodbus.transaction import ModbusRtuFramer']).status === 0;
}

class Watch {
  readonly gapsMs: number[] = [];
  readonly agesMs: number[] = [];
  readonly #last = new Map<string, { readonly atMs: number; readonly sampledAtMs: number }>();

  sample(meterId: string, sampledAtMs: number): void {
    const atMs = performance.now();
    const last = this.#last.get(meterId);
    if (last) {
      this.gapsMs.push(atMs - last.atMs);
      this.agesMs.push(atMs - last.sampledAtMs);
    }
    this.#last.set(meterId, { atMs, sampledAtMs });
  }

  figures(): LineFigures {
    return { gapsMs: this.gapsMs, agesMs: this.agesMs, samples: this.gapsMs.length };
  }
}

function pollersOf(bus: RegisterBus, onSample: (meterId: string, sampledAtMs: number) => void): readonly MeterPoller[] {
  const ports = { bus, clock: systemClock, timers: systemTimers, rng: seededRng(1) };
  return Array.from({ length: METERS }, (_, index) => {
    const meterId = `m${index + 1}`;
    const times = { pollPeriodMs: 50, timeoutMs: DEAD_TIMEOUT_MS, maxAgeMs: 5000 };
    const options = { meterId, model: SIEMENS_PAC2200, unitId: index + 1, ...times };
    return new MeterPoller(options, {
      ...ports,
      emit: (event) => (event.kind === 'sample' ? onSample(meterId, event.sampledAtMs) : undefined),
    });
  });
}

export async function rtuLineFigures(): Promise<RtuLineFigures> {
  const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-line-'));
  const path = join(scratch, 'usb-adapter');
  const child = spawn(PYTHON, [SCRIPT, '--link', path, '--units', `1-${METERS}`, '--latency-ms', '10']);
  child.stderr.pipe(process.stderr);
  await once(child.stdout, 'data');
  const bus = busFor({ kind: 'rtu', path, baud: 9600, parity: 'none', stopBits: 1 }, systemTimers);
  let watch = new Watch();
  const pollers = pollersOf(bus, (meterId, sampledAtMs) => watch.sample(meterId, sampledAtMs));
  for (const poller of pollers) poller.start();
  await pause(PHASE_MS);
  const allAlive = watch.figures();
  child.stdin.write('mute 3\n');
  await pause(DEAD_TIMEOUT_MS);
  watch = new Watch();
  await pause(PHASE_MS);
  const oneDead = watch.figures();
  for (const poller of pollers) poller.stop();
  await bus.close();
  child.stdin.end();
  await once(child, 'exit');
  rmSync(scratch, { recursive: true, force: true });
  return { allAlive, oneDead };
}
