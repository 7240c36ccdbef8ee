/** The publisher against a real mosquitto, seen through mosquitto_sub. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import type { StatusSink } from '../../src/ports/status-sink.js';
import { createMqttPublisher, type MqttPublisherOptions } from '../../src/northbound/mqtt-publisher.js';
import type { Timers } from '../../src/ports/time.js';
import { mosquittoMissing, startMosquitto, subscribe } from '../helpers/mosquitto.js';
import { eventually } from '../helpers/machine.js';
import { keepingLogger, realClock, realTimers } from '../helpers/real-time.js';
import { needs, needsTools } from '../helpers/tools.js';
import { sampleChargePoint, sampleStatus } from '../helpers/sample-status.js';

const ROOT = 'evenkeel/car-park-north';
/** Charge points of the sample beside cp1: one for each reason that there is. */
const REASONS = sampleStatus().chargePoints.length - 1;
const missing = mosquittoMissing();
const needsBroker = needs(missing === undefined, `${missing}`);

function options(url: string, changes: Partial<MqttPublisherOptions> = {}): MqttPublisherOptions {
  return {
    url,
    baseTopic: 'evenkeel',
    site: 'Car park north',
    clientId: 'evenkeel-test',
    logger: keepingLogger(),
    clock: realClock,
    timers: realTimers,
    rng: seededRng(1),
    ...changes,
  };
}

/** Of a master that decides from the start. */
function deciding(of: MqttPublisherOptions): StatusSink {
  const publisher = createMqttPublisher(of);
  publisher.publish(sampleStatus());
  return publisher;
}

/** Timers that fire at once and remember what they were asked for. */
function hastyTimers(): Timers & { readonly askedMs: number[] } {
  const askedMs: number[] = [];
  return {
    askedMs,
    after(delayMs, call) {
      askedMs.push(delayMs);
      const immediate = setImmediate(call);
      return () => clearImmediate(immediate);
    },
  };
}

const limited = (limitA: number): ReturnType<typeof sampleStatus> =>
  sampleStatus({ chargePoints: [sampleChargePoint({ limitA })] });

t.test('a late subscriber gets the whole state, and later what changes', needsBroker, async (t) => {
  const broker = await startMosquitto();
  t.teardown(() => broker.stop());
  const logger = keepingLogger();
  const publisher = createMqttPublisher(options(broker.url, { logger }));
  publisher.publish(sampleStatus());
  await eventually('the connection', () => logger.events().includes('MQTT_CONNECTED'));
  // The broker acknowledges in order: when the last topic is there, all are.
  const early = await subscribe(broker.url, [`${ROOT}/#`]);
  await early.until('the alarm', (message) => message.topic === `${ROOT}/alarm/METER_LOST`);
  await early.close();
  const late = await subscribe(broker.url, ['#']);
  t.teardown(() => late.close());
  await late.until('the state', (message) => message.topic === `${ROOT}/chargepoint/cp1`);
  await late.until('the alarm', (message) => message.topic === `${ROOT}/alarm/METER_LOST`);
  t.equal(late.last(`${ROOT}/status`), 'online');
  t.ok(late.messages.every((message) => message.retained));
  t.equal(new Set(late.messages.map((message) => message.topic)).size, 8 + REASONS + 1, 'all topics and no other');

  const seen = late.messages.length;
  const [first, ...others] = sampleStatus().chargePoints;
  const changed = { ...sampleChargePoint(first), limitA: 7 };
  publisher.publish(sampleStatus({ wallMs: 0, chargePoints: [changed, ...others] }));
  publisher.publish(sampleStatus({ wallMs: 1, chargePoints: [changed], alarms: [] }));
  await late.until('the clearing of the alarm', (m) => m.topic.endsWith('METER_LOST') && m.payload === '', seen);
  const news = late.messages.slice(seen);
  t.match(JSON.parse(news[0]?.payload ?? '{}'), { id: 'cp1', limitA: 7 });
  t.ok(news.slice(1).every((message) => message.payload === ''));
  t.equal(news.length, 1 + REASONS + 1, 'the clock of the site topic alone is no news');
  await publisher.close();
  await late.until('offline', (message) => message.topic === `${ROOT}/status` && message.payload === 'offline');
});

