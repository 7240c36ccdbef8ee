import t from 'tap';
import { bindFailure } from '../../src/daemon/bind-failure.js';
import { EXIT } from '../../src/daemon/exit-codes.js';
import { BindError } from '../../src/transports/udp.js';

const OPTIONS = { host: '127.0.0.1', port: 67, isShared: false, mayBroadcast: false, via: '' };
const failed = (code: string): BindError => new BindError(OPTIONS, Object.assign(new Error(code), { code }));

t.test('why a port cannot be had, and the exit code for it', (t) => {
  const ROWS = [
    ['EACCES', EXIT.permission, 'that this user may open, got EACCES; choose one above 1023'],
    ['EADDRNOTAVAIL', EXIT.system, ', got EADDRNOTAVAIL (127.0.0.1)'],
    ['EADDRINUSE', EXIT.system, ', got one in use by '],
  ] as const;
  for (const [code, exitCode, text] of ROWS) {
    t.throws(() => bindFailure(failed(code)), { exitCode, message: text }, code);
  }
  const bug = new Error('something else');
  t.throws(() => bindFailure(bug), bug);
  t.end();
});
