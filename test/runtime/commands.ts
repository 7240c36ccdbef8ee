/** What people may ask of the master: the answers, and that a change is written before it is confirmed. */
import t from 'tap';
import { fail, ok, type Result } from '../../src/base/result.js';
import { perPhase, type Ms } from '../../src/base/units.js';
import { Controller } from '../../src/dlm/controller.js';
import type { PeerAddress } from '../../src/ports/datagram-port.js';
import { MasterCommands } from '../../src/runtime/commands.js';
import type { InputNews } from '../../src/runtime/recorder/types.js';
import { MemoryKeeper } from '../../src/runtime/memory-keeper.js';
import { UnreadPeers } from '../../src/runtime/unread-peers.js';
import { statusOf } from '../helpers/messages.js';
import { chargePoint, circuit, site } from '../helpers/site.js';
import { sampleStatus } from '../helpers/sample-status.js';

const INPUT = {
  activeLevel: 'high',
  debounceMs: 100,
  effect: { kind: 'stop' },
  target: { kind: 'circuit', id: 'main' },
} as const;

/** A master that knows a (listed) and has heard x; saves end when the test says so. */
class Desk {
  nowMs: Ms = 0;
  readonly saves: ((saved: Result<void>) => void)[] = [];
  readonly texts: string[] = [];
  /** What went through the door of the master. */
  readonly heard: string[] = [];
  readonly addresses = new Map<string, PeerAddress>();
  readonly controller: Controller;
  readonly keeper: MemoryKeeper;
  readonly commands: MasterCommands;
  sets = 0;

  constructor(isLasting = true) {
    const of = site({
      autoAdopt: false,
      circuits: [circuit({ id: 'main', limitA: perPhase(32) })],
      chargePoints: [chargePoint({ id: 'a' })],
      inputs: [
        { ...INPUT, id: 'relay', isByCommand: true },
        { ...INPUT, id: 'contact' },
      ],
    });
    this.controller = new Controller(
      { site: of, masterId: 'me', bootId: '00000000000000ff', rank: 0, memory: undefined },
      0,
    );
    const store = {
      load: () => ok(undefined),
      setAside: () => ok('elsewhere'),
      save: (text: string, done: (saved: Result<void>) => void) => {
        this.texts.push(text);
        this.saves.push(done);
      },
    };
    const clock = { monotonicMs: () => this.nowMs, wallMs: () => 0 };
    this.keeper = new MemoryKeeper({ clock, logger: { log: () => {} }, ...(isLasting && { store }) });
    const { controller, keeper, addresses } = this;
    const now = (): Ms => this.nowMs;
    const [status, unread] = [() => sampleStatus(), new UnreadPeers()];
    const onSet = (): void => void this.sets++;
    const hear = ({ id, level }: InputNews): void => void this.heard.push(`${id} ${level}`);
    this.commands = new MasterCommands({
      controller,
      keeper,
      addresses,
      now,
      status,
      unread,
      isSigned: true,
      onSet,
      hear,
    });
    this.hear('x');
    this.keeper.keep(controller);
    this.saves.pop()?.(ok(undefined));
  }

  hear(id: string): void {
    this.controller.hearStatus(statusOf(id, { tauMs: this.nowMs }), this.nowMs);
    this.addresses.set(id, { host: '192.168.0.31', port: 16031, via: 'eth0' });
  }
}

t.test('list: listed, adopted, waiting, with all that is known', async (t) => {
  const desk = new Desk();
  desk.nowMs = 1_500;
  const [a, x] = desk.commands.slaves();
  t.match(a, { id: 'a', membership: 'listed', online: false, heardAgoMs: null, address: null, firmware: '' });
  t.same(x, {
    id: 'x',
    name: null,
    location: null,
    membership: 'waiting',
    circuit: 'main',
    online: true,
    heardAgoMs: 1_500,
    disconnectedLimitA: 6,
    maxA: 32,
    phases: 3,
    rotation: 'RST',
    firmware: 'test',
    address: '192.168.0.31:16031',
    keptBecause: 'is still heard: switch it off first',
    silentBecause: null,
  });
  void desk.commands.adopt('x');
  t.equal(desk.commands.slaves()[1]?.membership, 'adopted');
});

