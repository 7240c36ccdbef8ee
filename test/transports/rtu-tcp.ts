/** RTU over TCP: what may go wrong on a line that several devices share. A value is never that of another request. */
import t from 'tap';
import { seededRng } from '../../src/base/rng.js';
import type { RegisterBus } from '../../src/ports/register-bus.js';
import { busFor } from '../../src/transports/buses.js';
import { eventually } from '../helpers/machine.js';
import { realTimers } from '../helpers/real-time.js';
import { freePort, registers } from './modbus-peers.js';
import { type RtuGateway, type RtuRequest, rtuAnswer, rtuException, rtuGateway, withCrc } from './rtu-peers.js';

const HOST = '127.0.0.1';
/** Long enough to be no matter. */
const LONG_MS = 10_000;

function busTo(port: number): RegisterBus {
  return busFor({ kind: 'rtu+tcp', host: HOST, port }, realTimers);
}

async function withGateway(
  onRequest: (request: RtuRequest) => void,
  body: (bus: RegisterBus, gateway: RtuGateway) => Promise<void>,
): Promise<void> {
  const gateway = await rtuGateway(onRequest);
  const bus = busTo(gateway.port);
  try {
    await body(bus, gateway);
  } finally {
    await bus.close();
    await gateway.close();
  }
}

/** The register at `address` holds `address`. */
function honest({ unit, address, count, say }: RtuRequest): void {
  say(rtuAnswer(unit, count, address));
}

function words(count: number, word: number): { readonly ok: true; readonly value: Uint16Array } {
  return { ok: true, value: Uint16Array.from({ length: count }, () => word) };
}

t.test('the request on the wire, and the words of the answer', async (t) => {
  await withGateway(honest, async (bus, gateway) => {
    t.strictSame(await bus.read(1, registers(0, 10), LONG_MS), words(10, 0));
    t.equal(gateway.requests[0]?.frame.toString('hex'), '01030000000ac5cd', 'as the Modbus guides print it');
    t.equal(gateway.connections(), 1);
  });
});

t.test('late by a little: the device is left alone until its answer came, and that is discarded', async (t) => {
  const onRequest = (request: RtuRequest): void => {
    if (request.index > 0) honest(request);
    else setTimeout(() => honest(request), 150);
  };
  await withGateway(onRequest, async (bus, gateway) => {
    const late = bus.read(1, registers(100, 2), 60);
    const next = bus.read(1, registers(200, 2), LONG_MS);
    t.strictSame(await late, { ok: false, error: { kind: 'timeout', text: 'no answer within 60 ms' } });
    t.strictSame(await next, words(2, 200));
    t.strictSame(await bus.read(1, registers(300, 2), LONG_MS), words(2, 300));
    t.strictSame(
      gateway.requests.map(({ address }) => address),
      [100, 200, 300],
      'it cleared up itself: nothing more had to be asked',
    );
    t.equal(gateway.connections(), 1);
  });
});

t.test('late by any time, of the same length: never taken for the next request', async (t) => {
  // The first answer waits until the next request of that device has come, and comes just before its answer.
  let late: RtuRequest | undefined;
  const onRequest = (request: RtuRequest): void => {
    if (request.index === 0) late = request;
    else {
      if (late) honest(late);
      late = undefined;
      honest(request);
    }
  };
  await withGateway(onRequest, async (bus, gateway) => {
    t.match(await bus.read(1, registers(100, 2), 50), { ok: false, error: { kind: 'timeout' } });
    t.strictSame(await bus.read(1, registers(200, 2), LONG_MS), words(2, 200));
    t.strictSame(await bus.read(1, registers(300, 2), LONG_MS), words(2, 300));
    t.not(gateway.requests[1]?.count, 2, 'a probe of another length came first');
  });
});

t.test('a late answer of another length is not that of the next request', async (t) => {
  let late: RtuRequest | undefined;
  const onRequest = (request: RtuRequest): void => {
    if (request.index === 0) late = request;
    else {
      if (late) honest(late);
      late = undefined;
      setTimeout(() => honest(request), 10);
    }
  };
  await withGateway(onRequest, async (bus, gateway) => {
    t.match(await bus.read(1, registers(100, 4), 50), { ok: false, error: { kind: 'timeout' } });
    t.strictSame(await bus.read(1, registers(200, 2), LONG_MS), words(2, 200));
    t.strictSame(await bus.read(1, registers(300, 4), LONG_MS), words(4, 300));
    t.equal(gateway.requests.length, 3);
  });
});

t.test('a gateway that stays one answer behind gives errors, but no wrong value', async (t) => {
  const seed = Number(process.env['EVENKEEL_SEED'] ?? 1511);
  t.comment(`seed ${seed}; replay: EVENKEEL_SEED=${seed} node build/test/transports.test.js`);
  const rng = seededRng(seed);
  const behind: RtuRequest[] = [];
  const onRequest = (request: RtuRequest): void => {
    behind.push(request);
    if (rng.chance(0.15)) return;
    for (const each of behind.splice(0)) if (!rng.chance(0.1)) honest(each);
  };
  await withGateway(onRequest, async (bus) => {
    let good = 0;
    for (let round = 0; round < 30; round++) {
      const address = 10 * rng.int(50);
      const answer = await bus.read(1, registers(address, 2), 15);
      if (!answer.ok) continue;
      good++;
      if (answer.value.some((word) => word !== address)) t.fail(`round ${round}: ${answer.value} for ${address}`);
    }
    t.ok(good > 5, `${good} good values`);
  });
});

