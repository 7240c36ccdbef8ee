/** What stands over a plot: the key to its lines with the values under the cursor; a click hides a line in all plots. */
import type { Group } from './group.js';
import type { Line } from './plot.js';

/** Shown between lines, values and the end: "Charging", "main L2 full". */
export interface Note {
  readonly className: string;
  readonly textAt: (index: number) => string;
  /** The name of the colour of a swatch before it. */
  readonly colourAt?: (index: number) => string;
}

/** What is drawn on top comes first. Fills the element; the result shows the values at the cursor. */
export function showValues(host: Element, group: Group, lines: readonly Line[], notes: readonly Note[]): () => void {
  const buttons = lines.map((line) => lineButton(line, group));
  const texts = notes.map(({ className }) => element('span', className));
  host.replaceChildren(...buttons.map(({ button }) => button).reverse(), ...texts);
  return () => {
    for (const { line, button, value } of buttons) {
      const current = line.values[group.index] ?? Number.NaN;
      value.textContent = Number.isNaN(current) ? '\u2013' : current.toFixed(1);
      button.setAttribute('aria-pressed', String(!group.hidden.has(line.key)));
    }
    for (const [at, note] of notes.entries()) {
      const text = texts[at];
      if (!text) continue;
      const swatch = note.colourAt ? [swatchOf(note.colourAt(group.index), 'block')] : [];
      text.replaceChildren(...swatch, note.textAt(group.index));
    }
  };
}

interface LineButton {
  readonly line: Line;
  readonly button: HTMLElement;
  readonly value: HTMLElement;
}

function lineButton(line: Line, group: Group): LineButton {
  const button = element('button', 'line');
  button.setAttribute('type', 'button');
  button.title = `hide or show "${line.label}"`;
  const value = element('b', 'value');
  button.append(swatchOf(line.key, line.dash ? 'dashed' : 'solid'), `${line.label} `, value);
  button.addEventListener('click', () => group.toggle(line.key));
  return { line, button, value };
}

export function element(name: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

/** Its colour follows the style sheet by itself. */
export function swatchOf(colourName: string, shape: 'solid' | 'dashed' | 'block'): HTMLElement {
  const swatch = element('i', `swatch ${shape}`);
  swatch.style.setProperty('--swatch', `var(--${colourName})`);
  return swatch;
}
