/** One plot: lines over time, marks under and over them, and the shared cursor and window. */
import type UPlot from 'uplot';
import { currentAxis, timeAxis } from './axes.js';
import { colour } from './colours.js';
import { type Group, indexAt } from './group.js';
import { drawFaults, drawViolations, lanesHeight, STRIP_SPACE } from './marks.js';
import { stepPath } from './paths.js';
import type { Column, Extent } from './run.js';

/** The library is a script of its own before this one. */
declare const uPlot: typeof UPlot;

/** Room above the highest line, as a share. */
const AIR = 0.06;

export interface Line {
  /** Name of its colour, and what it is hidden by: all plots hide it together. */
  readonly key: string;
  readonly label: string;
  readonly values: Column;
  readonly width: number;
  /** CSS pixels on and off; lines differ by that too, not by colour alone. */
  readonly dash?: number[];
}

export interface PlotParts {
  readonly host: HTMLElement;
  readonly height: number;
  readonly lines: readonly Line[];
  /** Of the lines that are not hidden, and of the others that shall have the same scale. */
  readonly extent: () => Extent;
  /** Whose faults stand out. */
  readonly target?: string;
  /** Draws a strip of states below the plot. */
  readonly strip?: (plot: UPlot) => void;
}

/** Draws it, and makes it follow the group from now on; the result ends that, until it is called for again. */
export class Plot {
  readonly #plot: UPlot;
  readonly #parts: PlotParts;
  readonly #group: Group;

  constructor(group: Group, parts: PlotParts) {
    this.#group = group;
    this.#parts = parts;
    const data: UPlot.AlignedData = [group.run.timesS, ...parts.lines.map(({ values }) => values)];
    this.#plot = new uPlot(this.#options(), data, parts.host);
    this.#plot.over.addEventListener('mousemove', (event) => {
      group.point(indexAt(group.run.timesS, this.#plot.posToVal(event.offsetX, 'x')));
    });
  }

  readonly follow = (): void => {
    const { fromS, toS, atS, hidden } = this.#group;
    const plot = this.#plot;
    const { min, max } = plot.scales['x'] ?? {};
    if (min !== fromS || max !== toS) plot.batch(() => plot.setScale('x', { min: fromS, max: toS }));
    for (const [index, { key }] of this.#parts.lines.entries()) {
      const show = !hidden.has(key);
      if (plot.series[index + 1]?.show !== show) plot.setSeries(index + 1, { show });
    }
    const isSeen = atS >= fromS && atS <= toS;
    plot.setCursor({ left: isSeen ? plot.valToPos(atS, 'x') : -10, top: 0 }, false);
  };

  redraw(): void {
    this.#plot.redraw(false);
  }

  resize(): void {
    const width = this.#parts.host.clientWidth;
    if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: this.#parts.height });
  }

  #options(): UPlot.Options {
    const { host, height, lines, strip } = this.#parts;
    const group = this.#group;
    return {
      width: host.clientWidth,
      height,
      padding: [lanesHeight(group.run), 28, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false },
        // The cursor stays where it was left, so that the other plots can be read there.
        bind: { mouseleave: () => null, dblclick: () => () => group.showWhole() as unknown as null },
      },
      scales: { x: { time: false, min: group.fromS, max: group.toS }, y: { range: () => this.#range() } },
      series: [{}, ...lines.map((line) => this.#series(line))],
      axes: [timeAxis(strip ? STRIP_SPACE + 4 : 5), currentAxis()],
      hooks: this.#hooks(),
    };
  }

  #series({ key, label, width, dash }: Line): UPlot.Series {
    return {
      label,
      show: !this.#group.hidden.has(key),
      stroke: () => colour(key),
      width,
      ...(dash ? { dash } : {}),
      points: { show: false },
      paths: stepPath,
    };
  }

  #hooks(): UPlot.Hooks.Arrays {
    const { target, strip } = this.#parts;
    const { run } = this.#group;
    return {
      drawClear: [(plot) => drawFaults(plot, run, target)],
      draw: [(plot) => drawViolations(plot, run), ...(strip ? [strip] : [])],
      setScale: [(plot, scale) => scale === 'x' && this.#dragged(plot)],
    } as UPlot.Hooks.Arrays;
  }

  /** Somebody has marked a part of the plot with the mouse. */
  #dragged(plot: UPlot): void {
    const { min, max } = plot.scales['x'] ?? {};
    const group = this.#group;
    if (min === undefined || max === undefined || (min === group.fromS && max === group.toS)) return;
    group.show(min, max);
  }

  #range(): UPlot.Range.MinMax {
    const { low, high } = this.#parts.extent();
    return [low * (1 + AIR), high > 0 ? high * (1 + AIR) : 1];
  }
}
