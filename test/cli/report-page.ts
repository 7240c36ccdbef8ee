/** The report in a real browser: it draws, follows the cursor, asks nobody, and takes ids for text. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';
import { reportHtml } from '../../src/cli/report/report.js';
import type { RunLog } from '../../src/sim/world/run-log.js';
import { needs } from '../helpers/tools.js';
import { madeRun } from './report-log.js';
import { aside } from './world.js';

const CHROMIUM = '/usr/bin/chromium';
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'].concat([
  '--disable-component-update',
  '--disable-sync',
]);
/** Far above what anything takes, beside busy neighbours too. */
const PATIENCE_MS = 240_000;
const HOSTILE = `</script><script>document.title="owned"</script><img src=x onerror='document.title="owned"'>"'&--><!--`;

/** Remembers what is written on canvases: the names of bands, the texts of axes. */
const LISTEN = `
  window.drawn = [];
  const fillText = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
    window.drawn.push(text);
    return fillText.call(this, text, ...where);
  };`;

interface Opened {
  readonly page: Page;
  readonly url: string;
  /** What went wrong, and every address that was asked for. */
  readonly problems: string[];
  readonly asked: string[];
}

async function browser(t: Test): Promise<BrowserContext> {
  const profile = mkdtempSync(join(tmpdir(), 'evenkeel-chromium-'));
  const options = { executablePath: CHROMIUM, args: ARGUMENTS, viewport: { width: 1280, height: 900 } };
  const context = await chromium.launchPersistentContext(profile, options);
  context.setDefaultTimeout(PATIENCE_MS);
  t.teardown(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  return context;
}

async function open(t: Test, context: BrowserContext, log: RunLog): Promise<Opened> {
  const file = join(t.testdir(), 'out.html');
  writeFileSync(file, reportHtml(log));
  const page = await context.newPage();
  const opened: Opened = { page, url: pathToFileURL(file).href, problems: [], asked: [] };
  page.on('console', (message) => opened.problems.push(message.text()));
  page.on('pageerror', (error) => opened.problems.push(error.message));
  page.on('request', (request) => opened.asked.push(request.url()));
  await page.addInitScript(LISTEN);
  await page.goto(opened.url);
  await page.waitForSelector('.uplot');
  return opened;
}

const HALF_HOUR = { seed: 7, durationMs: 1_800_000, chargePoints: 4, circuits: ['main', 'garage'] };

aside(
  'report: in a browser',
  async (t) => {
    const context = await browser(t);
    const log = { ...madeRun(HALF_HOUR), violations: [{ atMs: 1_600_250, judge: 'I1', text: 'main L2' }] };
    const opened = await open(t, context, log);
    await t.test('every plot is drawn, with the names of the faults and the clock', (t) => plots(t, opened));
    await t.test('bands of faults, and those of the charge point stand out', (t) => bands(t, opened));
    await t.test('the cursor: values, state, reason, faults, in all plots', (t) => cursor(t, opened));
    await t.test('zoom: all plots; keys, drags and the table', (t) => zoom(t, opened));
    await t.test('a line that is hidden is hidden everywhere', (t) => hidden(t, opened));
    await t.test('a telephone, and the dark', (t) => small(t, opened));
    t.strictSame(opened.problems, [], 'no error');
    t.strictSame(opened.asked, [opened.url], 'no request but for the page');
    await t.test('the policy: no requests, no scripts of others', (t) => policy(t, opened));
    await t.test('hostile ids are text', (t) => hostile(t, context));
    await t.test('no sample at all', (t) => empty(t, context));
    await t.test('twelve samples per pixel, and a peak of one of them', (t) => peak(t, context));
  },
  needs(existsSync(CHROMIUM), `${CHROMIUM} is missing`),
);

/** In sight, and drawn: the bands of the top plot are there one frame later. */
async function seen(page: Page, selector: string): Promise<void> {
  await page.locator(selector).scrollIntoViewIfNeeded();
  await page.waitForSelector(`${selector} .uplot`);
  await settled(page);
}

function settled(page: Page): Promise<unknown> {
  return page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
}

async function plots(t: Test, { page }: Opened): Promise<void> {
  t.equal(await page.locator('figure').count(), 2 * 3 + 4);
  for (let chargePoint = 0; chargePoint < 4; chargePoint++) await seen(page, `#cp-${chargePoint}`);
  for (const circuit of [0, 1]) {
    for (const phase of [0, 1, 2]) await seen(page, `[data-circuit="${circuit}"][data-phase="${phase}"]`);
  }
  t.equal(await page.locator('figure .uplot canvas').count(), 10);
  const drawn = (await page.evaluate('window.drawn')) as readonly string[];
  for (const text of ['33 partition \u2192 cp2', '39 master killed \u2192 master', '0:15:00', '100 A']) {
    t.ok(drawn.includes(text), text);
  }
  const labels = await page.locator('[data-circuit="0"][data-phase="0"] .line').allTextContents();
  t.strictSame(
    labels.map((text) => text.replace(/ +\S+$/, '')),
    ['fuse', 'measured', 'flows', 'sum of limits', 'exposure', 'capacity', 'building'],
  );
  t.notOk(
    (await page.locator('[data-circuit="1"] .values').first().textContent())?.includes('measured'),
    'no meter there',
  );
}

/** The colour of a plot's canvas at a share of its time axis, `y` CSS pixels from the top of canvas or plot. */
async function pixel(
  page: Page,
  selector: string,
  share: number,
  y: { from: 'canvas' | 'plot'; px: number },
): Promise<string> {
  return String(
    await page.evaluate(`(() => {
      const canvas = document.querySelector('${selector} canvas');
      const [over, box] = [document.querySelector('${selector} .u-over'), canvas].map((e) => e.getBoundingClientRect());
      const x = (over.left - box.left + ${share} * over.width) * devicePixelRatio;
      const y = (${y.px} + (${y.from === 'plot'} ? over.top - box.top : 0)) * devicePixelRatio;
      const copy = new OffscreenCanvas(1, 1).getContext('2d');
      copy.drawImage(canvas, Math.round(x), Math.round(y), 1, 1, 0, 0, 1, 1);
      return [...copy.getImageData(0, 0, 1, 1).data].join();
    })()`),
  );
}

async function bands(t: Test, { page }: Opened): Promise<void> {
  const plot = { from: 'plot', px: 3 } as const;
  for (const figure of ['[data-circuit="0"][data-phase="0"]', '[data-circuit="1"][data-phase="2"]', '#cp-0', '#cp-1']) {
    await seen(page, figure);
    t.equal(await pixel(page, figure, 0.3, plot), '0,0,0,0', `${figure}: nothing where there is no fault`);
    t.not(await pixel(page, figure, 0.12, plot), '0,0,0,0', `${figure}: a band`);
    t.not(await pixel(page, figure, 0.155, { from: 'canvas', px: 2 }), '0,0,0,0', `${figure}: its bar above the plot`);
    t.not(await pixel(page, figure, 1_600.25 / 1_800, plot), '0,0,0,0', `${figure}: the violation`);
  }
  const [own, others] = await Promise.all(['#cp-1', '#cp-0'].map((figure) => pixel(page, figure, 0.55, plot)));
  t.not(own, others, 'the partition of cp2');
}

/** Points at a share of the time axis. */
async function point(page: Page, selector: string, share: number): Promise<void> {
  await seen(page, selector);
  const over = page.locator(`${selector} .u-over`);
  const box = (await over.boundingBox()) ?? { width: 0 };
  await over.hover({ position: { x: box.width * share, y: 40 } });
  await settled(page);
}

async function cursor(t: Test, { page }: Opened): Promise<void> {
  await point(page, '#cp-0', 0.05);
  t.equal(await page.locator('#cp-0 .reason').textContent(), 'no vehicle');
  t.equal(await page.locator('#cp-0 .state').textContent(), 'Available');
  t.equal(await page.locator('#cursor-faults').textContent(), 'no fault');
  await point(page, '#cp-0', 0.62);
  t.match(await page.locator('#cursor-time').textContent(), /^0:18:3[5-7]$/);
  t.equal(await page.locator('#cp-0 .reason').textContent(), 'main L2 full');
  t.equal(await page.locator('#cursor-faults').textContent(), '30 loss 30 % \u2192 network');
  const cursors = `[...document.querySelectorAll('#cp-0 .u-cursor-x, #cp-1 .u-cursor-x')].map((e) => e.style.transform)`;
  const [first, second] = (await page.evaluate(cursors)) as readonly string[];
  t.match(first, /translate\(\d/);
  t.equal(first, second, 'the same place in the plot below');
  await page.keyboard.press('Shift+ArrowRight');
  await settled(page);
  t.match(await page.locator('#cursor-time').textContent(), /^0:18:4[5-7]$/);
}

async function shown(page: Page): Promise<string | null> {
  await settled(page);
  return page.locator('#shown').textContent();
}

async function zoom(t: Test, { page }: Opened): Promise<void> {
  t.equal(await shown(page), '0:00:00 \u2013 0:30:00');
  await page.keyboard.press('+');
  t.match(await shown(page), /^0:09:\d\d \u2013 0:24:\d\d$/, 'around the cursor');
  await page.keyboard.press('0');
  t.equal(await shown(page), '0:00:00 \u2013 0:30:00');

  await point(page, '#cp-0', 0.25);
  await page.mouse.down();
  const box = (await page.locator('#cp-0 .u-over').boundingBox()) ?? { x: 0, y: 0, width: 0 };
  await page.mouse.move(box.x + box.width * 0.75, box.y + 60, { steps: 3 });
  await page.mouse.up();
  t.match(await shown(page), /^0:07:(?:29|3\d) \u2013 0:22:(?:29|3\d)$/, 'dragged');

  const reset = `window.drawn.length = 0`;
  await page.evaluate(reset);
  await page.locator('.faults .time', { hasText: '0:24:00' }).click();
  t.equal(await shown(page), '0:23:30 \u2013 0:24:45');
  t.equal(await page.locator('#cursor-time').textContent(), '0:24:00');
  t.equal(await page.locator('#cursor-faults').textContent(), '24 reboot \u2192 cp2');
  const drawn = (await page.evaluate('window.drawn')) as readonly string[];
  t.ok(drawn.includes('0:24:10'), 'the axis follows');
  await page.locator('.verdict .time').click();
  t.match(await shown(page), /^0:26:10 \u2013 0:27:10$/);
  t.match(await page.locator('#cursor-faults').textContent(), /\u2717 I1/);
  await page.locator('[data-action="whole"]').click();
  t.equal(await shown(page), '0:00:00 \u2013 0:30:00');
}

async function hidden(t: Test, { page }: Opened): Promise<void> {
  const first = '[data-circuit="0"][data-phase="0"]';
  const exposure = page.locator('[data-circuit="0"] .line', { hasText: 'exposure' });
  const states = (): Promise<readonly (string | null)[]> =>
    exposure.evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-pressed')));
  await seen(page, first);
  t.strictSame(await states(), ['true', 'true', 'true']);
  await exposure.first().click();
  await settled(page);
  t.strictSame(await states(), ['false', 'false', 'false']);
  await exposure.first().click();
}

async function small(t: Test, { page }: Opened): Promise<void> {
  const ground = 'getComputedStyle(document.body).backgroundColor';
  const light = await page.evaluate(ground);
  await page.emulateMedia({ colorScheme: 'dark' });
  t.not(await page.evaluate(ground), light);
  await page.setViewportSize({ width: 390, height: 844 });
  await settled(page);
  await seen(page, '#cp-3');
  t.equal(await page.evaluate('document.documentElement.scrollWidth'), 390, 'nothing is wider than the screen');
  t.ok(Number(await page.evaluate(`document.querySelector('#cp-3 canvas').getBoundingClientRect().width`)) <= 390);
}

async function policy(t: Test, { page }: Opened): Promise<void> {
  const refused = await page.evaluate(`(async () => {
    const directives = [];
    document.addEventListener('securitypolicyviolation', (event) => directives.push(event.effectiveDirective));
    const answer = await fetch('http://127.0.0.1:9/').then(() => 'answered', () => 'refused');
    const script = document.createElement('script');
    script.textContent = 'document.title = "owned"';
    document.body.append(script);
    await new Promise((resolve) => setTimeout(resolve, 0));
    return { answer, title: document.title, directives: directives.sort() };
  })()`);
  t.match(refused, { answer: 'refused', title: /^FAIL/, directives: ['connect-src', 'script-src-elem'] });
}

async function hostile(t: Test, context: BrowserContext): Promise<void> {
  const log = madeRun({ ...HALF_HOUR, durationMs: 60_000, chargePoints: 1, circuits: [HOSTILE] });
  const [fault] = log.faults;
  const opened = await open(t, context, {
    ...log,
    scenario: HOSTILE,
    digest: HOSTILE,
    chargePoints: [{ id: HOSTILE, circuit: HOSTILE }],
    samples: log.samples.map((sample) => ({
      ...sample,
      chargePoints: sample.chargePoints.map((point) => ({ ...point, reason: HOSTILE })),
    })),
    faults: fault ? [{ ...fault, fault: HOSTILE, target: HOSTILE, fromMs: 0, toMs: 60_000 }] : [],
    violations: [{ atMs: 0, judge: HOSTILE, text: HOSTILE }],
    measures: { ...log.measures, breakers: log.measures.breakers.map((each) => ({ ...each, circuit: HOSTILE })) },
    counts: { [HOSTILE]: 1 },
  });
  const { page } = opened;
  await seen(page, '#cp-0');
  t.equal(await page.title(), `FAIL: ${HOSTILE}, seed 7`);
  t.equal(await page.locator('#cp-0 h3').textContent(), `${HOSTILE} on ${HOSTILE}`);
  t.equal(await page.locator('#cp-0 .reason').textContent(), HOSTILE);
  t.match(await page.locator('#cursor-faults').textContent(), HOSTILE);
  t.equal(await page.locator('img').count(), 0);
  t.equal(await page.locator('script').count(), 4);
  t.strictSame(opened.problems, []);
  t.strictSame(opened.asked, [opened.url]);
}

async function empty(t: Test, context: BrowserContext): Promise<void> {
  const log = { ...madeRun({ ...HALF_HOUR, durationMs: 0 }), samples: [] };
  const { page, problems } = await open(t, context, log);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('+');
  t.equal(await shown(page), '0:00:00 \u2013 0:00:01');
  t.strictSame(problems, []);
}

async function peak(t: Test, context: BrowserContext): Promise<void> {
  const durationMs = 4 * 3_600_000;
  const log = madeRun({ ...HALF_HOUR, durationMs, chargePoints: 1 });
  const peakMs = 5_003_000;
  const { page } = await open(t, context, {
    ...log,
    faults: [],
    samples: log.samples.map((sample) => ({
      ...sample,
      chargePoints: [{ limitA: 32, currentA: sample.atMs === peakMs ? 30 : 0, state: 'Charging', reason: '' }],
    })),
  });
  await seen(page, '#cp-0');
  const half = { from: 'plot', px: 50 } as const;
  const around = await Promise.all([-1, 0, 1].map((x) => pixel(page, '#cp-0', peakMs / durationMs + x / 1_170, half)));
  t.ok(
    around.some((colour) => colour !== '0,0,0,0'),
    `drawn: ${around}`,
  );
  t.equal(await pixel(page, '#cp-0', 0.37, half), '0,0,0,0', 'not drawn where it was not');
}