t.test('adopt: confirmed when it is written, and told when it cannot be', async (t) => {
  const desk = new Desk();
  let answer: unknown;
  const asked = desk.commands.adopt('x').then((value) => (answer = value));
  await new Promise(setImmediate);
  t.equal(answer, undefined, 'not before');
  t.match(desk.texts.at(-1), /"id": "x",\n\s+"adopted": true/);
  desk.saves.pop()?.(ok(undefined));
  await asked;
  t.same(answer, { ok: true, value: { id: 'x', changed: true, notWritten: null } });
  t.same(await desk.commands.adopt('x'), { ok: true, value: { id: 'x', changed: false, notWritten: null } });
  t.same(await desk.commands.adopt('a'), { ok: true, value: { id: 'a', changed: false, notWritten: null } });
  desk.hear('y');
  const second = desk.commands.adopt('y');
  desk.saves.pop()?.(fail('ENOSPC'));
  t.same(await second, { ok: true, value: { id: 'y', changed: true, notWritten: 'ENOSPC' } });
});

t.test('adopt: unknown ones, and a master that would not know of it after a restart', async (t) => {
  const desk = new Desk();
  desk.hear('charger-17');
  t.same(await desk.commands.adopt('charger-71'), {
    ok: false,
    error: 'expected the id of a known charge point, got "charger-71"; did you mean "charger-17"?',
  });
  t.same(await desk.commands.adopt('of somebody else'), {
    ok: false,
    error: 'expected the id of a known charge point, got "of somebody else"; see: evenkeel slaves list',
  });
  const fleeting = new Desk(false);
  t.match(await fleeting.commands.adopt('x'), { ok: false, error: /^adopt needs a state directory / });
  t.equal(fleeting.commands.slaves()[1]?.membership, 'waiting');
});

t.test('forget and clear: who may go goes, the others stay, each with why', async (t) => {
  const desk = new Desk();
  desk.hear('y');
  t.same(await desk.commands.forget('x'), { ok: false, error: 'x is still heard: switch it off first' });
  t.same(await desk.commands.forget('a'), {
    ok: false,
    error: 'a is listed in the configuration: take it out there',
  });
  t.match(await desk.commands.forget('z'), { ok: false, error: /^expected the id of a known charge point/ });
  t.match(await desk.commands.clear(), { ok: true, value: { forgotten: [], notWritten: null } });
  desk.nowMs = 30_000;
  desk.hear('y');
  const cleared = desk.commands.clear();
  desk.saves.pop()?.(ok(undefined));
  t.same(await cleared, {
    ok: true,
    value: {
      forgotten: ['x'],
      kept: [{ id: 'y', because: 'is still heard: switch it off first' }],
      notWritten: null,
    },
  });
  t.same(
    desk.commands.slaves().map(({ id }) => id),
    ['a', 'y'],
  );
  t.notOk(desk.addresses.has('x'));
  desk.nowMs = 60_000;
  const forgotten = desk.commands.forget('y');
  desk.saves.pop()?.(ok(undefined));
  t.same(await forgotten, { ok: true, value: { id: 'y', changed: true, notWritten: null } });
});

t.test('input: only one whose source is the command, and through the door of the master', async (t) => {
  const desk = new Desk();
  t.same(desk.commands.input('relay', 'active'), ok({ id: 'relay', state: 'active' }));
  t.same(desk.heard, ['relay active']);
  for (const id of ['contact', 'relais']) {
    const answer = desk.commands.input(id, 'active');
    t.notOk(answer.ok);
    t.match(answer.ok ? '' : answer.error, /^expected the id of an input with "command: true" \(relay\), got "/);
  }
  t.equal(desk.heard.length, 1);
});
