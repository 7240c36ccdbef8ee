// Writes etc/evenkeel.schema.json from the schema of the configuration. Build first: npx tsc -b src/config
import { writeFileSync } from 'node:fs';
import { jsonSchemaText } from '../build/src/config/json-schema.js';

writeFileSync(new URL('../etc/evenkeel.schema.json', import.meta.url), jsonSchemaText());
