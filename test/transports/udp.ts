import t, { type Test } from 'tap';
import type { PeerAddress } from '../../src/ports/datagram-port.js';
import { BindError, UdpSocket } from '../../src/transports/udp.js';
import { eventually } from '../helpers/machine.js';

const LOOPBACK = { host: '127.0.0.1', port: 0, isShared: false, mayBroadcast: false, via: '' };

async function open(t: Test, changes: Partial<typeof LOOPBACK> = {}): Promise<UdpSocket> {
  const socket = await UdpSocket.open({ ...LOOPBACK, ...changes });
  t.teardown(() => socket.close());
  return socket;
}

function heardBy(socket: UdpSocket): { text: string; from: PeerAddress }[] {
  const heard: { text: string; from: PeerAddress }[] = [];
  socket.subscribe((bytes, from) => heard.push({ text: Buffer.from(bytes).toString(), from }));
  return heard;
}

t.test('whole datagrams, each with its sender, none lost while the handler is busy', async (t) => {
  const [receiver, sender] = [await open(t, { via: 'lo' }), await open(t)];
  const heard = heardBy(receiver);
  for (let index = 0; index < 200; index++)
    sender.send({ host: '127.0.0.1', port: receiver.port }, Buffer.from(`${index}`));
  await eventually('200 datagrams', () => heard.length === 200);
  t.same(heard[199], { text: '199', from: { host: '127.0.0.1', port: sender.port, via: 'lo' } });
});

t.test('a port that is taken: which one, and why', async (t) => {
  const { port } = await open(t);
  const error: unknown = await UdpSocket.open({ ...LOOPBACK, port }).catch((reason: unknown) => reason);
  t.ok(error instanceof BindError);
  t.match(error, { code: 'EADDRINUSE', host: '127.0.0.1', port, message: `UDP 127.0.0.1:${port}: EADDRINUSE` });
});

t.test('broadcasts reach all who share the port, and only who may sends them', async (t) => {
  const shared = { host: '127.255.255.255', isShared: true };
  const first = await open(t, shared);
  const second = await open(t, { ...shared, port: first.port });
  const heard = [heardBy(first), heardBy(second)];
  const to = { host: '127.255.255.255', port: first.port };
  const refused = await open(t);
  const errors: string[] = [];
  refused.onError((text) => errors.push(text));
  refused.send(to, Buffer.from('refused'));
  await eventually('the refusal', () => errors[0]);
  t.same(errors, ['EACCES']);
  const allowed = await open(t, { mayBroadcast: true });
  allowed.send(to, Buffer.from('all'));
  await eventually('the broadcast', () => heard.every((each) => each.length > 0));
  t.same(
    heard.map((each) => each.map(({ text }) => text)),
    [['all'], ['all']],
  );
});

t.test('what cannot be sent is told, never thrown', async (t) => {
  const socket = await open(t);
  const errors: string[] = [];
  socket.onError((text) => errors.push(text));
  socket.send({ host: '127.0.0.1', port: 9 }, new Uint8Array(70_000));
  await eventually('the error', () => errors[0]);
  t.same(errors, ['EMSGSIZE']);
});
