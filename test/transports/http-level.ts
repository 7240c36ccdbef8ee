/** The level of a digital input by HTTP: what devices say, what misbehaves, and a server that shares no code with us. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { InputPoller } from '../../src/runtime/input-poller.js';
import { askLevel } from '../../src/transports/http-level.js';
import { hushed } from '../helpers/hushed.js';
import { eventually } from '../helpers/machine.js';
import { realClock, realTimers } from '../helpers/real-time.js';
import { PYTHON } from '../helpers/tools.js';
import { freePort } from './modbus-peers.js';

const HOST = '127.0.0.1';
const LONG_MS = 10_000;

async function served(t: Test, answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer);
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return `http://${HOST}:${(server.address() as AddressInfo).port}`;
}

t.test('a word, or JSON with the word in its place', async (t) => {
  const said = new Map<string, string>([
    ['/word', ' ON\n'],
    ['/shelly', '{"id":0,"state":true}'],
    ['/many', '{"inputs":[{"on":0},{"on":"active"}]}'],
    ['/deep', `${'['.repeat(9000)}`],
    ['/proto', '{}'],
  ]);
  const url = await served(t, ({ url: path = '' }, response) => void response.end(said.get(path)));
  const rows: readonly (readonly [path: string, value: string | undefined, level: string | RegExp])[] = [
    ['/word', undefined, 'high'],
    ['/shelly', 'state', 'high'],
    ['/many', 'inputs.0.on', 'low'],
    ['/many', 'inputs.1.on', 'active'],
    ['/many', 'inputs.2.on', /^expected JSON with inputs\.2\.on, got "\{\\"inputs\\":\[/],
    ['/many', 'inputs', /^expected JSON with inputs,/],
    ['/shelly', 'id.x', /^expected JSON with id\.x/],
    ['/shelly', undefined, /^expected on, off, 1, 0, true, false, active or inactive, got "\{/],
    ['/word', 'state', /^expected JSON with state, got " ON\\n"$/],
    ['/deep', 'state', /^expected JSON with state, got "\[{20}\.\.\."$/],
    ['/proto', 'constructor.name', /^expected JSON with constructor\.name/],
  ];
  for (const [path, value, level] of rows) {
    const result = await askLevel({ url: url + path, value }, LONG_MS);
    if (typeof level === 'string') t.strictSame(result, { ok: true, value: level }, `${path} ${value}`);
    else t.match(result, { ok: false, error: level }, `${path} ${value}`);
  }
});

t.test('who asks says who it is, where that is asked for', async (t) => {
  const url = await served(t, ({ headers }, response) => {
    if (headers.authorization === `Basic ${Buffer.from('me:s3cret').toString('base64')}`) response.end('on');
    else response.writeHead(401).end();
  });
  t.match(await askLevel({ url }, LONG_MS), { error: 'expected the HTTP status 200, got 401' });
  t.match(await askLevel({ url, username: 'me', password: 's3cret' }, LONG_MS), { ok: true, value: 'high' });
});

t.test('another status, a redirect, and nobody', async (t) => {
  const asked: string[] = [];
  const url = await served(t, ({ url: path = '' }, response) => {
    asked.push(path);
    if (path === '/moved') response.writeHead(302, { location: '/word' }).end();
    else response.writeHead(path === '/none' ? 204 : 500).end('on');
  });
  t.match(await askLevel({ url: `${url}/broken` }, LONG_MS), { error: 'expected the HTTP status 200, got 500' });
  t.match(await askLevel({ url: `${url}/none` }, LONG_MS), { error: 'expected the HTTP status 200, got 204' });
  t.match(await askLevel({ url: `${url}/moved` }, LONG_MS), { error: 'expected the HTTP status 200, got 302' });
  t.same(asked, ['/broken', '/none', '/moved'], 'it follows nobody');
  const nobody = `http://${HOST}:${await freePort()}/`;
  t.match(await askLevel({ url: nobody }, LONG_MS), { error: /ECONNREFUSED/ });
});

t.test('a device that is slow, talks without end, or breaks off', async (t) => {
  let open = 0;
  const url = await served(t, ({ url: path = '', socket }, response) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    if (path === '/silent') return;
    response.writeHead(200);
    if (path === '/drips') setInterval(() => response.write(' '), 20).unref();
    if (path === '/endless') {
      const more = (): void => {
        while (response.write('x'.repeat(1000)));
      };
      response.on('drain', more);
      more();
    }
    if (path === '/breaks') setTimeout(() => socket.destroy(), 20);
  });
  t.match(await askLevel({ url: `${url}/silent` }, 100), { error: 'no answer within 100 ms' });
  t.match(await askLevel({ url: `${url}/drips` }, 200), { error: 'no answer within 200 ms' });
  t.match(await askLevel({ url: `${url}/endless` }, LONG_MS), { error: 'expected at most 16384 bytes, got more' });
  t.match(await askLevel({ url: `${url}/breaks` }, LONG_MS), { ok: false, error: /aborted|hang up|reset/i });
  await eventually('no connection left', () => open === 0);
});

t.test("Python's own server: levels, a loss and the return", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-http-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'relay');
  writeFileSync(file, 'off');
  const port = await freePort();
  const start = (): ReturnType<typeof spawn> => {
    const child = spawn(PYTHON, ['-m', 'http.server', String(port), '--bind', HOST, '--directory', directory]);
    hushed(child);
    t.teardown(() => child.kill('SIGKILL'));
    return child;
  };
  const told: string[] = [];
  const poller = new InputPoller({
    ask: (timeoutMs) => askLevel({ url: `http://${HOST}:${port}/relay` }, timeoutMs),
    ...{ pollPeriodMs: 30, timeoutMs: 1000, maxAgeMs: 500, clock: realClock, timers: realTimers },
    tell: (level, reason) => void told.push(reason === undefined ? level : `${level}: ${reason}`),
  });
  t.teardown(() => poller.stop());
  const first = start();
  poller.start();
  await eventually('low', () => told.at(-1) === 'low');
  writeFileSync(file, 'on');
  await eventually('high', () => told.at(-1) === 'high');
  first.kill('SIGKILL');
  await eventually('the loss', () => /^lost: .*ECONNREFUSED/.test(told.at(-1) ?? ''));
  start();
  await eventually('high again', () => told.at(-1) === 'high');
});
