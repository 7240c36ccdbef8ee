/** The server of virtual devices, byte by byte. */
import net from 'node:net';
import t from 'tap';
import { fail, ok } from '../../src/base/result.js';
import { type ModbusTcpServer, type RegisterImage, serveModbusTcp } from '../../src/transports/modbus-tcp-server.js';
import { eventually } from '../helpers/machine.js';

const HOST = '127.0.0.1';

/** Register n holds n; from 1000 on there are none. */
const IMAGE: RegisterImage = {
  read: ({ address, count }) =>
    address + count > 1000 ? fail(2) : ok(Uint16Array.from({ length: count }, (_, index) => address + index)),
};

async function serve(): Promise<ModbusTcpServer> {
  const server = await serveModbusTcp(IMAGE, { host: HOST, port: 0 });
  if (!server.ok) throw new Error(server.error);
  return server.value;
}

interface RawClient {
  readonly send: (hex: string) => void;
  readonly received: () => string;
  readonly ended: () => boolean;
  readonly socket: net.Socket;
}

function client(port: number): RawClient {
  const socket = net.connect({ host: HOST, port });
  let received = '';
  let ended = false;
  socket.on('data', (chunk) => {
    received += chunk.toString('hex');
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    ended = true;
  });
  const send = (hex: string): void => void socket.write(Buffer.from(hex, 'hex'));
  return { send, received: () => received, ended: () => ended, socket };
}

t.test('good reads and every refusal', async (t) => {
  const server = await serve();
  const cases = [
    ['read of 2', '000100000006010300100002', '0001000000070103040010' + '0011'],
    ['input registers, other unit', 'fffe00000006f70400100001', 'fffe00000005f704020010'],
    ['125 registers', '00050000000601030000007d', '0005000000fd0103fa0000'],
    ['unknown address', '000200000006010303e70002', '000200000003018302'],
    ['no registers', '000300000006010300100000', '000300000003018303'],
    ['126 registers', '00040000000601030010007e', '000400000003018303'],
    ['a write', '000600000006010600100001', '000600000003018601'],
    ['a read that is too short', '0007000000040103' + '0010', '000700000003018303'],
    ['only a function', '0008000000020103', '000800000003018303'],
  ] as const;
  for (const [name, request, answer] of cases) {
    const { send, received, socket } = client(server.port);
    send(request);
    await eventually(name, () => received().length >= answer.length);
    t.equal(received().slice(0, answer.length), answer, name);
    socket.destroy();
  }
  await server.close();
});

t.test('requests in one segment, and in many', async (t) => {
  const server = await serve();
  const { send, received, socket } = client(server.port);
  socket.setNoDelay();
  send('000100000006010300100001' + '000200000006010300110001' + '00030000');
  const first = '0001000000050103020010' + '0002000000050103020011';
  await eventually('two answers', () => received().length >= first.length);
  for (const part of ['0006', '01', '0300', '1200', '01']) {
    send(part);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await eventually('the third', () => received().length >= first.length + 22);
  t.equal(received(), `${first}0003000000050103020012`);
  socket.destroy();
  await server.close();
});

t.test('what is not Modbus TCP ends the connection, the server goes on', async (t) => {
  const server = await serve();
  for (const hex of [
    '0001000100060103' + '00100001',
    '000100000001' + '0103',
    '0001000000ff' + '0103',
    '474554202f20485454',
  ]) {
    const { send, ended } = client(server.port);
    send(hex);
    await eventually('the end', ended);
  }
  const { send, received, socket } = client(server.port);
  send('000100000006010300100001');
  await eventually('an answer', () => received() !== '');
  socket.resetAndDestroy();
  await server.close();
  t.end();
});

t.test('close ends every connection and frees the port', async (t) => {
  const server = await serve();
  const clients = [client(server.port), client(server.port)];
  await eventually('connections', () => clients.every(({ socket }) => socket.readyState === 'open'));
  await server.close();
  await eventually('their end', () => clients.every(({ ended }) => ended()));
  const again = await serveModbusTcp(IMAGE, { host: HOST, port: server.port });
  t.ok(again.ok);
  if (again.ok) await again.value.close();
});

t.test('a port in use is an error, not a crash', async (t) => {
  const server = await serve();
  t.strictSame(await serveModbusTcp(IMAGE, { host: HOST, port: server.port }), {
    ok: false,
    error: `listen EADDRINUSE: address already in use ${HOST}:${server.port}`,
  });
  await server.close();
});

t.test('more clients than it serves are turned away', async (t) => {
  const server = await serve();
  const clients = Array.from({ length: 17 }, () => client(server.port));
  await eventually('one turned away', () => clients.filter(({ ended }) => ended()).length === 1);
  for (const { socket } of clients) socket.destroy();
  await server.close();
  t.end();
});
