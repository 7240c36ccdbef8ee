/** Turns the frames of the page into plots, each when it comes into sight. */
import { drawStates } from './marks.js';
import type { Group } from './group.js';
import { type Line, Plot, type PlotParts } from './plot.js';
import type { CircuitField, Column, Run } from './run.js';
import { element, type Note, showValues, swatchOf } from './values.js';

/** CSS pixels. */
const CIRCUIT_HEIGHT = 230;
const CHARGE_POINT_HEIGHT = 150;
/** Made so far before it comes into sight. */
const AHEAD = '400px';

type Style = Omit<Line, 'values'> & { readonly field: CircuitField };

/** In the order of drawing: what is measured over what flows, the fuse over all. */
const CIRCUIT_LINES: readonly Style[] = [
  { field: 'buildingA', key: 'building', label: 'building', width: 1.5 },
  { field: 'capacityA', key: 'capacity', label: 'capacity', width: 1.5, dash: [8, 4] },
  { field: 'exposureA', key: 'exposure', label: 'exposure', width: 2 },
  { field: 'allowedA', key: 'allowed', label: 'sum of limits', width: 1.5, dash: [5, 2] },
  { field: 'totalA', key: 'total', label: 'flows', width: 2.5 },
  { field: 'measuredA', key: 'measured', label: 'measured', width: 1.5, dash: [2, 6] },
];

/** The frames that are in sight follow the group; the result draws all of them anew. */
export function makeFigures(group: Group): () => void {
  const made = new Map<Element, Figure>();
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting && !made.has(target)) made.set(target, new Figure(group, target as HTMLElement));
        made.get(target)?.setSeen(isIntersecting);
      }
    },
    { rootMargin: AHEAD },
  );
  for (const frame of document.querySelectorAll('figure')) watcher.observe(frame);
  new ResizeObserver(() => {
    for (const figure of made.values()) figure.plot.resize();
  }).observe(document.body);
  return () => {
    for (const figure of made.values()) figure.plot.redraw();
  };
}

class Figure {
  readonly plot: Plot;
  readonly #group: Group;
  readonly #showValues: () => void;

  constructor(group: Group, frame: HTMLElement) {
    this.#group = group;
    const host = part(frame, '.plot');
    const { parts, notes } =
      frame.dataset['chargePoint'] === undefined
        ? circuitParts(group, frame, host)
        : chargePointParts(group, frame, host);
    this.#showValues = showValues(part(frame, '.values'), group, parts.lines, notes);
    this.plot = new Plot(group, parts);
  }

  /** What nobody sees need not follow; it catches up when it is seen. */
  setSeen(isSeen: boolean): void {
    for (const follower of [this.plot.follow, this.#showValues]) {
      if (isSeen) this.#group.follow(follower);
      else this.#group.unfollow(follower);
    }
  }
}

function part(frame: HTMLElement, selector: string): HTMLElement {
  const found = frame.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`a frame without ${selector}`);
  return found;
}

interface FigureParts {
  readonly parts: PlotParts;
  readonly notes: readonly Note[];
}

function circuitParts({ run, hidden }: Group, { dataset }: HTMLElement, host: HTMLElement): FigureParts {
  const [circuit, phase] = [Number(dataset['circuit']), Number(dataset['phase'])];
  const fuse = run.phases((each) => constant(run, run.data.circuits[circuit]?.limitA[each] ?? 0));
  const lines = [
    ...CIRCUIT_LINES.map(({ field, ...style }) => ({ ...style, values: run.circuit(circuit, phase, field) })),
    { key: 'fuse', label: 'fuse', width: 2, dash: [12, 3], values: fuse[phase] ?? run.timesS },
  ].filter(({ values }) => values.some((value) => !Number.isNaN(value)));
  const shown = (): readonly Column[] => [
    ...(hidden.has('fuse') ? [] : fuse),
    ...CIRCUIT_LINES.filter(({ key }) => !hidden.has(key)).flatMap(({ field }) =>
      run.phases((each) => run.circuit(circuit, each, field)),
    ),
  ];
  return { parts: { host, height: CIRCUIT_HEIGHT, lines, extent: () => run.extentOf(shown()) }, notes: [] };
}

function constant(run: Run, value: number): Column {
  return new Float64Array(run.data.sampleCount).fill(value);
}

function chargePointParts({ run }: Group, { dataset }: HTMLElement, host: HTMLElement): FigureParts {
  const chargePoint = Number(dataset['chargePoint']);
  const [limitA, currentA] = [run.chargePoint(chargePoint, 'limitA'), run.chargePoint(chargePoint, 'currentA')];
  const [states, reasons] = [run.chargePoint(chargePoint, 'state'), run.chargePoint(chargePoint, 'reason')];
  const stateAt = (index: number): string => run.data.states[states[index] ?? 0] ?? '';
  const { id } = run.data.chargePoints[chargePoint] ?? {};
  return {
    parts: {
      host,
      height: CHARGE_POINT_HEIGHT,
      lines: [
        { key: 'current', label: 'current', width: 1.5, values: currentA },
        { key: 'limit', label: 'limit', width: 2, values: limitA },
      ],
      extent: () => run.extentOf([limitA, currentA]),
      strip: (plot) => drawStates(plot, run, chargePoint),
      ...(id === undefined ? {} : { target: id }),
    },
    notes: [
      { className: 'state', textAt: stateAt, colourAt: (index) => `state-${stateAt(index)}` },
      { className: 'reason', textAt: (index) => run.data.reasons[reasons[index] ?? 0] ?? '' },
    ],
  };
}

/** The key to the strips of states: those that turn up in this run. */
export function showStateKey(host: Element, run: Run): void {
  host.replaceChildren(
    ...run.data.states.map((state) => {
      const item = element('li', '');
      item.append(swatchOf(`state-${state}`, 'block'), state);
      return item;
    }),
  );
}
