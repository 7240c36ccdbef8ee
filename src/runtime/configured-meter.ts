/** From a meter of the configuration to its poller, and to what is shown of it: the same in the daemon and in a virtual site. */
import { defined } from '../base/assert.js';
import { ok, type Result } from '../base/result.js';
import type { Ms } from '../base/units.js';
import type { MeterConfig } from '../config/types.js';
import type { Site } from '../dlm/types.js';
import type { MeterStatus } from '../ports/status-sink.js';
import { installationOf, modelOfMeter } from './meter-model.js';
import { MeterPoller, type PollerPorts } from './poller.js';

const NOTHING_MEASURED = {
  currentA: [null, null, null],
  voltageV: [null, null, null],
  powerW: [null, null, null],
  totalPowerW: null,
} as const satisfies Partial<MeterStatus>;

/** Fails for a model that nobody knows. */
export function configuredPoller(
  config: MeterConfig,
  { circuits, voltageV: nominalV }: Pick<Site, 'circuits' | 'voltageV'>,
  ports: PollerPorts,
): Result<MeterPoller> {
  const { id: meterId, unitId, pollPeriodMs, timeoutMs, maxAgeMs } = config;
  const model = modelOfMeter(config);
  if (!model.ok) return model;
  const guarded = circuits.find((circuit) => circuit.meter === meterId);
  const { limitA } = defined(guarded, `circuit of meter ${meterId}`);
  const installation = installationOf(config, limitA);
  return ok(
    new MeterPoller(
      { meterId, model: model.value, installation, unitId, pollPeriodMs, timeoutMs, maxAgeMs, limitA, nominalV },
      ports,
    ),
  );
}

export function meterStatus({ id, model }: MeterConfig, { belief, noise }: MeterPoller, nowMs: Ms): MeterStatus {
  return {
    id,
    model,
    online: belief.state === 'online',
    ageMs: belief.sampledAtMs === null ? null : Math.round(nowMs - belief.sampledAtMs),
    ...(belief.reading ?? NOTHING_MEASURED),
    ...noise.figures(nowMs),
  };
}