t.test('the will tells of a killed process', needsBroker, async (t) => {
  const broker = await startMosquitto();
  t.teardown(() => broker.stop());
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(new URL('../helpers/mqtt-child.js', import.meta.url)), broker.url],
    { stdio: 'ignore' },
  );
  t.teardown(() => child.kill('SIGKILL'));
  const watcher = await subscribe(broker.url, [`${ROOT}/status`]);
  t.teardown(() => watcher.close());
  await watcher.until('online', (message) => message.payload === 'online');
  child.kill('SIGKILL');
  await watcher.until('offline', (message) => message.payload === 'offline');
  const late = await subscribe(broker.url, [`${ROOT}/status`]);
  await late.until('the retained will', (message) => message.retained && message.payload === 'offline');
  await late.close();
});

t.test('a broker that was killed and starts again gets everything anew', needsBroker, async (t) => {
  const broker = await startMosquitto();
  t.teardown(() => broker.stop());
  const logger = keepingLogger();
  const publisher = createMqttPublisher(options(broker.url, { logger }));
  t.teardown(() => publisher.close());
  publisher.publish(limited(16));
  await eventually('the connection', () => logger.events().length === 1);
  await broker.kill();
  await eventually('the loss', () => logger.events().length >= 2);
  publisher.publish(limited(8));
  await broker.restart();
  const watcher = await subscribe(broker.url, [`${ROOT}/#`]);
  t.teardown(() => watcher.close());
  const message = await watcher.until('the limit', ({ topic }) => topic === `${ROOT}/chargepoint/cp1`);
  t.match(JSON.parse(message.payload), { limitA: 8 });
  await watcher.until('online', ({ topic, payload }) => topic === `${ROOT}/status` && payload === 'online');
  await watcher.until('what did not change meanwhile', ({ topic }) => topic === `${ROOT}/circuit/main`);
  await eventually('the line about it', () => logger.events().at(-1) === 'MQTT_CONNECTED');
  t.equal(logger.events().filter((event) => event === 'MQTT_CONNECTED').length, 2);
});

t.test('a stopped broker: nothing queues up, the latest value arrives afterwards', needsBroker, async (t) => {
  const broker = await startMosquitto();
  t.teardown(() => broker.stop());
  const publisher = createMqttPublisher(options(broker.url));
  t.teardown(() => publisher.close());
  const watcher = await subscribe(broker.url, [`${ROOT}/chargepoint/cp1`]);
  t.teardown(() => watcher.close());
  publisher.publish(limited(0));
  await watcher.until('the first value', () => true);
  broker.pause();
  for (let limitA = 1; limitA <= 500; limitA++) {
    publisher.publish(limited(limitA));
    await new Promise((resolve) => setImmediate(resolve));
  }
  broker.resume();
  await watcher.until('the last value', (message) => message.payload.includes('"limitA":500,'));
  t.ok(watcher.messages.length <= 5, `not the values in between: ${watcher.messages.length} messages`);
});

t.test('close ends while the broker is stopped', needsBroker, async (t) => {
  const broker = await startMosquitto();
  t.teardown(() => broker.stop());
  const logger = keepingLogger();
  const askedMs: number[] = [];
  const timers: Timers = {
    after: (delayMs, call) => {
      askedMs.push(delayMs);
      return realTimers.after(delayMs, call);
    },
  };
  const publisher = deciding(options(broker.url, { logger, timers }));
  await eventually('the connection', () => logger.events().length === 1);
  broker.pause();
  publisher.publish(sampleStatus());
  await publisher.close();
  t.ok(
    askedMs.every((delayMs) => delayMs < 1000),
    `waits of ${askedMs.join(', ')} ms`,
  );
  publisher.publish(sampleStatus());
  await publisher.close();
  t.same(logger.events(), ['MQTT_CONNECTED'], 'an intended end is no loss');
});