t.test('an answer after the next device was asked belongs to the one that gave it', async (t) => {
  let late: RtuRequest | undefined;
  const onRequest = (request: RtuRequest): void => {
    if (request.index === 0) late = request;
    else {
      if (request.index === 1 && late) honest(late);
      honest(request);
    }
  };
  await withGateway(onRequest, async (bus, gateway) => {
    t.match(await bus.read(1, registers(100, 2), 50), { ok: false, error: { kind: 'timeout' } });
    t.strictSame(await bus.read(2, registers(200, 2), LONG_MS), words(2, 200));
    t.strictSame(await bus.read(1, registers(300, 2), LONG_MS), words(2, 300));
    t.equal(gateway.requests.length, 3, 'and that cleared it up');
  });
});

t.test('a late exception of one device is not that of another', async (t) => {
  // Gateways say so themselves, when their own timeout is longer than ours.
  const onRequest = (request: RtuRequest): void => {
    if (request.index === 0) return;
    request.say(rtuException(1, 11));
    setTimeout(() => honest(request), 10);
  };
  await withGateway(onRequest, async (bus) => {
    t.match(await bus.read(1, registers(100, 2), 50), { ok: false, error: { kind: 'timeout' } });
    t.strictSame(await bus.read(2, registers(200, 2), LONG_MS), words(2, 200));
  });
});

t.test('a device that refuses to be probed is read again all the same', async (t) => {
  const onRequest = (request: RtuRequest): void => {
    if (request.index === 0) return;
    if (request.count === 2) honest(request);
    else request.say(rtuException(request.unit, 2));
  };
  await withGateway(onRequest, async (bus) => {
    t.match(await bus.read(1, registers(100, 2), 50), { ok: false, error: { kind: 'timeout' } });
    for (const address of [200, 300]) {
      t.strictSame(await bus.read(1, registers(address, 2), LONG_MS), words(2, address));
    }
  });
});

t.test('damaged answers are asked for again at once; bits that flip never make a value', async (t) => {
  const seed = Number(process.env['EVENKEEL_SEED'] ?? 815);
  t.comment(`seed ${seed}; replay: EVENKEEL_SEED=${seed} node build/test/transports.test.js`);
  const rng = seededRng(seed);
  const onRequest = ({ unit, address, count, say }: RtuRequest): void => {
    const frame = rtuAnswer(unit, count, address);
    if (rng.chance(0.3)) {
      const at = rng.int(frame.length);
      frame.writeUInt8(frame.readUInt8(at) ^ (1 << rng.int(8)), at);
    }
    say(frame);
  };
  await withGateway(onRequest, async (bus, gateway) => {
    let good = 0;
    let damaged = 0;
    const onDamaged = (): void => void damaged++;
    for (let address = 0; address < 60; address++) {
      const answer = await bus.read(1, registers(address, 12), LONG_MS, { onDamaged });
      if (!answer.ok) t.equal(answer.error.kind, 'garbled');
      else if (answer.value.some((word) => word !== address)) t.fail(`${answer.value} for ${address}`);
      else good++;
    }
    t.ok(good >= 54, `${good} of 60 good, in ${gateway.requests.length} requests`);
    t.ok(gateway.requests.length > 60, 'some of them by another try');
    t.equal(damaged, gateway.requests.length - good, 'each of the others was counted');
  });
});

t.test('an answer in parts, cut short, too long, of another device or of another size', async (t) => {
  const answers: readonly (readonly [string, (request: RtuRequest) => void])[] = [
    [
      'in parts',
      ({ unit, count, say }) => {
        const frame = rtuAnswer(unit, count, 5);
        say(frame.subarray(0, 3));
        setTimeout(() => say(frame.subarray(3)), 10);
      },
    ],
    ['cut short', ({ unit, count, say }) => say(rtuAnswer(unit, count, 5).subarray(0, 6))],
    ['with noise before', ({ unit, count, say }) => say(Buffer.concat([Buffer.of(0), rtuAnswer(unit, count, 5)]))],
    ['of another device', ({ count, say }) => say(rtuAnswer(9, count, 0xdead))],
    ['of another size', ({ unit, count, say }) => say(rtuAnswer(unit, count + 1, 0xdead))],
    ['of another function', ({ unit, count, say }) => say(rtuAnswer(unit, count, 0xdead, 4))],
    ['no Modbus', ({ say }) => say(Buffer.from('\r\nlogin: '))],
    ['no bytes of registers', ({ unit, say }) => say(withCrc([unit, 3, 0]))],
  ];
  for (const [name, say] of answers) {
    const onRequest = (request: RtuRequest): void => (request.index === 0 ? say(request) : honest(request));
    await withGateway(onRequest, async (bus) => {
      const answer = await bus.read(1, registers(5, 4), LONG_MS);
      t.strictSame(answer, words(4, 5), name);
    });
  }
});

