/** The Modbus buses of meters and digital inputs. Devices behind the same address or on the same line share one. */
import { busKey } from '../config/connection.js';
import type { Connection } from '../config/types.js';
import type { RegisterBus } from '../ports/register-bus.js';
import { busFor } from '../transports/buses.js';
import { systemTimers } from '../transports/system-time.js';

export interface Buses {
  busOf(connection: Connection): RegisterBus;
  close(): Promise<void>;
}

/** One connection for each bus, one request at a time. */
export function openBuses(): Buses {
  const buses = new Map<string, RegisterBus>();
  return {
    busOf: (connection) => {
      const key = busKey(connection);
      const bus = buses.get(key) ?? busFor(connection, systemTimers);
      buses.set(key, bus);
      return bus;
    },
    close: async () => {
      await Promise.all([...buses.values()].map((bus) => bus.close()));
    },
  };
}
