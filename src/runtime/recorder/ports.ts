/** Ports whose calls and answers are inputs of the master. */
import type { CommandPort } from '../../ports/commands.js';
import type { StateStore } from '../../ports/state-store.js';
import type { MasterInput, MasterOutput } from './types.js';

/** Does what an input sets off. */
export interface Door {
  during<T>(input: MasterInput, act: () => T): T;
  put(output: MasterOutput): void;
}

export function recordedStore(store: StateStore, door: Door): StateStore {
  return {
    load: () => store.load(),
    setAside: () => store.setAside(),
    save: (text, done) => {
      door.put({ kind: 'save', text });
      store.save(text, (saved) => {
        door.during({ kind: 'saved', error: saved.ok ? undefined : saved.error }, () => done(saved));
      });
    },
  };
}

export function recordedCommands(commands: CommandPort, door: Door): CommandPort {
  return {
    status: () => commands.status(),
    slaves: () => commands.slaves(),
    adopt: (id) => door.during({ kind: 'command', name: 'adopt', id }, () => commands.adopt(id)),
    forget: (id) => door.during({ kind: 'command', name: 'forget', id }, () => commands.forget(id)),
    set: (id, action) => door.during({ kind: 'command', name: 'set', id, action }, () => commands.set(id, action)),
    // It comes through the door itself, as what sources say does.
    input: (id, state) => commands.input(id, state),
    clear: () => door.during({ kind: 'command', name: 'clear' }, () => commands.clear()),
  };
}
