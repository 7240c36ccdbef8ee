/** The line of a column: a value holds until the next sample. At most a stroke per pixel, however many samples there are. */
import type uPlot from 'uplot';

/** Canvas pixels of a value: linear, as both scales are. */
function pixelsOf(scale: uPlot.Scale | undefined, start: number, length: number): (value: number) => number {
  const { min = 0, max = 1 } = scale ?? {};
  const pixelsPerUnit = length / (max - min);
  return (value) => Math.round(start + (value - min) * pixelsPerUnit);
}

class StepPen {
  readonly path = new Path2D();
  /** Where the pen stands; NaN = it is up. */
  #penY = Number.NaN;
  #column = Number.NaN;
  #low = 0;
  #high = 0;
  #last = 0;

  value(x: number, y: number): void {
    if (x !== this.#column) {
      this.#endColumn();
      this.#column = x;
      this.#low = this.#high = y;
    }
    if (y < this.#low) this.#low = y;
    if (y > this.#high) this.#high = y;
    this.#last = y;
  }

  /** Nothing is known from here on. */
  gap(x: number): void {
    this.#endColumn();
    if (!Number.isNaN(this.#penY)) this.path.lineTo(x, this.#penY);
    this.#penY = this.#column = Number.NaN;
  }

  /** All values of one column of pixels: in at the old height, from the lowest to the highest, out at the last. */
  #endColumn(): void {
    const x = this.#column;
    if (Number.isNaN(x)) return;
    if (Number.isNaN(this.#penY)) this.path.moveTo(x, this.#low);
    else if (this.#low === this.#penY && this.#high === this.#penY) return;
    else this.path.lineTo(x, this.#penY);
    if (this.#low !== this.#penY) this.path.lineTo(x, this.#low);
    if (this.#high !== this.#low) this.path.lineTo(x, this.#high);
    if (this.#last !== this.#high) this.path.lineTo(x, this.#last);
    this.#penY = this.#last;
  }
}

export function stepPath(plot: uPlot, series: number, from: number, to: number): uPlot.Series.Paths {
  const { left, top, width, height } = plot.bbox;
  const xOf = pixelsOf(plot.scales['x'], left, width);
  const yOf = pixelsOf(plot.scales['y'], top + height, -height);
  const [times, values] = [plot.data[0], plot.data[series] ?? []];
  const pen = new StepPen();
  let x = left;
  for (let index = from; index <= to; index++) {
    const value = values[index] ?? Number.NaN;
    x = xOf(times[index] ?? 0);
    if (Number.isNaN(value)) pen.gap(x);
    else pen.value(x, yOf(value));
  }
  pen.gap(x);
  return { stroke: pen.path, fill: null, clip: null, band: null, gaps: [], flags: 0 };
}
