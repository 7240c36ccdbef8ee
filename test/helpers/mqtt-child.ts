/** A process that publishes the sample site to the broker named by its argument until it is killed. */
import { createMqttPublisher } from '../../src/northbound/mqtt-publisher.js';
import { seededRng } from '../../src/base/rng.js';
import { keepingLogger, realClock, realTimers } from './real-time.js';
import { sampleStatus } from './sample-status.js';

const publisher = createMqttPublisher({
  url: process.argv[2] ?? '',
  baseTopic: 'evenkeel',
  site: 'Car park north',
  clientId: 'evenkeel-child',
  logger: keepingLogger(),
  clock: realClock,
  timers: realTimers,
  rng: seededRng(1),
});
setInterval(() => publisher.publish(sampleStatus()), 50);
