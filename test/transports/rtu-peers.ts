/** RTU devices for tests, behind a gateway on a real socket of 127.0.0.1: they see every request and do what the test says. */
import net from 'node:net';

/** A request as it came in: one whole frame of 8 bytes. */
export interface RtuRequest {
  readonly unit: number;
  readonly address: number;
  readonly count: number;
  readonly frame: Buffer;
  /** 0 for the first request that this gateway ever got. */
  readonly index: number;
  /** Into whichever connection is open: serial devices know nothing of connections. */
  readonly say: (bytes: Buffer) => void;
}

export interface RtuGateway {
  readonly port: number;
  readonly requests: readonly RtuRequest[];
  readonly connections: () => number;
  readonly open: () => number;
  /** Ends the connections, the port stays. */
  readonly hangUp: () => void;
  readonly close: () => Promise<void>;
}

/** With the CRC behind it: the polynomial division spelled out on bits, unlike the product's. */
export function withCrc(body: readonly number[] | Buffer): Buffer {
  let register = 0xffff;
  for (const byte of body) {
    for (let bit = 0; bit < 8; bit++) {
      const odd = (register ^ (byte >> bit)) & 1;
      register >>>= 1;
      if (odd === 1) register ^= 0xa001;
    }
  }
  return Buffer.from([...body, register & 0xff, register >> 8]);
}

/** Every register holds `word`. */
export function rtuAnswer(unit: number, count: number, word: number, functionCode = 3): Buffer {
  const words = Array.from({ length: count }, () => [word >> 8, word & 0xff]).flat();
  return withCrc([unit, functionCode, 2 * count, ...words]);
}

export function rtuException(unit: number, code: number): Buffer {
  return withCrc([unit, 0x83, code]);
}

export function rtuGateway(onRequest: (request: RtuRequest) => void, port = 0): Promise<RtuGateway> {
  const sockets = new Set<net.Socket>();
  const requests: RtuRequest[] = [];
  let connections = 0;
  const say = (bytes: Buffer): void => {
    for (const socket of sockets) if (socket.writable) socket.write(bytes);
  };
  const server = net.createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.setNoDelay();
    let bytes: Buffer = Buffer.alloc(0);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (; bytes.length >= 8; bytes = bytes.subarray(8)) {
        const frame = Buffer.from(bytes.subarray(0, 8));
        const [unit, address, count] = [frame.readUInt8(0), frame.readUInt16BE(2), frame.readUInt16BE(4)];
        const request = { unit, address, count, frame, index: requests.length, say };
        requests.push(request);
        onRequest(request);
      }
    });
  });
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      hangUp();
    });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      const address = server.address() as net.AddressInfo;
      resolve({
        port: address.port,
        requests,
        connections: () => connections,
        open: () => sockets.size,
        hangUp,
        close,
      });
    });
  });
}
