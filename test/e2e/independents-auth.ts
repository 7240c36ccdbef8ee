/**
 * Authentication among strangers: a master with the keys of `evenkeel keys`, slaves that were written from
 * docs/protocol.md alone, and somebody in between who records everything and sends it again.
 */
import { spawnSync } from 'node:child_process';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { type Daemon, discoveryPort, output, ROOT } from '../helpers/daemon-process.js';
import { eventually } from '../helpers/machine.js';
import { Bench, evenkeelCommand, independentCommand, type Said, saidOf } from './bench.js';
import { sites } from './side-by-side.js';

const NETWORK = 4712;
/** Small enough for all three at once. */
const MAX_A = 12;
const LOOPBACK_BROADCAST = '127.255.255.255';
const BEACON = 1;
const GRANT = 3;
const LIMIT_FIELD = 9;
const typeOf = (bytes: Buffer): number | undefined => bytes[3];

/** The limit of a GRANT, by section 2 of the page. */
function grantedA(bytes: Buffer): number {
  for (let at = 28; at < bytes.length - 16; at += 2 + bytes.readUInt8(at + 1)) {
    if (bytes[at] === LIMIT_FIELD) return bytes.readUInt16BE(at + 2) / 100;
  }
  throw new Error(`a GRANT without limit: ${bytes.toString('hex')}`);
}

async function openSocket(port: number, address: string, hear: (bytes: Buffer, from: RemoteInfo) => void) {
  const socket = createSocket({ type: 'udp4', reuseAddr: port !== 0 });
  socket.on('message', hear);
  await new Promise<void>((done) => socket.bind(port, address, done));
  return socket;
}

/** Stands between a slave and the master, and plays back what it heard from a socket of its own. */
class Recorder {
  readonly statuses: Buffer[] = [];
  readonly beacons: Buffer[] = [];
  /** What was sent to the one who plays back. */
  readonly gained: Buffer[] = [];
  readonly #sockets: Socket[] = [];
  #master: RemoteInfo | undefined;
  #slavePort = 0;
  #middle!: Socket;
  #thief!: Socket;

