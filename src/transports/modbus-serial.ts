/**
 * The one door to the package modbus-serial. It loads the native `serialport` at once, although it works without it:
 * 45 more files, a native library and 2 to 8 MB that a site with Modbus TCP meters never uses. So `serialport` is made to look
 * absent while the package loads, and is there again for whoever opens a serial line later.
 */
import { createRequire, Module } from 'node:module';
import type modbusSerial from 'modbus-serial';

export type ModbusClient = InstanceType<typeof modbusSerial.default>;

const SERIALPORT = 'serialport';

function resolved(require: NodeJS.Require): string | undefined {
  try {
    return require.resolve(SERIALPORT);
  } catch {
    // Not installed (npm --omit=optional): nothing to keep out.
    return undefined;
  }
}

function load(): typeof modbusSerial {
  const require = createRequire(import.meta.url);
  const path = resolved(require);
  if (path === undefined || require.cache[path]) return require('modbus-serial');
  const absent = new Module(path);
  Object.defineProperty(absent.exports, 'SerialPort', {
    get: () => {
      throw new Error(`${SERIALPORT} is kept out while modbus-serial loads`);
    },
  });
  require.cache[path] = absent;
  try {
    return require('modbus-serial');
  } finally {
    delete require.cache[path];
  }
}

const { default: ModbusRTU } = load();

export function newModbusClient(): ModbusClient {
  return new ModbusRTU();
}
