/** All sources of limits that may change while the master runs, and what each says now: for people and machines that look on. */
import { durationText } from '../../base/explain.js';
import type { Ms } from '../../base/units.js';
import type { LimitTarget, Site } from '../types.js';
import { phasesText, sourceText } from './input-text.js';
import type { LimitBook } from './limit-book.js';
import type { ChargePointSetting } from './settings.js';

export interface SourceState {
  readonly kind: 'section14a' | 'input' | 'schedule' | 'operator';
  /** Of the input; else of what it limits. */
  readonly id: string;
  readonly target: LimitTarget;
  /** `lost` counts as active, and so does `awaited`: no value since the start. Of a schedule `lost`: the time is not known. */
  readonly state: 'active' | 'inactive' | 'lost' | 'awaited';
  /** `undefined`: it is not noted. */
  readonly sinceMs?: Ms | undefined;
  /** "lowers garage by 16 A" */
  readonly text: string;
}

/** What people have set is there only where something is set. */
export function sourceStates(limits: LimitBook, site: Site, nowMs: Ms): readonly SourceState[] {
  const circuits = site.circuits.map(({ id }) => ({ kind: 'circuit', id }) as const);
  const points = site.chargePoints.map(({ id }) => ({ kind: 'chargePoint', id }) as const);
  return [
    ...ofSection14a(limits, site, nowMs),
    ...ofInputs(limits),
    ...[...circuits, ...points].flatMap((target) => ofSchedule(limits, target, nowMs)),
    ...circuits.flatMap((target) => ofCircuit(limits, target)),
    ...limits.settings.chargePoints.map((id) => ofChargePoint(id, limits.settings.of(id), nowMs)),
  ];
}

function ofSection14a({ section14a }: LimitBook, site: Site, nowMs: Ms): readonly SourceState[] {
  const id = site.circuits[section14a.index]?.id;
  if (id === undefined) return [];
  return [{ kind: 'section14a', id, target: { kind: 'circuit', id }, ...section14a.view(nowMs) }];
}

function ofInputs({ inputs }: LimitBook): readonly SourceState[] {
  return inputs.list.map(({ input, state }) => {
    const { lost, settled, sinceMs } = state;
    const known = settled ? 'active' : 'inactive';
    const is = lost !== undefined ? 'lost' : settled === undefined ? 'awaited' : known;
    return { kind: 'input', id: input.id, target: input.target, state: is, sinceMs, text: sourceText(input, state) };
  });
}

function ofSchedule({ schedules }: LimitBook, target: LimitTarget, nowMs: Ms): readonly SourceState[] {
  const view = schedules.view(target, nowMs);
  return view ? [{ kind: 'schedule', id: target.id, target, ...view }] : [];
}

function ofCircuit({ settings }: LimitBook, target: LimitTarget): readonly SourceState[] {
  const limitA = settings.operatorLimitA(target.id);
  if (!limitA) return [];
  return [{ kind: 'operator', id: target.id, target, state: 'active', text: `operator limit ${phasesText(limitA)} A` }];
}

function ofChargePoint(id: string, setting: ChargePointSetting, nowMs: Ms): SourceState {
  return {
    kind: 'operator',
    id,
    target: { kind: 'chargePoint', id },
    state: 'active',
    text: settingText(setting, nowMs),
  };
}

function settingText({ operatorA, mode, isPaused, block, priority, boost }: ChargePointSetting, nowMs: Ms): string {
  const parts = [
    operatorA === undefined ? '' : `operator limit ${operatorA} A`,
    mode === undefined ? '' : `mode ${mode}`,
    isPaused ? 'paused' : '',
    block === undefined ? '' : block.from === 'now' ? 'blocked' : 'blocked for the next session',
    priority === undefined ? '' : `priority ${priority.value} for this session`,
    boost === undefined ? '' : `goes before all others for ${durationText(Math.max(0, boost.untilMs - nowMs))}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