  static async open(port: number): Promise<Recorder> {
    const recorder = new Recorder();
    const ear = await openSocket(port, '0.0.0.0', (bytes, from) => recorder.#hearAll(bytes, from));
    recorder.#middle = await openSocket(0, '127.0.0.1', (bytes, from) => recorder.#pass(bytes, from));
    recorder.#thief = await openSocket(0, '127.0.0.1', (bytes) => recorder.gained.push(bytes));
    recorder.#thief.setBroadcast(true);
    recorder.#sockets.push(ear, recorder.#middle, recorder.#thief);
    return recorder;
  }

  get port(): number {
    return this.#middle.address().port;
  }

  get masterPort(): number {
    if (!this.#master) throw new Error('no master was heard');
    return this.#master.port;
  }

  #hearAll(bytes: Buffer, from: RemoteInfo): void {
    if (typeOf(bytes) !== BEACON || from.port === this.#thief.address().port) return;
    this.#master = from;
    this.beacons.push(bytes);
  }

  #pass(bytes: Buffer, from: RemoteInfo): void {
    if (typeOf(bytes) === GRANT) {
      this.#middle.send(bytes, this.#slavePort, '127.0.0.1');
      return;
    }
    this.#slavePort = from.port;
    this.statuses.push(bytes);
    if (this.#master) this.#middle.send(bytes, this.#master.port, '127.0.0.1');
  }

  playStatus(bytes: Buffer): void {
    this.#thief.send(bytes, this.masterPort, '127.0.0.1');
  }

  playBeacon(bytes: Buffer, port: number): void {
    this.#thief.send(bytes, port, LOOPBACK_BROADCAST);
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }
}

class KeyedSite {
  readonly #bench: Bench;
  readonly port: number;
  readonly recorder: Recorder;
  readonly #slaves = new Map<string, Daemon>();
  master!: Daemon;

  private constructor(bench: Bench, port: number, recorder: Recorder) {
    this.#bench = bench;
    this.port = port;
    this.recorder = recorder;
  }

  static async open(bench: Bench): Promise<KeyedSite> {
    const port = await discoveryPort();
    const recorder = await Recorder.open(port);
    bench.atEnd(() => recorder.close());
    const site = new KeyedSite(bench, port, recorder);
    await site.keys('init');
    site.startMaster();
    return site;
  }

  get #keyFile(): string {
    return `${this.#bench.directory}/site.key`;
  }

  async keys(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await output(['keys', ...args, '--key-file', this.#keyFile]);
    if (code !== 0) throw new Error(`keys ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  startMaster(): void {
    const text = `site: With keys
networkId: ${NETWORK}
leaseMs: 6000
auth: on
keyFile: ${this.#keyFile}
circuits:
  - { id: main, limitA: 42, backgroundMaxA: 0 }
discovery: { port: ${this.port}, interfaces: [lo], autoAdopt: false }
chargePoints:
  - { id: cp1, circuit: main, maxA: ${MAX_A} }
  - { id: cp2, circuit: main, maxA: ${MAX_A} }
  - { id: cp3, circuit: main, maxA: ${MAX_A} }
`;
    const directories = ['--state-dir', `${this.#bench.directory}/keyed`];
    const file = this.#bench.file('keyed.yaml', text);
    this.master = this.#bench.start(evenkeelCommand('run', '-c', file, ...directories));
  }

  /** A slave with the codes that the installer entered; `through` the recorder it hears no BEACON. */
  startSlave(id: string, keyFileText: string | undefined, ...args: readonly string[]): Daemon {
    const keyFile = `${this.#bench.directory}/${id}.key`;
    if (keyFileText !== undefined) writeFileSync(keyFile, keyFileText, { mode: 0o600 });
    const daemon = this.#bench.start(
      independentCommand(
        'slave.py',
        ...['--id', id, '--network-id', `${NETWORK}`, '--port', `${this.port}`, '--boot-lease', '6000'],
        ...(keyFileText === undefined ? [] : ['--key-file', keyFile]),
        ...args,
      ),
    );
    daemon.write('plug');
    this.#slaves.set(id, daemon);
    return daemon;
  }

  startFixed(id: string, keyFileText: string | undefined, port: number): Daemon {
    return this.startSlave(id, keyFileText, '--bind', '127.0.0.1', '--master', `127.0.0.1:${port}`);
  }

  said(id: string, event: string): readonly Said[] {
    const daemon = this.#slaves.get(id);
    if (!daemon) throw new Error(`no slave ${id}`);
    return saidOf(daemon, event);
  }

  async endSlave(id: string): Promise<void> {
    await this.#slaves.get(id)?.end('SIGKILL');
  }

  limitA(id: string): unknown {
    return this.said(id, 'limit').at(-1)?.['limitA'];
  }

  /** Each of those has its full limit by a new GRANT. */
  async untilServed(what: string, ...ids: readonly string[]): Promise<void> {
    const before = new Map(ids.map((id) => [id, this.said(id, 'grant').length]));
    const isServed = (id: string): boolean => {
      const news = this.said(id, 'grant').slice(before.get(id));
      return news.at(-1)?.['limitA'] === MAX_A && this.limitA(id) === MAX_A;
    };
    await eventually(
      () => `${what}: ${ids.map((id) => `${id} has ${this.limitA(id)} A`).join(', ')}`,
      () => ids.every(isServed),
    );
  }

  async untilDropped(reason: string): Promise<void> {
    await this.master.untilEvent('DATAGRAM_DROPPED', new RegExp(reason));
  }
}

const enteredIn = (codes: string, id: string): string => codes.replace(/^chargePoint .*$/m, `chargePoint ${id}`);

async function wrongKeys(t: Test, site: KeyedSite): Promise<void> {
  site.startSlave('cp1', await site.keys('show', '--slave-file', 'cp1'));
  await site.untilServed('with its codes', 'cp1');
  site.startFixed('cp2', await site.keys('show', '--slave-file', 'cp2'), site.recorder.port);
  await site.untilServed('with its codes, polling an address that it was told', 'cp2');
  t.pass('who has the codes is served, heard or fixed');

  site.startSlave('cp3', enteredIn(await site.keys('show', '--slave-file', 'cp1'), 'cp3'));
  await site.untilDropped('bad tag');
  t.match(site.limitA('cp3'), 0, 'with the codes of another charge point it has 0 A');
  t.strictSame(site.said('cp3', 'grant'), [], 'and no GRANT');
  await site.endSlave('cp3');
}

async function replays(t: Test, site: KeyedSite): Promise<void> {
  const { recorder } = site;
  const before = site.said('cp2', 'limit').length;
  for (const bytes of recorder.statuses) recorder.playStatus(bytes);
  for (const bytes of recorder.beacons) recorder.playBeacon(bytes, site.port);
  await eventually(
    () => `cp1 drops the replay: ${JSON.stringify(site.said('cp1', 'drop'))}`,
    () => site.said('cp1', 'drop').some(({ reason }) => reason === 'replay'),
  );
  await site.untilServed('beside the replays', 'cp1', 'cp2');
  t.equal(site.said('cp2', 'limit').length, before, 'no limit moved');
  t.strictSame(recorder.gained, [], 'who plays back STATUS and BEACONs gets neither GRANT nor STATUS');
}

async function deaths(t: Test, site: KeyedSite): Promise<void> {
  const { recorder } = site;
  const old = [...recorder.statuses];
  await site.master.end('SIGKILL');
  await site.endSlave('cp2');
  const codes = await site.keys('show', '--slave-file', 'cp2');
  site.startMaster();
  await site.master.untilEvent('READY', /./);
  const player = setInterval(() => {
    const bytes = old.shift();
    if (bytes) recorder.playStatus(bytes);
  }, 200);
  site.startFixed('cp2', codes, recorder.port);
  await site.untilServed('after the death of the master', 'cp1', 'cp2').finally(() => clearInterval(player));
  t.strictSame(
    recorder.gained.map(grantedA).filter((limitA) => limitA > 0),
    [],
    'a former boot played back gains 0 A',
  );
  t.not(recorder.gained.length, 0, 'though the new master asks it for a proof');

  site.startFixed('cp3', undefined, recorder.masterPort);
  await site.untilDropped('unsigned');
  t.strictSame(site.said('cp3', 'grant'), [], 'without keys nobody is talked to');
  await site.endSlave('cp3');
}

async function rotation(t: Test, site: KeyedSite): Promise<void> {
  await site.keys('rotate');
  await site.master.end('SIGTERM');
  site.startMaster();
  site.startSlave('cp3', await site.keys('show', '--slave-file', 'cp3'));
  await site.untilServed('with the old key and with both', 'cp1', 'cp2', 'cp3');
  const keyIds = (): unknown[] => ['cp1', 'cp2', 'cp3'].map((id) => site.said(id, 'grant').at(-1)?.['keyId']);
  await eventually(
    () => `key ids: ${keyIds()}`,
    () => keyIds().join() === '1,1,2',
  );
  t.pass('a master with two keys serves the old and the new one');
  await site.keys('rotate', '--finish');
  await site.master.end('SIGTERM');
  site.startMaster();
  await site.untilDropped('unknown key');
  await site.untilServed('with the new key', 'cp3');
  t.pass('the old key is good no more');
}

t.test('the page shows what its own rules give', async (t) => {
  const [command, ...args] = independentCommand('vectors.py', '--page', `${ROOT}/docs/protocol.md`);
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  t.equal(status, 0, `${stdout}${stderr}`);
});

sites.add('slaves that share no code with us, and a master with keys', async (t) => {
  const bench = new Bench();
  t.teardown(() => bench.end());
  const site = await KeyedSite.open(bench);
  await wrongKeys(t, site);
  await replays(t, site);
  await deaths(t, site);
  await rotation(t, site);
});
