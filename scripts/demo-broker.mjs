// The MQTT broker of `evenkeel demo`, embedded so that the demo needs no other server. Arguments: host, port.
import { createServer } from 'node:net';
import { Aedes } from 'aedes';

const [, , host, port] = process.argv;
const broker = await Aedes.createBroker();
createServer(broker.handle).listen(Number(port), host);