t.test('a refused login is told once, without the password, and tried again', needsBroker, async (t) => {
  const broker = await startMosquitto({ user: { name: 'evenkeel', password: 'right horse' } });
  t.teardown(() => broker.stop());
  const logger = keepingLogger();
  const timers = hastyTimers();
  const url = broker.url.replace('//', '//evenkeel:battery%20staple@');
  const wrong = deciding(options(url, { logger, timers }));
  await eventually('a third attempt', () => timers.askedMs.length >= 3);
  await wrong.close();
  t.same(logger.events(), ['MQTT_LOST']);
  t.match(logger.lines[0]?.message, /^mqtt:\/\/127\.0\.0\.1:\d+: Connection refused: Not authorized/);
  t.notMatch(JSON.stringify(logger.lines), /battery/);

  const right = deciding(options(broker.url, { logger, username: 'evenkeel', password: 'right horse' }));
  await eventually('the connection', () => logger.events().includes('MQTT_CONNECTED'));
  await right.close();
  t.notMatch(JSON.stringify(logger.lines), /horse/);
});

t.test(
  'TLS: an authority of the system is believed, no other',
  { ...needsBroker, ...needsTools('openssl') },
  async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'evenkeel-tls-'));
    t.teardown(() => rmSync(directory, { recursive: true, force: true }));
    const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
      ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', certFile],
    ]);
    const broker = await startMosquitto({ tls: { certFile, keyFile } });
    t.teardown(() => broker.stop());
    const before = process.env['SSL_CERT_FILE'];
    t.teardown(() => {
      delete process.env['SSL_CERT_FILE'];
      if (before !== undefined) process.env['SSL_CERT_FILE'] = before;
    });

    const doubting = keepingLogger();
    const stranger = deciding(options(broker.url, { logger: doubting }));
    await eventually('the refusal', () => doubting.events().length > 0);
    await stranger.close();
    t.match(doubting.lines[0]?.message, /^mqtts:\/\/127\.0\.0\.1:\d+: self-signed certificate/);

    process.env['SSL_CERT_FILE'] = certFile;
    const publisher = createMqttPublisher(options(broker.url));
    t.teardown(() => publisher.close());
    publisher.publish(limited(9));
    const watcher = await subscribe(broker.url, [`${ROOT}/#`], ['--cafile', certFile]);
    t.teardown(() => watcher.close());
    await watcher.until('the limit', ({ topic }) => topic === `${ROOT}/chargepoint/cp1`);
  },
);

t.test('nobody there: pauses grow from 1 s to 30 s with jitter, one line in the log', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const [logger, timers] = [keepingLogger(), hastyTimers()];
  const publisher = createMqttPublisher(options(`mqtt://127.0.0.1:${port}`, { logger, timers }));
  publisher.publish(sampleStatus());
  await eventually('eight attempts', () => timers.askedMs.length >= 8);
  await publisher.close();
  for (const [index, fullMs] of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000].entries()) {
    const askedMs = timers.askedMs[index] ?? 0;
    t.ok(askedMs >= fullMs / 2 && askedMs <= fullMs, `pause ${index + 1}: ${askedMs} ms`);
  }
  t.same(logger.events(), ['MQTT_LOST']);
  t.match(logger.lines[0]?.message, /ECONNREFUSED/);
});

t.test('a host that takes the connection and says nothing does not hold up the end', async (t) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
  t.teardown(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const logger = keepingLogger();
  const publisher = deciding(options(`mqtt://127.0.0.1:${port}`, { logger }));
  await eventually('the connection', () => sockets.length === 1);
  publisher.publish(sampleStatus());
  await publisher.close();
  for (const socket of sockets) socket.destroy();
  t.same(logger.events(), []);
});

t.test('an address that cannot work is a loss like any other, and hides its password', async (t) => {
  const [logger, timers] = [keepingLogger(), hastyTimers()];
  const publisher = deciding(options('mqtt://user:secret@127.0.0.1:99999', { logger, timers }));
  await eventually('a second attempt', () => timers.askedMs.length >= 2);
  await publisher.close();
  t.same(logger.events(), ['MQTT_LOST']);
  t.notMatch(JSON.stringify(logger.lines), /secret/);
});
