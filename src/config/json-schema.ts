/** The published JSON Schema (draft 2020-12), made from the schema; etc/evenkeel.schema.json is its text. */
import * as z from 'zod/mini';
import { docs } from './fields.js';
import { masterSchema } from './schema/master.js';
import { slaveSchema } from './schema/slave.js';

export function jsonSchema(): Readonly<Record<string, unknown>> {
  const file = z.union([masterSchema, slaveSchema]);
  const { $schema, ...body } = z.toJSONSchema(file, { io: 'input', target: 'draft-2020-12', metadata: docs });
  return {
    $schema,
    title: 'evenkeel configuration',
    description: 'The file of a DLM master (role: master, the default) or of a DLM slave (role: slave).',
    ...body,
  };
}

/** The text of etc/evenkeel.schema.json. */
export function jsonSchemaText(): string {
  return `${JSON.stringify(jsonSchema(), null, 2)}\n`;
}
