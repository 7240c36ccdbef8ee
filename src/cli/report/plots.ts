/** The frames that the page's script fills: one for every phase of a circuit, one for every charge point. */
import { PHASE_NAMES } from '../../base/units.js';
import type { RunLog } from '../../sim/world/run-log.js';
import { escaped } from './html.js';

export function plotsHtml(log: RunLog): string {
  const circuits = log.circuits.map(({ id, limitA }, circuit) => {
    const phases = PHASE_NAMES.map((name, phase) =>
      figure(`data-circuit="${circuit}" data-phase="${phase}"`, `${id} ${name}`, `fuse ${limitA[phase]} A`),
    );
    return `<section id="circuit-${circuit}"><h2>Circuit ${escaped(id)}</h2>\n${phases.join('\n')}\n</section>`;
  });
  const chargePoints = log.chargePoints.map(({ id, circuit }, chargePoint) =>
    figure(`id="cp-${chargePoint}" data-charge-point="${chargePoint}"`, id, `on ${circuit}`),
  );
  return `${toolbar()}
<main id="plots">
<p id="problem" hidden></p>
${circuits.join('\n')}
<section id="charge-points"><h2>Charge points</h2>
<ul class="key" id="states"></ul>
${chargePoints.join('\n')}
</section>
</main>`;
}

function figure(attributes: string, title: string, note: string): string {
  return `<figure ${attributes}><figcaption><h3>${escaped(title)} <small>${escaped(note)}</small></h3><div class="values"></div></figcaption><div class="plot"></div></figure>`;
}

function toolbar(): string {
  const buttons = [
    ['earlier', '&#9664;', 'earlier'],
    ['later', '&#9654;', 'later'],
    ['in', '+', 'zoom in (+)'],
    ['out', '&minus;', 'zoom out (-)'],
    ['whole', 'whole run', 'whole run (0, or double click)'],
  ].map(([action, text, title]) => `<button type="button" data-action="${action}" title="${title}">${text}</button>`);
  return `<nav id="toolbar" aria-label="time">
<output id="cursor-time" title="cursor: point, or arrow keys (with shift: ten samples)">0:00:00</output>
<span id="shown"></span>
<span class="buttons">${buttons.join('')}</span>
<span id="cursor-faults" aria-live="off"></span>
</nav>`;
}
