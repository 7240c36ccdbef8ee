/** The line to a gateway that passes RTU frames on: a TCP connection. */
import net from 'node:net';
import { fail, ok, type Result } from '../base/result.js';
import type { BusError } from '../ports/register-bus.js';
import type { Timers } from '../ports/time.js';
import { errorText, unreachable } from './bus-errors.js';
import type { Line, OpenLine } from './line.js';

const ENDED: BusError = { kind: 'unreachable', text: 'connection closed by the gateway' };

function closeSocket(socket: net.Socket): Promise<void> {
  if (socket.closed) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.destroy();
  });
}

export function tcpLine(target: { readonly host: string; readonly port: number }, timers: Timers): OpenLine {
  return (listener, timeoutMs) =>
    new Promise((resolve) => {
      const socket = net.connect({ host: target.host, port: target.port, noDelay: true });
      let [isOpen, isClosing, endedBy] = [false, false, ENDED];
      const settle = (result: Result<Line, BusError>): void => {
        cancel();
        resolve(result);
      };
      const cancel = timers.after(timeoutMs, () => {
        settle(fail({ kind: 'timeout', text: `no connection within ${timeoutMs} ms` }));
        socket.destroy();
      });
      const close = (): Promise<void> => {
        isClosing = true;
        return closeSocket(socket);
      };
      socket.on('error', (error) => {
        endedBy = { kind: 'unreachable', text: errorText(error) };
      });
      socket.on('data', (bytes) => (isClosing ? undefined : listener.onBytes(bytes)));
      socket.once('connect', () => {
        isOpen = true;
        settle(ok({ write: (bytes) => void socket.write(bytes), close }));
      });
      socket.once('close', () => {
        if (!isOpen) settle(fail(unreachable({ message: endedBy.text })));
        else if (!isClosing) listener.onEnd(endedBy);
      });
    });
}
