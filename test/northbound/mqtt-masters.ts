/** Several masters and one broker: who does not decide stays away, and what a dead one has left is put right. */
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import { createMqttPublisher, type MqttPublisherOptions } from '../../src/northbound/mqtt-publisher.js';
import { mosquittoMissing, startMosquitto, subscribe } from '../helpers/mosquitto.js';
import { eventually } from '../helpers/machine.js';
import { keepingLogger, realClock, realTimers } from '../helpers/real-time.js';
import { sampleStatus } from '../helpers/sample-status.js';
import { needs } from '../helpers/tools.js';

const ROOT = 'evenkeel/car-park-north';
const missing = mosquittoMissing();
const needsBroker = needs(missing === undefined, `${missing}`);

function options(url: string, logger = keepingLogger()): MqttPublisherOptions {
  const world = { logger, clock: realClock, timers: realTimers, rng: seededRng(1) };
  return { url, baseTopic: 'evenkeel', site: 'Car park north', clientId: 'evenkeel-test', ...world };
}

t.test('a master that does not decide stays away, and leaves without a word', needsBroker, async (t) => {
  const broker = await startMosquitto();
  t.teardown(() => broker.stop());
  const logger = keepingLogger();
  const publisher = createMqttPublisher(options(broker.url, logger));
  t.teardown(() => publisher.close());
  const watcher = await subscribe(broker.url, [`${ROOT}/#`]);
  t.teardown(() => watcher.close());
  publisher.publish(sampleStatus({ role: 'standby' }));
  await wait(200);
  t.same(logger.events(), []);
  publisher.publish(sampleStatus());
  await watcher.until('online', ({ topic, payload }) => topic === `${ROOT}/status` && payload === 'online');
  await watcher.until('the site', ({ topic }) => topic === `${ROOT}/site`);
  publisher.publish(sampleStatus({ role: 'passive' }));
  const late = await subscribe(broker.url, [`${ROOT}/status`]);
  t.teardown(() => late.close());
  await late.until('what it left', ({ retained, payload }) => retained && payload === 'online');
  t.same(logger.events(), ['MQTT_CONNECTED'], 'no loss');
  publisher.publish(sampleStatus());
  await eventually('the second connection', () => logger.events().length === 2);
});

t.test('the will of the master that decided before, coming late, is contradicted', needsBroker, async (t) => {
  const broker = await startMosquitto();
  t.teardown(() => broker.stop());
  const child = fileURLToPath(new URL('../helpers/mqtt-child.js', import.meta.url));
  const before = spawn(process.execPath, [child, broker.url], { stdio: 'ignore' });
  t.teardown(() => before.kill('SIGKILL'));
  const watcher = await subscribe(broker.url, [`${ROOT}/status`]);
  t.teardown(() => watcher.close());
  await watcher.until('the one before', ({ payload }) => payload === 'online');
  const publisher = createMqttPublisher(options(broker.url));
  t.teardown(() => publisher.close());
  publisher.publish(sampleStatus());
  await watcher.until('the one after', ({ payload }) => payload === 'online', 1);
  before.kill('SIGKILL');
  await watcher.until('the will', ({ payload }) => payload === 'offline', 2);
  await watcher.until('the truth', ({ payload }) => payload === 'online', 3);
});
