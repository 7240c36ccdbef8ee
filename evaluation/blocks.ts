/**
 * Cuts the months into blocks of time in which the same vehicles are plugged in, and throws away what cannot decide anything:
 * phases that could carry everybody's maximum, vehicles that can have all their energy while their phases are like that.
 */
import { defined } from '../src/base/assert.js';
import { hasPhase } from '../src/base/rotation.js';
import { PHASES, type PhaseIndex } from '../src/base/units.js';
import type { FlatSession } from './flat.js';
import type { EvaluationSite } from './site.js';

/** One phase of the fuse during one block, where it cannot carry the maximum of all who are plugged in and want energy. */
export interface Place {
  readonly phase: PhaseIndex;
  /** Ampere-hours that the fuse leaves, of which no minute counts more than the vehicles could take. */
  readonly roomAh: number;
}

export interface Block {
  readonly hours: number;
  /** Indices of the sessions, of those that load one of the places at least. */
  readonly sessions: readonly number[];
  readonly places: readonly Place[];
}

/** What is left to decide: the blocks with a place that is short, and for each session how much it still wants from them. */
export interface Contest {
  readonly blocks: readonly Block[];
  /** Ampere-hours on each phase that are had where nothing is short. */
  readonly freeAh: Float64Array;
}

/** Shorter than this a place is not short. */
const SHORT_AH = 1e-9;

/** Fuse less building, minute by minute: phase p of minute m at 3 m + p. */
export function roomsA({ minutes, fuseA, buildingA }: EvaluationSite): Float64Array {
  const rooms = new Float64Array(3 * minutes);
  for (let minute = 0; minute < minutes; minute++) {
    const loadA = buildingA(minute);
    for (const phase of PHASES) rooms[3 * minute + phase] = fuseA - loadA[phase];
  }
  return rooms;
}

/** Blocks end wherever somebody comes or leaves, and at every multiple of `blockMinutes`. */
export function contestOf(
  sessions: readonly FlatSession[],
  rooms: Float64Array,
  blockMinutes: number,
  demandAh: Float64Array,
): Contest {
  const wants = Uint8Array.from(demandAh, (ah) => (ah > 0 ? 1 : 0));
  const spans = [...spansOf(sessions, blockMinutes)];
  const servedAh = new Float64Array(sessions.length);
  for (;;) {
    const { blocks, freeAh } = cut(sessions, wants, rooms, spans);
    let isChanged = false;
    demandAh.forEach((ah, index) => {
      if (wants[index] === 0 || (freeAh[index] ?? 0) < ah) return;
      // It needs nothing that is short: the others need not reckon with it.
      wants[index] = 0;
      servedAh[index] = ah;
      isChanged = true;
    });
    if (!isChanged) return { blocks, freeAh: freeAh.map((ah, index) => ah + (servedAh[index] ?? 0)) };
  }
}

function cut(
  sessions: readonly FlatSession[],
  wants: Uint8Array,
  rooms: Float64Array,
  spans: readonly Span[],
): Contest {
  const freeAh = new Float64Array(sessions.length);
  const blocks: Block[] = [];
  for (const span of spans) {
    const present = span.present.filter((index) => wants[index] === 1);
    const places = shortPlaces(sessions, { ...span, present }, rooms);
    const short = places.reduce((mask, { phase }) => mask | (1 << phase), 0);
    const hours = (span.to - span.from) / 60;
    const isContending = (index: number): boolean => ((sessions[index]?.phases ?? 0) & short) !== 0;
    for (const index of present) {
      if (!isContending(index)) freeAh[index] = (freeAh[index] ?? 0) + (sessions[index]?.maxA ?? 0) * hours;
    }
    if (places.length > 0) blocks.push({ hours, sessions: present.filter(isContending), places });
  }
  return { blocks, freeAh };
}

interface Span {
  readonly from: number;
  readonly to: number;
  /** Indices of the sessions. */
  readonly present: readonly number[];
}

/** The time in which somebody is plugged in, in pieces in which it is always the same ones. */
function* spansOf(sessions: readonly FlatSession[], blockMinutes: number): Iterable<Span> {
  const arrivals = sessions.map(({ arriveMinute }, index) => ({ index, minute: arriveMinute }));
  arrivals.sort((a, b) => a.minute - b.minute);
  const leaveOf = (index: number): number => sessions[index]?.leaveMinute ?? 0;
  let present: number[] = [];
  let from = 0;
  for (let next = 0; next < arrivals.length || present.length > 0; ) {
    if (present.length === 0) from = arrivals[next]?.minute ?? Infinity;
    for (; (arrivals[next]?.minute ?? Infinity) <= from; next++) present.push(arrivals[next]?.index ?? 0);
    const firstLeave = present.reduce((least, index) => Math.min(least, leaveOf(index)), Infinity);
    const to = Math.min(arrivals[next]?.minute ?? Infinity, firstLeave, from - (from % blockMinutes) + blockMinutes);
    yield { from, to, present };
    present = present.filter((index) => leaveOf(index) > to);
    from = to;
  }
}

function shortPlaces(sessions: readonly FlatSession[], { from, to, present }: Span, rooms: Float64Array): Place[] {
  return PHASES.flatMap((phase) => {
    const loading = present
      .map((index) => defined(sessions[index], 'session'))
      .filter((s) => hasPhase(s.phases, phase));
    const mostA = loading.reduce((sumA, { maxA }) => sumA + maxA, 0);
    let roomAh = 0;
    for (let minute = from; minute < to; minute++) roomAh += Math.min(mostA, rooms[3 * minute + phase] ?? 0) / 60;
    return roomAh < (mostA * (to - from)) / 60 - SHORT_AH ? [{ phase, roomAh }] : [];
  });
}