t.test('exceptions of the device and of the gateway: no try again, and the line stays', async (t) => {
  const codes = [2, 4, 6, 10, 11];
  const onRequest = ({ unit, index, say }: RtuRequest): void => say(rtuException(unit, codes[index] ?? 0));
  await withGateway(onRequest, async (bus, gateway) => {
    const texts: string[] = [];
    for (const code of codes) {
      const answer = await bus.read(1, registers(1, 2), LONG_MS);
      t.match(answer, { ok: false, error: { kind: 'exception', exceptionCode: code } });
      if (!answer.ok) texts.push(answer.error.text);
    }
    t.strictSame(texts.slice(-2), [
      'exception 10: gateway path unavailable',
      'exception 11: gateway target device failed to respond',
    ]);
    t.equal(gateway.requests.length, codes.length);
    t.equal(gateway.connections(), 1);
  });
});

t.test('half-open: after two timeouts without a byte there is a new connection, and never two', async (t) => {
  let most = 0;
  const onRequest = (request: RtuRequest): void => {
    most = Math.max(most, gatewayOpen());
    if (request.index >= 2) honest(request);
  };
  let gatewayOpen = (): number => 0;
  await withGateway(onRequest, async (bus, gateway) => {
    gatewayOpen = gateway.open;
    for (const unit of [1, 2])
      t.match(await bus.read(unit, registers(1, 2), 50), { ok: false, error: { kind: 'timeout' } });
    t.strictSame(await bus.read(3, registers(7, 2), LONG_MS), words(2, 7));
    t.equal(gateway.connections(), 2);
    t.equal(most, 1);
  });
});

t.test('refused, there, hung up, there again; whoever waits hears of it at once', async (t) => {
  const port = await freePort();
  const bus = busTo(port);
  const refused = { ok: false, error: { kind: 'unreachable', text: `connect ECONNREFUSED 127.0.0.1:${port}` } };
  const reads = [1, 2, 3].map((unit) => bus.read(unit, registers(1, 2), LONG_MS));
  t.strictSame(await Promise.all(reads), [refused, refused, refused]);
  const gateway = await rtuGateway((request) => {
    if (request.address === 666) gateway.hangUp();
    else honest(request);
  }, port);
  for (const round of [1, 2]) {
    t.strictSame(await bus.read(1, registers(5, 2), LONG_MS), words(2, 5), `round ${round}`);
    const text = 'connection closed by the gateway';
    t.strictSame(await bus.read(1, registers(666, 2), LONG_MS), { ok: false, error: { kind: 'unreachable', text } });
  }
  await bus.close();
  await gateway.close();
});

t.test('closing ends the reads and the connection', async (t) => {
  await withGateway(
    () => {},
    async (bus, gateway) => {
      const reads = [bus.read(1, registers(1, 1), LONG_MS), bus.read(2, registers(2, 1), LONG_MS)];
      await eventually('the request', () => gateway.requests.length === 1);
      await bus.close();
      const closed = { ok: false, error: { kind: 'unreachable', text: 'the bus is closed' } };
      t.strictSame(await Promise.all(reads), [closed, closed]);
      await eventually('the end of the connection', () => gateway.open() === 0);
      t.strictSame(await bus.read(1, registers(1, 1), LONG_MS), closed);
    },
  );
});

t.test('a line that is never silent costs no more than the timeout', async (t) => {
  let stop: NodeJS.Timeout | undefined;
  const onRequest = ({ say }: RtuRequest): void => {
    stop ??= setInterval(() => say(Buffer.from([0x55, 0x55])), 1);
  };
  await withGateway(onRequest, async (bus) => {
    // On a machine that stands still for a moment there is silence all the same: whatever the error is.
    for (const unit of [1, 2]) t.match(await bus.read(unit, registers(1, 2), 200), { ok: false });
    clearInterval(stop);
  });
});

t.test('a gateway that talks without end is cut off, and what it answers before counts', async (t) => {
  const floods: NodeJS.Timeout[] = [];
  const onRequest = (request: RtuRequest): void => {
    honest(request);
    const again = Buffer.concat(Array.from({ length: 1_000 }, () => rtuAnswer(request.unit, request.count, 9)));
    floods.push(setInterval(() => request.say(again), 0));
  };
  await withGateway(onRequest, async (bus, gateway) => {
    for (const attempt of [1, 2]) {
      const answer = await bus.read(1, registers(3, 2), LONG_MS);
      const isGood = answer.ok && answer.value.every((word) => word === 3);
      t.ok(isGood || (!answer.ok && answer.error.kind !== 'timeout'), JSON.stringify(answer));
      await eventually('the end of the flood', () => gateway.open() === 0);
      for (const flood of floods) clearInterval(flood);
      t.equal(gateway.connections(), attempt);
    }
  });
});
