/** What a digital input does, in words. */
import type { PhaseAmps } from '../../base/units.js';
import type { SiteInput } from '../types.js';
import type { InputState } from './input-state.js';

/** "16", or "16/10/16". */
export function phasesText(a: PhaseAmps): string {
  return a.every((each) => each === a[0]) ? String(a[0]) : a.join('/');
}

function ampsText(a: PhaseAmps): string {
  return `${phasesText(a)} A`;
}

/** "lowers garage by 16 A" */
function effectText({ effect, target: { id } }: SiteInput): string {
  if (effect.kind === 'stop') return `stops ${id}`;
  if (effect.kind === 'section14a') return `limits ${id} by section 14a`;
  return effect.kind === 'offset'
    ? `lowers ${id} by ${ampsText(effect.offsetA)}`
    : `limits ${id} to ${ampsText(effect.limitA)}`;
}

/** The line for the log once the state of the input has changed. `told` is the state before. */
export function changeText(input: SiteInput, { lost, settled, told }: InputState): string {
  const effect = effectText(input);
  if (lost !== undefined) return `input ${input.id}: ${lost}; it counts as active and ${effect}`;
  const is = told === 'lost' ? 'is heard again:' : 'is';
  return settled
    ? `input ${input.id} ${is} active and ${effect}`
    : `input ${input.id} ${is} inactive (active, it ${effect})`;
}

/** What it does now, or would do: beside its state. */
export function sourceText(input: SiteInput, { lost, settled }: InputState): string {
  const effect = effectText(input);
  if (lost !== undefined) return `${lost}; it counts as active and ${effect}`;
  if (settled === undefined) return `no value yet; it counts as active and ${effect}`;
  return settled ? effect : `active, it ${effect}`;
}
