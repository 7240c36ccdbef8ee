/**
 * A process of its own: a peer of the master that talks without end. Its argument says which: a broker that acknowledges what was
 * never sent, or sends messages; a meter that gives its answer again and again; or callers of the control socket, whose path
 * comes second. A broker or meter tells its parent the port. It ends with its parent.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

const [, , kind = '', socketPath = ''] = process.argv;
const CALLERS = 8;

/** MQTT 3.1.1, section 3. */
const CONNACK = Buffer.from([0x20, 0x02, 0x00, 0x00]);
const PUBACK = Buffer.from([0x40, 0x02, 0x12, 0x34]);
const PUBLISH = Buffer.from([0x32, 0x06, 0x00, 0x01, 0x74, 0x00, 0x07, 0x78]);

function many(bytes: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(65_536 / bytes.length) }, () => bytes));
}

/** As fast as the other side takes it. */
function flood(socket: Socket, bytes: Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on('drain', more);
  more();
}

/** Modbus TCP: the request's own head, then registers of 0. */
function answerTo(request: Buffer): Buffer {
  const bytes = 2 * request.readUInt16BE(10);
  const answer = Buffer.alloc(9 + bytes);
  request.copy(answer, 0, 0, 8);
  answer.writeUInt16BE(3 + bytes, 4);
  answer[8] = bytes;
  return answer;
}

function talk(socket: Socket, heard: Buffer): void {
  if (kind === 'meter') flood(socket, many(answerTo(heard)));
  else {
    socket.write(CONNACK);
    flood(socket, many(kind === 'PUBACK' ? PUBACK : PUBLISH));
  }
}

function call(): void {
  const socket = connect(socketPath);
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  flood(socket, many(Buffer.from('{"command":"status"}\n')));
}

process.once('disconnect', () => process.exit());
if (socketPath !== '') for (let caller = 0; caller < CALLERS; caller++) call();
else {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (heard) => talk(socket, heard));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
}
