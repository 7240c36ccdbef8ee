/** The axes: h:mm:ss from the start of the run, and amperes. */
import type uPlot from 'uplot';
import { clockText } from '../columns.js';
import { colour } from './colours.js';

/** Seconds between marks that people read easily. */
const TIME_STEPS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
  172_800, 604_800,
];
const LINES: Pick<uPlot.Axis, 'stroke' | 'grid' | 'ticks' | 'font'> = {
  stroke: () => colour('ink-soft'),
  grid: { stroke: () => colour('grid'), width: 1 },
  ticks: { show: false },
  font: '11px system-ui, sans-serif',
};

/** `gap`: CSS pixels between the plot and the texts. */
export function timeAxis(gap: number): uPlot.Axis {
  return {
    ...LINES,
    scale: 'x',
    incrs: TIME_STEPS,
    values: (_, timesS) => timesS.map((atS) => clockText(atS * 1_000)),
    space: 80,
    gap,
    size: gap + 18,
  };
}

export function currentAxis(): uPlot.Axis {
  return {
    ...LINES,
    scale: 'y',
    values: (_, currentsA) => currentsA.map((currentA) => `${currentA} A`),
    size: 52,
    space: 28,
  };
}
