/** Relations of meters: their models, the phases that they measure, and the register maps of the file. */
import { byName, type Named } from '../base/aliases.js';
import { nearest } from '../base/nearest.js';
import { ENCODING_WORDS } from '../base/registers.js';
import { gridPhases } from '../base/rotation.js';
import { type PerPhase, PHASE_NAMES, PHASES, type PhaseIndex } from '../base/units.js';
import type { Facts, KnownModel } from './facts.js';
import { type Finding, gotText, type Path, quoted } from './issue.js';
import { toPhases } from './phase-amps.js';
import type { MeterMapEntry, MeterRowEntry } from './schema/meter-maps.js';
import type { MeterEntry } from './schema/meters.js';
import type { Draft } from './shape.js';

const REGISTERS = 65_536;

/** 3 as soon as a second phase is named; a map without L1 is not complete in both cases. */
export function phasesOf(rows: readonly Pick<MeterRowEntry, 'measurand'>[]): 1 | 3 {
  return rows.some(({ measurand }) => /L[23]$/.test(measurand)) ? 3 : 1;
}

/** The grid phase where a meter with one phase sits, as a rotation of its L1. */
export const PLACE_OF_ONE_PHASE = { L1: 'RST', L2: 'STR', L3: 'TRS' } as const;

/** What is known of a model; of a map with mistakes perhaps no more than its id. */
type Model = Named & Partial<KnownModel>;

/** What the meters of this file may name as their model. */
function models({ knownModels, meterMaps }: Pick<Facts, 'knownModels' | 'meterMaps'>): readonly Model[] {
  const own = meterMaps.items.flatMap(({ value: { id, rows } }): Model[] =>
    id === undefined ? [] : [{ id, aliases: [], ...(rows && { phases: phasesOf(rows) }) }],
  );
  return [...own, ...knownModels];
}

function ofModel({ path, value }: Draft<MeterEntry>, facts: Facts): Finding[] {
  if (value.model === undefined) return [];
  const at = [...path, 'model'];
  const got = quoted(value.model);
  const all = models(facts);
  const found = byName(value.model, all);
  if (found.ok) {
    const { unusable } = found.value;
    const expected = 'a model that tells the current of each phase';
    return unusable === undefined ? [] : [{ path: at, expected, got: `${got}, which ${unusable}` }];
  }
  if (found.error.length > 0) return [{ path: at, expected: `one of ${found.error.join(', ')}`, got }];
  // A map whose id cannot be read may be the one that is meant.
  if (facts.meterMaps.items.some((map) => map.value.id === undefined)) return [];
  const words = all.flatMap(({ id, aliases }) => [id, ...aliases]);
  return [{ path: at, expected: `a known meter model (${listOf(facts)})`, got, nearest: nearest(value.model, words) }];
}

/** More ids than fit in a line are in the table that a command prints. */
const IDS_MAX = 4;

function listOf({ knownModels, meterMaps }: Facts): string {
  const own = meterMaps.items.flatMap(({ value }) => value.id ?? []);
  const known = knownModels.map(({ id }) => id);
  if (own.length + known.length <= IDS_MAX) return [...own, ...known].join(', ');
  return [...own, 'one that "evenkeel meter models" lists'].join(', ');
}

function phaseCountOf(entry: Partial<MeterEntry>, facts: Facts): 1 | 3 | undefined {
  const found = byName(entry.model ?? '', models(facts));
  return found.ok ? found.value.phases : undefined;
}

/** `phase` is for meters with one phase, `phaseOrder` for those with three. */
function ofPhaseKeys(meter: Draft<MeterEntry>, facts: Facts): Finding[] {
  const phases = phaseCountOf(meter.value, facts);
  const { model, phase, phaseOrder, invert } = meter.value;
  const wrong = (key: string, got: unknown, expected: string): Finding[] => [
    { path: [...meter.path, key], expected, got: gotText(got) },
  ];
  const name = quoted(model ?? '');
  if (phases === 3 && phase !== undefined) {
    return wrong('phase', phase, `no phase (${name} has three phases; see phaseOrder)`);
  }
  if (phases !== 1) return [];
  const isOther = Array.isArray(invert) && invert.some((each) => each !== 'L1');
  return [
    ...(phaseOrder === undefined
      ? []
      : wrong('phaseOrder', phaseOrder, `no phaseOrder (${name} has one phase, L1; see phase)`)),
    ...(isOther ? wrong('invert', invert, `true, false or [L1] (${name} has one phase, L1)`) : []),
  ];
}

function namesOf(phases: readonly PhaseIndex[]): string {
  const names = phases.map((phase) => PHASE_NAMES[phase]);
  return names.join(', ').replace(/, (L\d)$/, ' and $1');
}

/** Grid phases that a meter measures. */
function measuredBy(entry: Partial<MeterEntry>, phases: 1 | 3): readonly PhaseIndex[] {
  return phases === 3 ? PHASES : [gridPhases(PLACE_OF_ONE_PHASE[entry.phase ?? 'L1'])[0]];
}

