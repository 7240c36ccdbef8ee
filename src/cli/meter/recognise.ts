/** Which of the known models a device is: by what it says about itself, else by whether a map gives values that can be. */
import type { Result } from '../../base/result.js';
import { type Ms, perPhase } from '../../base/units.js';
import { plausible } from '../../meters/belief.js';
import { AS_LABELLED, decodeReading } from '../../meters/decode.js';
import { infoBlocks, infoValue, matchesProbe, refusalText } from '../../meters/info.js';
import type { InfoRow, MeterModel } from '../../meters/model.js';
import { planReads } from '../../modbus/plan.js';
import type { BlockWords } from '../../modbus/rows.js';
import type { MeterReading } from '../../ports/meter-reading.js';
import type { BusError, RegisterBlock, RegisterBus } from '../../ports/register-bus.js';

type Answer = Result<Uint16Array, BusError>;

/** A gateway that has nobody of that unit id behind it. */
const GATEWAY_EXCEPTIONS: readonly number[] = [10, 11];
/** A device answers it with values or an exception, whatever it is. */
const KNOCK: RegisterBlock = { functionCode: 3, address: 1, count: 2 };

/** A terminal that is not connected says nothing about the model. */
const AT_LEAST_ONE = { ...AS_LABELLED, needed: perPhase(false) };

export interface Fit {
  readonly model: MeterModel;
  readonly by: 'probe' | 'values';
  /** What it shows; `null` where its map gives nothing that can be. */
  readonly reading: MeterReading | null;
  /** What it says that it is, such as its serial number. */
  readonly identity: string | null;
  /** Settings in which it must not be used. */
  readonly refusals: readonly string[];
}

/** One unit id of a bus. Asks nothing twice. */
export class Device {
  readonly #bus: RegisterBus;
  readonly #unitId: number;
  readonly #timeoutMs: () => Ms;
  readonly #answers = new Map<string, Answer>();

  /** `timeoutMs`: for the next request; 0 when no more may be sent. */
  constructor(bus: RegisterBus, unitId: number, timeoutMs: () => Ms) {
    this.#bus = bus;
    this.#unitId = unitId;
    this.#timeoutMs = timeoutMs;
  }

  async read(block: RegisterBlock): Promise<Answer> {
    const place = `${block.functionCode}:${block.address}+${block.count}`;
    const known = this.#answers.get(place);
    if (known) return known;
    const timeoutMs = this.#timeoutMs();
    if (timeoutMs <= 0) return { ok: false, error: { kind: 'timeout', text: 'the time is over' } };
    const answer = await this.#bus.read(this.#unitId, block, timeoutMs);
    this.#answers.set(place, answer);
    return answer;
  }

  /** What it answers to a knock: something of its own, nobody there, or an error of the way to it. */
  async knock(): Promise<{ readonly isThere: boolean; readonly error: BusError | null }> {
    const answer = await this.read(KNOCK);
    if (answer.ok) return { isThere: true, error: null };
    const { kind, exceptionCode } = answer.error;
    const isThere = kind === 'exception' && exceptionCode !== undefined && !GATEWAY_EXCEPTIONS.includes(exceptionCode);
    return { isThere, error: isThere ? null : answer.error };
  }

  async info(row: InfoRow): Promise<number | string | undefined> {
    const words: number[] = [];
    for (const block of infoBlocks(row)) {
      const answer = await this.read(block);
      if (!answer.ok) return undefined;
      words.push(...answer.value);
    }
    return infoValue(row, Uint16Array.from(words));
  }

  async reading(model: MeterModel): Promise<MeterReading | null> {
    const blocks: BlockWords[] = [];
    for (const block of planReads(model.rows, model.limits)) {
      const answer = await this.read(block);
      if (!answer.ok) return null;
      blocks.push({ block, words: answer.value });
    }
    const decoded = decodeReading(model, blocks, AT_LEAST_ONE);
    const good = decoded.ok ? plausible(decoded.value) : decoded;
    return good.ok && good.value.voltageV.some((volts) => volts !== null) ? good.value : null;
  }
}

/** How sure a fit is, surest first. `denied`: the device says that it is something else, yet the map gives good values. */
const RANKS = ['named', 'fits', 'denied', 'named, but without good values'] as const;
type Rank = (typeof RANKS)[number];

interface Ranked {
  readonly model: MeterModel;
  readonly rank: Rank;
  /** How many phases of its map show a voltage that can be. */
  readonly phases: number;
}

/** The models of the surest rank that any has; none for a device that is not known. */
export async function fitsOf(device: Device, models: readonly MeterModel[]): Promise<readonly Fit[]> {
  const ranked: Ranked[] = [];
  for (const model of models) {
    const rank = await rankOf(device, model);
    if (rank === undefined) continue;
    const volts = (await device.reading(model))?.voltageV ?? [];
    ranked.push({ model, rank, phases: volts.filter((each) => each !== null).length });
  }
  const best = bestOf(ranked);
  const most = mostPhases(ranked, best);
  const fits: Fit[] = [];
  for (const { model, rank, phases } of ranked) {
    if (rank === best && (rank !== 'denied' || phases === most))
      fits.push(await fit(device, model, rank.startsWith('named') ? 'probe' : 'values'));
  }
  return fits.sort((a, b) => weight(b) - weight(a));
}

/**
 * The surest rank. But a map of one phase fits any meter of its maker: a circuit of three phases would be guarded on one.
 * So where the device has a code that no model has, the maps that show more phases count, though their models have another code.
 */
function bestOf(ranked: readonly Ranked[]): Rank | undefined {
  const best = RANKS.find((rank) => ranked.some((each) => each.rank === rank));
  if (best !== 'fits') return best;
  return mostPhases(ranked, 'denied') > mostPhases(ranked, 'fits') ? 'denied' : best;
}

function mostPhases(ranked: readonly Ranked[], rank: Rank | undefined): number {
  return ranked.reduce((most, each) => Math.max(most, each.rank === rank ? each.phases : 0), 0);
}

/** The fuller reading first; where they are alike, the model that has no probe which stayed without an answer. */
function weight({ model, by, reading }: Fit): number {
  const values = reading ? [...reading.voltageV, ...reading.currentA, ...reading.powerW] : [];
  const isUnanswered = by === 'values' && model.probe !== undefined;
  return 2 * values.filter((value) => value !== null).length - (isUnanswered ? 1 : 0);
}

async function rankOf(device: Device, model: MeterModel): Promise<Rank | undefined> {
  const { probe } = model;
  const said = probe && (await device.info(probe.row));
  const isNamed = probe !== undefined && said !== undefined && matchesProbe(probe, said);
  const isGood = (await device.reading(model)) !== null;
  if (isNamed) return isGood ? 'named' : 'named, but without good values';
  if (!isGood) return undefined;
  return said === undefined ? 'fits' : 'denied';
}

async function fit(device: Device, model: MeterModel, by: Fit['by']): Promise<Fit> {
  const reading = await device.reading(model);
  const identity = model.identity && (await device.info(model.identity));
  const refusals: string[] = [];
  for (const refusal of model.refusals ?? []) {
    const value = await device.info(refusal.row);
    const text = value === undefined ? undefined : refusalText(refusal, value);
    if (text !== undefined) refusals.push(text);
  }
  if (model.unusable !== undefined) refusals.push(model.unusable);
  return { model, by, reading, identity: identity === undefined ? null : String(identity), refusals };
}
