/** All judges over one world: hangs them in where things happen, and collects what they say. */
import type { Ms } from '../../../base/units.js';
import { leaseExpiryMs } from '../../../dlm/leases/lease-rules.js';
import type { Injector } from '../../../sim/world/faults/injector.js';
import type { MasterBox } from '../master-box.js';
import type { Measures, Violation } from '../run-log.js';
import type { Scenario } from '../scenario.js';
import type { SlaveBox } from '../slave-box.js';
import type { World } from '../world.js';
import { CalmJudge, HEALING_MS } from './calm-judge.js';
import { FlowJudge } from './flow-judge.js';
import { LedgerJudge } from './ledger-judge.js';
import { Recovery, whatIsWrong } from './recovery.js';

/** Of one judge; more say nothing new, and must not hide what another one says later. */
const VIOLATIONS_MAX = 5;
/** Cycle, network and the next poll of a charge point. */
const FOLLOW_CALM_MS: Ms = 2_500;
/** A master that starts keeps what it finds until it has heard the meters. */
const FOLLOW_START_MS: Ms = 8_000;
const DATAGRAM_BYTES_MAX = 1_200;
const MS_PER_KWH = 1_000;

export class Referee {
  readonly violations: Violation[] = [];
  readonly recovery = new Recovery();
  readonly #world: World;
  readonly #flow: FlowJudge;
  readonly #ledger: LedgerJudge;
  readonly #calm: CalmJudge;
  readonly #patience: { readonly calmMs: Ms; readonly stormMs: Ms };
  #followAt: { readonly atMs: Ms; readonly followMs: Ms } = { atMs: -1, followMs: 0 };
  #energyWh = 0;

  constructor(world: World) {
    this.#world = world;
    this.#patience = patienceOf(world.scenario);
    const { site } = world.scenario.config;
    const violate = (judge: string, text: string, atMs = world.time.nowMs): void => this.#violate(judge, text, atMs);
    const followMs = (): Ms => this.#followMs();
    const chargePoints = world.boxes.size;
    this.#flow = new FlowJudge(world.copper, { chargePoints, followMs, violate });
    const isExcused = (box: SlaveBox): boolean => this.#isExcused(box);
    this.#ledger = new LedgerJudge({ leaseMs: site.leaseMs, nowMs: () => world.time.nowMs, isExcused, violate });
    const priorities = new Map(site.chargePoints.map(({ id, priority }) => [id, priority]));
    const priorityOf = (id: string): number => priorities.get(id) ?? 1;
    this.#calm = new CalmJudge({ ...site.allocation, priorityOf, violate });
    this.#attach();
  }

  #attach(): void {
    const world = this.#world;
    world.onFlow = (circuit) => this.#flow.close(circuit, world.time.nowMs);
    world.onEnforced = (box) => this.#ledger.enforces(box, [...world.masters.values()]);
    world.onCycle = (master) => this.#decided(master);
    const listen = world.network.onSend;
    world.network.onSend = (from, to, bytes) => {
      listen(from, to, bytes);
      if (bytes.length > DATAGRAM_BYTES_MAX && world.boxes.has(from)) {
        this.#violate('datagram', `${from} sent ${bytes.length} bytes`, world.time.nowMs);
      }
    };
  }

  faultBegins(injector: Injector, target: string): () => void {
    const { time, journal } = this.#world;
    journal.note(time.nowMs, 'FAULT', `${injector.name} ${target}`);
    const open = this.recovery.begin(injector, target, time.nowMs);
    return () => {
      journal.note(time.nowMs, 'MENDED', `${injector.name} ${target}`);
      this.recovery.end(open, time.nowMs);
    };
  }

  /** A vehicle leaves with what it has got. */
  visited(energyWh: number): void {
    this.#energyWh += energyWh;
  }

  finish(): Measures {
    const world = this.#world;
    const { nowMs } = world.time;
    this.#flow.closeAll(nowMs);
    const masters = [...world.masters.values()];
    const deciding = masters.filter((master) => master.isDeciding);
    if (this.#isHealed(nowMs)) {
      this.#calm.finish(deciding[0], nowMs);
      this.#judgeRecovery(deciding);
    }
    for (const master of masters)
      if (!master.isQueueKept) this.#violate('queue', `${master.name} asked twice at once`, nowMs);
    for (const box of world.boxes.values()) if (box.hardware.vehicle) this.visited(box.hardware.energyWh(box.nowMs));
    return { breakers: this.#flow.margins, ...this.#calm.measures, energyKwh: this.#energyWh / MS_PER_KWH };
  }

  #judgeRecovery(deciding: readonly MasterBox[]): void {
    const [master] = deciding;
    const { nowMs } = this.#world.time;
    if (!master || deciding.length !== 1) {
      const names = deciding.map(({ name }) => name).join(', ') || 'nobody';
      this.#violate('recovery', `in the end ${names} decides`, nowMs);
      return;
    }
    const wrong = whatIsWrong(this.#world, master);
    if (wrong !== undefined) this.#violate('recovery', `in the end: ${wrong}`, nowMs);
  }

  #decided(master: MasterBox): void {
    const world = this.#world;
    world.journal.count('cycles');
    const boxes = [...world.boxes.values()];
    this.#ledger.decided(master, boxes, [...world.masters.values()]);
    this.recovery.look(world, world.time.nowMs);
    if (this.#isHealed(world.time.nowMs))
      this.#calm.look(boxes, master.isDeciding ? master : undefined, world.time.nowMs);
  }

  #isHealed(nowMs: Ms): boolean {
    return nowMs >= this.#world.scenario.calmFromMs + HEALING_MS;
  }

  /** A box beside another one of its id, and one that no configuration knows. */
  #isExcused(box: SlaveBox): boolean {
    return box.tapId !== box.id || this.#world.boxes.has(`${box.id} twin`);
  }

  /** For how long limits may be as they were; asked for at each change, the same for all that happens at one moment. */
  #followMs(): Ms {
    const { nowMs } = this.#world.time;
    if (nowMs === this.#followAt.atMs) return this.#followAt.followMs;
    const { calmMs, stormMs } = this.#patience;
    const isCalm = nowMs - this.recovery.lastEndMs > stormMs;
    const isLied = !isCalm && this.recovery.liesSince(nowMs - stormMs);
    const followMs = isLied ? Number.POSITIVE_INFINITY : isCalm ? calmMs : stormMs;
    this.#followAt = { atMs: nowMs, followMs };
    return followMs;
  }

  #violate(judge: string, text: string, atMs: Ms): void {
    if (this.violations.filter((told) => told.judge === judge).length >= VIOLATIONS_MAX) return;
    this.#world.journal.note(atMs, 'VIOLATION', `${judge}: ${text}`);
    this.violations.push({ atMs, judge, text });
  }
}

/** How long limits may follow a load that was lower: without faults, and with them. */
function patienceOf({ config, meterLatencyMs }: Scenario): { readonly calmMs: Ms; readonly stormMs: Ms } {
  const { site, meters } = config;
  const pollMs = Math.max(0, ...meters.map(({ pollPeriodMs }) => pollPeriodMs));
  const calmMs = pollMs + FOLLOW_CALM_MS + 4 * meterLatencyMs;
  const ageMs = Math.max(0, ...meters.map(({ maxAgeMs, timeoutMs }) => maxAgeMs + timeoutMs));
  return { calmMs, stormMs: calmMs + ageMs + leaseExpiryMs(site.leaseMs) + FOLLOW_START_MS };
}
