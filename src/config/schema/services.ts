/** What the master serves besides charge points: MQTT and the recorder. */
import * as z from 'zod/mini';
import * as f from '../fields.js';
import { key } from '../fields.js';

const RECORDER_MB_DEFAULT = 16;
const RECORDER_MB_MAX = 1024;

export const mqttSchema = f.group({
  url: key('Broker', 'mqtt://HOST or mqtt://HOST:PORT; mqtts:// for TLS.', f.mqttUrl()),
  baseTopic: key('Base topic', 'First part of every topic.', z._default(f.topic(), 'evenkeel')),
  username: key('User name', 'Name to log in to the broker with.', z.optional(f.credential('a user name'))),
  password: key('Password', 'Password to log in to the broker with.', z.optional(f.credential('a password'))),
});

export const recorderSchema = f.group({
  file: key(
    'File',
    'The ring file; default: recorder.ring in the state directory.',
    z.optional(f.filePath('/var/lib/evenkeel/recorder.ring')),
  ),
  maxMb: key(
    'Size',
    'Its greatest size in MB; the oldest part is written over.',
    z._default(f.whole(1, RECORDER_MB_MAX), RECORDER_MB_DEFAULT),
  ),
});