/** A fuse on a phase that its meter does not see would be guarded by nothing. */
function ofCircuits(facts: Facts): Finding[] {
  return facts.circuits.items.flatMap(({ path, value }) => {
    const meter = facts.meters.items.find((each) => each.value.id === value.meter)?.value;
    const phases = meter && phaseCountOf(meter, facts);
    if (value.meter === undefined || value.limitA === undefined || !meter || phases === undefined) return [];
    const limitA: PerPhase<number> = toPhases(value.limitA);
    const measured = measuredBy(meter, phases);
    const used = PHASES.filter((phase) => limitA[phase] > 0);
    if (used.every((phase) => measured.includes(phase))) return [];
    const expected = `a meter of ${namesOf(used)}, where limitA is above 0`;
    return [{ path: [...path, 'meter'], expected, got: `${quoted(value.meter)}, which measures ${namesOf(measured)}` }];
  });
}

function isTaken({ path, value }: Draft<MeterMapEntry>, { knownModels }: Facts): Finding[] {
  const owner = knownModels.find(({ id, aliases }) => [id, ...aliases].includes(value.id ?? ''));
  if (!owner) return [];
  const got = `${quoted(value.id ?? '')}, which is the model ${owner.id} that comes with evenkeel`;
  return [{ path: [...path, 'id'], expected: 'an id of its own', got }];
}

/** Two rows of one measurand add up, so they must be import and export. */
function measurandTwice(rows: readonly MeterRowEntry[], path: Path): Finding[] {
  return rows.flatMap((row, index) => {
    const earlier = rows.slice(0, index).filter((other) => other.measurand === row.measurand);
    if (earlier.length === 0 || (earlier.length === 1 && (earlier[0]?.scale ?? 0) * row.scale < 0)) return [];
    const expected = 'each measurand once, or twice with scales of opposite signs (import and export)';
    return [{ path: [...path, 'rows', index, 'measurand'], expected, got: `${quoted(row.measurand)} again` }];
  });
}

function places(rows: readonly MeterRowEntry[], path: Path, maxRegisters: number): Finding[] {
  const endOf = ({ address, encoding }: MeterRowEntry): number => address + ENCODING_WORDS[encoding];
  return rows.flatMap((row, index) => {
    const at = [...path, 'rows', index];
    const words = ENCODING_WORDS[row.encoding];
    if (words > maxRegisters) {
      const expected = `an encoding of at most ${maxRegisters} registers (maxRegisters)`;
      return [{ path: [...at, 'encoding'], expected, got: `${row.encoding}, which takes ${words}` }];
    }
    if (endOf(row) > REGISTERS) {
      const expected = `at most ${REGISTERS - words}, so that ${row.encoding} ends at ${REGISTERS - 1}`;
      return [{ path: [...at, 'address'], expected, got: String(row.address) }];
    }
    const other = rows
      .slice(0, index)
      .find((one) => one.functionCode === row.functionCode && one.address < endOf(row) && row.address < endOf(one));
    if (!other) return [];
    const taken = `${other.measurand} takes ${other.address} to ${endOf(other) - 1}`;
    return [{ path: [...at, 'address'], expected: 'registers of its own', got: `${row.address}, where ${taken}` }];
  });
}

/** Every phase needs a current, and a magnitude needs a power that gives its direction. */
function completeness({ currents, rows }: MeterMapEntry, path: Path): Finding[] {
  const has = (name: string): boolean => rows.some(({ measurand }) => measurand === name);
  const phases = phasesOf(rows) === 3 ? PHASES : ([0] as const);
  const missing = phases.flatMap((phase) => {
    const names = [`current${PHASE_NAMES[phase]}`, ...(currents === 'magnitude' ? [`power${PHASE_NAMES[phase]}`] : [])];
    return names.filter((name) => !has(name));
  });
  if (missing.length === 0) return [];
  const why = currents === 'magnitude' ? ' (with currents: magnitude the power of a phase gives the direction)' : '';
  return [{ path: [...path, 'rows'], expected: `rows for ${missing.join(', ')}${why}`, got: 'none' }];
}

function ofMap(map: Draft<MeterMapEntry>, facts: Facts): Finding[] {
  const taken = isTaken(map, facts);
  if (!map.intact) return taken;
  const entry = map.value as MeterMapEntry;
  return [
    ...taken,
    ...measurandTwice(entry.rows, map.path),
    ...places(entry.rows, map.path, entry.maxRegisters),
    ...completeness(entry, map.path),
  ];
}

export function meterFindings(facts: Facts): Finding[] {
  return [
    ...facts.meters.items.flatMap((meter) => [...ofModel(meter, facts), ...ofPhaseKeys(meter, facts)]),
    ...ofCircuits(facts),
    ...facts.meterMaps.items.flatMap((map) => ofMap(map, facts)),
  ];
}
