/** The page at work: the bar with the time, keys, and the times in verdict and tables that lead to the plots. */
import { clockText } from '../columns.js';
import { onSchemeChange } from './colours.js';
import { makeFigures, showStateKey } from './figures.js';
import { Group } from './group.js';
import { loadRun } from './run.js';

/** Around a moment, and around a fault as a share of its length. */
const AROUND_S = 30;
const AROUND_SHARE = 0.25;

function actionsOf(group: Group): Readonly<Record<string, () => void>> {
  return {
    earlier: () => group.move(-0.5),
    later: () => group.move(0.5),
    in: () => group.zoom(0.5),
    out: () => group.zoom(2),
    whole: () => group.showWhole(),
  };
}

const ACTION_OF_KEY: Readonly<Record<string, string>> = { '+': 'in', '-': 'out', '0': 'whole' };
const STEP_OF_KEY: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };
const SHIFT_STEPS = 10;

function listen(group: Group): void {
  const actions = actionsOf(group);
  for (const button of document.querySelectorAll<HTMLElement>('[data-action]')) {
    button.addEventListener('click', () => actions[button.dataset['action'] ?? '']?.());
  }
  for (const button of document.querySelectorAll<HTMLElement>('button.time')) {
    button.addEventListener('click', () =>
      goTo(group, Number(button.dataset['from']) / 1_000, Number(button.dataset['to']) / 1_000),
    );
  }
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const samples = STEP_OF_KEY[event.key];
    if (samples !== undefined) {
      group.step(samples * (event.shiftKey ? SHIFT_STEPS : 1));
      event.preventDefault();
    }
    actions[ACTION_OF_KEY[event.key] ?? '']?.();
  });
}

function goTo(group: Group, fromS: number, toS: number): void {
  const aroundS = Math.max(AROUND_S, AROUND_SHARE * (toS - fromS));
  group.show(fromS - aroundS, toS + aroundS);
  group.pointAt(fromS);
  document.getElementById('toolbar')?.scrollIntoView();
}

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** The bar: the time under the cursor, what went wrong at that time, the part of the run that the plots show. */
function showBar(group: Group): () => void {
  const [time, shown, faults] = [byId('cursor-time'), byId('shown'), byId('cursor-faults')];
  const { data } = group.run;
  return () => {
    const atMs = group.atS * 1_000;
    const broken = data.violations.filter((each) => each.atMs >= atMs && each.atMs < atMs + data.sampleEveryMs);
    const now = data.faults.filter(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs);
    const words = [
      ...broken.map(({ judge }) => `\u2717 ${judge}`),
      ...now.map(({ label, target }) => `${label} \u2192 ${target}`),
    ];
    time.textContent = clockText(atMs);
    shown.textContent = `${clockText(Math.round(group.fromS) * 1_000)} \u2013 ${clockText(Math.round(group.toS) * 1_000)}`;
    faults.textContent = words.join(', ') || 'no fault';
  };
}

async function main(): Promise<void> {
  const run = await loadRun();
  const group = new Group(run);
  showStateKey(byId('states'), run);
  listen(group);
  group.follow(showBar(group));
  group.pointAt((run.data.violations[0] ?? { atMs: run.data.faults[0]?.fromMs ?? 0 }).atMs / 1_000);
  onSchemeChange(makeFigures(group));
}

main().catch((error: unknown) => {
  const problem = byId('problem');
  problem.textContent = `The plots cannot be drawn: ${error}. A browser from 2023 or later is needed.`;
  problem.hidden = false;
});
