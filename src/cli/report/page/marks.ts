/** What is drawn besides lines: bands of faults with their names, violations, the strip of a charge point's states. */
import type uPlot from 'uplot';
import type { FaultBand } from '../data.js';
import { colour } from './colours.js';
import { indexAt } from './group.js';
import type { Run } from './run.js';

/** CSS pixels. */
const LANE_HEIGHT = 14;
const STRIP_HEIGHT = 8;
export const STRIP_SPACE = STRIP_HEIGHT + 3;
/** No name fits in less. */
const NAME_WIDTH_MIN = 24;

/** The height above the plot that the names of faults take. */
export function lanesHeight(run: Run): number {
  const lanes = run.data.faults.reduce((most, { lane }) => Math.max(most, lane + 1), 0);
  return LANE_HEIGHT * lanes + 4;
}

interface Canvas {
  readonly context: CanvasRenderingContext2D;
  readonly box: uPlot.BBox;
  /** Canvas pixels per CSS pixel. */
  readonly ratio: number;
  readonly xOf: (atMs: number) => number;
}

/** The canvas of a plot; nothing gets beyond the left and right ends of its time axis. */
function onCanvas(plot: uPlot, draw: (canvas: Canvas) => void): void {
  const { ctx: context, bbox: box } = plot;
  context.save();
  context.beginPath();
  context.rect(box.left, 0, box.width, context.canvas.height);
  context.clip();
  draw({ context, box, ratio: devicePixelRatio, xOf: (atMs) => plot.valToPos(atMs / 1_000, 'x', true) });
  context.restore();
}

/** Under the lines. `target`: the id of the charge point whose plot it is; its own faults stand out. */
export function drawFaults(plot: uPlot, run: Run, target: string | undefined): void {
  onCanvas(plot, (canvas) => {
    /** Per lane, from the right: where the next name begins. */
    const nextX: number[] = [];
    for (const band of run.data.faults.toReversed()) {
      const left = canvas.xOf(band.fromMs);
      drawBand(canvas, band, band.target === target);
      drawName(canvas, band, nextX[band.lane] ?? canvas.box.left + canvas.box.width);
      nextX[band.lane] = left;
    }
  });
}

function drawBand({ context, box, ratio, xOf }: Canvas, band: FaultBand, isOwn: boolean): void {
  const left = xOf(band.fromMs);
  const right = Math.max(xOf(band.toMs), left + ratio);
  const top = ratio * LANE_HEIGHT * band.lane;
  const thick = ratio * (LANE_HEIGHT - 2);
  context.fillStyle = colour(isOwn ? 'fault-own' : 'fault');
  context.fillRect(left, box.top, right - left, box.height);
  context.fillStyle = colour(isOwn ? 'fault-own-bar' : 'fault-bar');
  context.fillRect(left, top, right - left, thick);
  const recovered = xOf(band.toMs + (band.recoveryMs ?? 0));
  context.fillStyle = colour('recovery');
  if (recovered > right) context.fillRect(right, top + thick - 2 * ratio, recovered - right, 2 * ratio);
}

function drawName({ context, box, ratio, xOf }: Canvas, band: FaultBand, nextX: number): void {
  const left = Math.max(xOf(band.fromMs), box.left);
  const width = nextX - left;
  if (width < NAME_WIDTH_MIN * ratio || xOf(band.toMs + (band.recoveryMs ?? 0)) < box.left) return;
  const top = ratio * LANE_HEIGHT * band.lane;
  context.save();
  context.beginPath();
  context.rect(left, top, width - 2 * ratio, ratio * LANE_HEIGHT);
  context.clip();
  context.fillStyle = colour('ink');
  context.font = `${10 * ratio}px system-ui, sans-serif`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(`${band.label} \u2192 ${band.target}`, left + 3 * ratio, top + (ratio * (LANE_HEIGHT - 1)) / 2);
  context.restore();
}

/** Over the lines. */
export function drawViolations(plot: uPlot, run: Run): void {
  onCanvas(plot, ({ context, box, ratio, xOf }) => {
    context.fillStyle = colour('bad');
    for (const { atMs } of run.data.violations) {
      const x = Math.round(xOf(atMs));
      context.fillRect(x - ratio, box.top, 2 * ratio, box.height);
      context.beginPath();
      context.moveTo(x - 5 * ratio, box.top);
      context.lineTo(x + 5 * ratio, box.top);
      context.lineTo(x, box.top + 8 * ratio);
      context.fill();
    }
  });
}

/** Between the plot and its time axis: one colour as long as the state is the same. */
export function drawStates(plot: uPlot, run: Run, chargePoint: number): void {
  const states = run.chargePoint(chargePoint, 'state');
  const { min = 0, max = 0 } = plot.scales['x'] ?? {};
  const end = indexAt(run.timesS, max);
  onCanvas(plot, ({ context, box, ratio, xOf }) => {
    const top = box.top + box.height + 2 * ratio;
    for (let from = indexAt(run.timesS, min), to = from; from <= end; from = to) {
      while (to <= end && states[to] === states[from]) to++;
      const left = xOf((run.timesS[from] ?? 0) * 1_000);
      const right = to <= end ? xOf((run.timesS[to] ?? 0) * 1_000) : box.left + box.width;
      context.fillStyle = colour(`state-${run.data.states[states[from] ?? 0]}`);
      context.fillRect(left, top, Math.max(right - left, 1), STRIP_HEIGHT * ratio);
      if (to === from) to++;
    }
  });
}
