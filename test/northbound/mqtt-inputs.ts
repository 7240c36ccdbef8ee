/** Digital inputs by MQTT, at a real broker, set by a client that shares no code with ours. */
import { spawn, spawnSync } from 'node:child_process';
import t, { type Test } from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { levelOf } from '../../src/base/level-words.js';
import { MqttInputs } from '../../src/northbound/mqtt-inputs.js';
import { eventually } from '../helpers/machine.js';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../helpers/mosquitto.js';
import { realClock, realTimers } from '../helpers/real-time.js';
import { needs } from '../helpers/tools.js';

const missing = mosquittoMissing();
const broker = needs(missing === undefined, missing ?? '');
const TOPIC = 'house/ripple';

function publish({ port }: Mosquitto, topic: string, payload: string, ...options: readonly string[]): void {
  const done = spawnSync('mosquitto_pub', [
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-t',
    topic,
    '-m',
    payload,
    ...options,
  ]);
  if (done.status !== 0) throw new Error(`mosquitto_pub: ${done.stderr.toString()}`);
}

function listening(t: Test, url: string) {
  const told: string[] = [];
  const inputs = new MqttInputs({
    ...{ url, clientId: `test-${process.pid}-${told.length}`, clock: realClock, timers: realTimers, rng: seededRng(1) },
    inputs: [
      { id: 'one', topic: TOPIC },
      { id: 'two', topic: TOPIC },
      { id: 'three', topic: 'house/other' },
    ],
    tell: (id, level, reason) => void told.push(`${id} ${level}${reason === undefined ? '' : `: ${reason}`}`),
  });
  t.teardown(() => inputs.close());
  inputs.start();
  return { told, inputs };
}

t.test('words', async (t) => {
  const words = ['on', '1', 'true', 'ON', ' True\n', 'off', '0', 'false', 'active', 'inactive'];
  t.same(words.map(levelOf), [...Array<string>(5).fill('high'), 'low', 'low', 'low', 'active', 'inactive']);
  for (const none of ['', 'yes', '2', '1.0', 'toString', '{"on":true}']) t.equal(levelOf(none), undefined, none);
});

t.test(
  'retained and live, several inputs at one topic, a word that is none, a broker that goes and comes',
  broker,
  async (t) => {
    const mosquitto = await startMosquitto();
    t.teardown(() => mosquitto.stop());
    publish(mosquitto, TOPIC, 'on', '-r');
    const { told } = listening(t, mosquitto.url);
    await eventually('what was retained', () => told.length === 2);
    publish(mosquitto, 'house/other', 'inactive');
    await eventually('what is said now', () => told.length === 3);
    t.same([...told].sort(), ['one high', 'three inactive', 'two high']);
    publish(mosquitto, 'house/other', 'perhaps');
    await eventually('the loss', () => told.at(-1) === 'three lost: expected on or off at house/other, got "perhaps"');
    publish(mosquitto, 'house/other', 'x'.repeat(10_000));
    await eventually(
      'another',
      () => told.at(-1) === `three lost: expected on or off at house/other, got "${'x'.repeat(20)}"`,
    );
    const before = told.length;
    await mosquitto.kill();
    await eventually('all lost', () => told.length >= before + 3);
    t.same(
      told.slice(before, before + 3).map((each) => each.split(':')[0]),
      ['one lost', 'two lost', 'three lost'],
    );
    await mosquitto.restart();
    publish(mosquitto, TOPIC, 'off', '-r');
    await eventually('the return', () => told.includes('one low') && told.includes('two low'));
  },
);

t.test('nobody listens there: said once for each cause', async (t) => {
  const { told } = listening(t, 'mqtt://127.0.0.1:1');
  await eventually('the loss', () => told.length === 3);
  t.match(told[0], /^one lost: MQTT broker: .*ECONNREFUSED/);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  t.equal(told.length, 3);
});

t.test(
  'a client that floods the topic: the connection holds or is lost, and never more is heard than a link lets through',
  broker,
  async (t) => {
    const mosquitto = await startMosquitto();
    t.teardown(() => mosquitto.stop());
    const { told } = listening(t, mosquitto.url);
    publish(mosquitto, TOPIC, 'off', '-r');
    await eventually('the first word', () => told.length >= 2);
    const flood = spawn('sh', ['-c', `yes on | mosquitto_pub -h 127.0.0.1 -p ${mosquitto.port} -t ${TOPIC} -l`], {
      stdio: 'ignore',
      detached: true,
    });
    const beganMs = performance.now();
    let longestMs = 0;
    for (let lastMs = beganMs; lastMs < beganMs + 2_000; ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      longestMs = Math.max(longestMs, performance.now() - lastMs);
      lastMs = performance.now();
    }
    process.kill(-(flood.pid ?? 0), 'SIGKILL');
    t.comment(`${told.length} words, the loop stood still for ${Math.round(longestMs)} ms at most`);
    // A message has 17 bytes and two inputs: 64 KB at once and 4 KB a second, for three connections at most.
    t.ok(told.length < (3 * 2 * ((64 + 4 * 2) * 1024)) / 17, `${told.length} words`);
    await eventually('an end', () => {
      publish(mosquitto, TOPIC, 'off', '-r');
      return told.at(-1) === 'two low';
    });
  },
);
