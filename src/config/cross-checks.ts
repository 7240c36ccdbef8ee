/** Relations between entries: ids, references, the tree of circuits, the use of meters, where slaves are looked for. */
import { busFindings } from './bus-checks.js';
import { inputFindings } from './input-checks.js';
import { type Finding, gotText, type Path, quoted, unknownWord } from './issue.js';
import type { Facts, Places } from './facts.js';
import { meterFindings } from './meter-checks.js';
import { limitFindings } from './limit-checks.js';
import { scheduleFindings } from './schedule-checks.js';
import { solarFindings } from './solar-checks.js';
import { switchFindings } from './switch-checks.js';
import type { CircuitEntry } from './schema/circuits.js';
import type { Draft, Drafts } from './shape.js';

interface WithId {
  readonly id: string;
}

function idsOf(drafts: Drafts<WithId>): string[] {
  return drafts.items.flatMap(({ value }) => value.id ?? []);
}

/** All but the first that have the same id. */
export function duplicates(drafts: Drafts<WithId>, places: Places): Finding[] {
  const first = new Map<string, Path>();
  return drafts.items.flatMap(({ value, path }) => {
    if (value.id === undefined) return [];
    const own = [...path, 'id'];
    const earlier = first.get(value.id);
    if (!earlier) {
      first.set(value.id, own);
      return [];
    }
    const got = `${quoted(value.id)}, which is taken on line ${places.lineOf(earlier)}`;
    return [{ path: own, expected: 'an id of its own', got }];
  });
}

/** A reference to an id that nobody has; silent while some ids are unknown themselves. */
export function dangling(path: Path, what: string, word: string | undefined, target: Drafts<WithId>): Finding[] {
  const ids = idsOf(target);
  const allKnown = target.intact || (ids.length > 0 && ids.length === target.items.length);
  return word === undefined || ids.includes(word) || !allKnown ? [] : [unknownWord(path, what, word, ids)];
}

function references({ circuits, meters, chargePoints, inputs, discovery, solar }: Facts): Finding[] {
  const ofCircuits = circuits.items.flatMap(({ path, value }) => [
    ...dangling([...path, 'parent'], 'the id of a circuit', value.parent, circuits),
    ...dangling([...path, 'meter'], 'the id of a meter', value.meter, meters),
  ]);
  const ofChargePoints = chargePoints.items.flatMap(({ path, value }) =>
    dangling([...path, 'circuit'], 'the id of a circuit', value.circuit, circuits),
  );
  const ofInputs = inputs.items.flatMap(({ path, value }) => [
    ...dangling([...path, 'circuit'], 'the id of a circuit', value.circuit, circuits),
    ...dangling([...path, 'chargePoint'], 'the id of a charge point', value.chargePoint, chargePoints),
  ]);
  const ofDiscovery = dangling(
    [...discovery.path, 'circuit'],
    'the id of a circuit',
    discovery.value.circuit,
    circuits,
  );
  const ofSolar = solar ? dangling([...solar.path, 'meter'], 'the id of a meter', solar.value.meter, meters) : [];
  return [...ofCircuits, ...ofChargePoints, ...ofInputs, ...ofDiscovery, ...ofSolar];
}

function roots({ circuits, places }: Facts): Finding[] {
  if (!circuits.intact) return [];
  const [root, ...others] = circuits.items.filter(({ value }) => value.parent === undefined);
  if (!root) return [];
  const where = `${gotText(root.value.id)} on line ${places.lineOf([...root.path, 'id'])}`;
  const expected = `the id of a circuit (only the root has no parent, and that is ${where})`;
  return others.map(({ path }) => ({ path: [...path, 'parent'], expected, got: 'nothing' }));
}

/** Each cycle once, at the first of its circuits in the file. */
function cycles({ circuits }: Facts): Finding[] {
  const parents = new Map(circuits.items.map(({ value }) => [value.id, value.parent]));
  const hasRoot = circuits.items.some(({ value }) => value.parent === undefined);
  const reported = new Set<string>();
  return circuits.items.flatMap(({ path, value }) => {
    const way = new Set<string>();
    let id = value.id;
    while (id !== undefined && !way.has(id)) {
      way.add(id);
      id = parents.get(id);
    }
    if (id === undefined || id !== value.id || reported.has(id)) return [];
    for (const member of way) reported.add(member);
    const expected = `a circuit that is not fed by this one${hasRoot ? '' : ', or none for the root'}`;
    return [{ path: [...path, 'parent'], expected, got: `the cycle ${[...way, id].join(' -> ')}` }];
  });
}

function useOfMeters({ circuits, meters, places }: Facts): Finding[] {
  const usedBy = new Map<string, Draft<CircuitEntry>>();
  const twice = circuits.items.flatMap((circuit) => {
    const meter = circuit.value.meter;
    const earlier = meter === undefined ? undefined : usedBy.get(meter);
    if (meter !== undefined && !earlier) usedBy.set(meter, circuit);
    if (!earlier) return [];
    const user = `circuit ${gotText(earlier.value.id)} on line ${places.lineOf([...earlier.path, 'meter'])}`;
    return [
      {
        path: [...circuit.path, 'meter'],
        expected: 'a meter of its own',
        got: `${gotText(meter)}, the meter of ${user}`,
      },
    ];
  });
  if (!circuits.intact) return twice;
  const unused = meters.items.flatMap(({ path, value }) =>
    value.id === undefined || usedBy.has(value.id)
      ? []
      : [
          {
            path: [...path, 'id'],
            expected: `a circuit with "meter: ${value.id}"`,
            got: 'none, so nobody reads this meter',
          },
        ],
  );
  return [...twice, ...unused];
}

function waysToMeet({ discovery }: Facts): Finding[] {
  const { broadcast, addresses } = discovery.value;
  if (broadcast !== false || addresses?.length !== 0) return [];
  return [
    { path: [...discovery.path, 'broadcast'], expected: 'true, or at least one entry in addresses', got: 'false' },
  ];
}

/** Everything that is wrong between entries; what is wrong within one is left to the schema. */
export function crossFindings(facts: Facts): Finding[] {
  const { circuits, meters, meterMaps, chargePoints, inputs, places } = facts;
  return [
    ...[circuits, meters, meterMaps, chargePoints, inputs].flatMap((drafts) => duplicates(drafts, places)),
    ...references(facts),
    ...roots(facts),
    ...cycles(facts),
    ...useOfMeters(facts),
    ...busFindings(facts),
    ...waysToMeet(facts),
    ...meterFindings(facts),
    ...inputFindings(facts),
    ...limitFindings(facts),
    ...scheduleFindings(facts),
    ...solarFindings(facts),
    ...switchFindings(facts),
  ];
}
