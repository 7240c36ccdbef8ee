/**
 * The optimizing compiler of the engine. It costs a small site 10 MB and more processor time than it saves; a large one it makes four
 * times faster (docs/bench.md, "Memory"). So it stays off until there are many charge points. From then on the engine does no longer
 * collect garbage as if memory were scarce either: that doubles a decision.
 */
import { setFlagsFromString } from 'node:v8';

/** Above this number of charge points it pays. */
export const MANY_CHARGE_POINTS = 100;

/**
 * At run time instead of by an option of node: Node 24 does not bring it back in a process that was started without it. To be called
 * before anything else: what is compiled already stays, and takes memory.
 */
export function switchOptimizerOff(setFlags = setFlagsFromString): void {
  setFlags('--no-opt');
}

/** To be called in each cycle: slaves may be found while the master runs. It is never switched off again. */
export function optimizerFor(setFlags = setFlagsFromString): (chargePoints: number) => void {
  let isOn = false;
  return (chargePoints) => {
    if (isOn || chargePoints <= MANY_CHARGE_POINTS) return;
    isOn = true;
    setFlags('--opt');
    setFlags('--no-optimize-for-size');
  };
}
