/** docs/mqtt.md and what is published must name the same topics, fields and reasons, and its examples must be real. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { statusTopics } from '../../src/northbound/topics.js';
import { SAMPLE_REASONS, sampleStatus } from '../helpers/sample-status.js';

const page = readFileSync(new URL('../../../docs/mqtt.md', import.meta.url), 'utf8');
const published = statusTopics('evenkeel/car-park-north', sampleStatus());

/** Level below the site ("chargepoint") -> its section of the page. */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const level = /^`<baseTopic>\/<site>\/([a-z]+)/.exec(section)?.[1];
      return level === undefined ? [] : [[level, section] as const];
    }),
);

function firstColumn(text: string, header: string): string[] {
  const table = text.split(`| ${header} |`)[1]?.split(/\n\n/)[0] ?? '';
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? '');
}

function fieldNames(value: object, prefix = ''): string[] {
  return Object.entries(value as Record<string, unknown>).flatMap(([name, field]) =>
    prefix === '' && name === 'reason' && typeof field === 'object' && field !== null
      ? [name, ...fieldNames(field, 'reason.')]
      : [prefix + name],
  );
}

const levelOf = (topic: string): string => topic.split('/')[2] ?? '';

t.test('topics', (t) => {
  const levels = new Set([...published.map((message) => levelOf(message.topic)), 'status']);
  t.same([...sections.keys()].sort(), [...levels].sort());
  t.end();
});

t.test('fields', (t) => {
  for (const [level, section] of sections) {
    const ofLevel = published.filter((message) => levelOf(message.topic) === level);
    const fields = new Set(ofLevel.flatMap((message) => fieldNames(JSON.parse(message.payload) as object)));
    const documented = [
      ...firstColumn(section, 'field'),
      ...firstColumn(section.split('### `reason`')[1] ?? '', 'field'),
    ];
    t.same(documented.sort(), [...fields].sort(), level);
  }
  t.end();
});

t.test('volatile fields are marked', (t) => {
  for (const message of published) {
    const essential = JSON.parse(message.essence) as Record<string, unknown>;
    const section = sections.get(levelOf(message.topic)) ?? '';
    for (const field of Object.keys(JSON.parse(message.payload) as object)) {
      const row = section.split('\n').find((line) => line.startsWith(`| \`${field}\``)) ?? '';
      t.equal(row.includes('*volatile*'), !(field in essential), `${message.topic} ${field}`);
    }
  }
  t.end();
});

t.test('kinds of reason and their fields', (t) => {
  t.same(firstColumn(page, 'kind').sort(), Object.keys(SAMPLE_REASONS).sort());
  const table = page.split('| kind |')[1] ?? '';
  for (const [kind, reason] of Object.entries(SAMPLE_REASONS)) {
    const row = table.split('\n').find((line) => line.startsWith(`| \`${kind}\``)) ?? '';
    const documented = [...(row.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1]);
    t.same(documented, Object.keys(reason).slice(1), kind);
  }
  t.end();
});

t.test('examples', (t) => {
  const examples = [...page.matchAll(/```json\n(.*)\n```/g)].map((match) => match[1] ?? '');
  t.equal(examples.length, sections.size - 1);
  for (const example of examples)
    t.ok(
      published.some((message) => message.payload === example),
      example.slice(0, 40),
    );
  t.end();
});
