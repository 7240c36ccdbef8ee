/**
 * The layer table: who may import whom. The compiler (project references), the linter (biome.json) and the tidy
 * checks are all held to this one list; lower layers never import upper ones.
 */
export interface Layer {
  readonly name: string;
  /** Layers that it may import; `dlm/types` = that one file only. */
  readonly imports: readonly string[];
  /** Pure: no Node, no clock, no randomness of its own; its tsconfig says `types: []`. */
  readonly pure: boolean;
  /** The packages that a pure layer may import. A layer with Node may import every dependency. */
  readonly packages: readonly string[];
  /** Folders of the layer that its other folders import. */
  readonly folders?: readonly string[];
}

const CORE = ['base', 'ports', 'dlm', 'config', 'modbus', 'meters', 'chargers', 'discovery'];
const PRODUCT = [...CORE, 'runtime', 'transports', 'northbound'];

function pure(name: string, imports: readonly string[], packages: readonly string[] = []): Layer {
  return { name, imports, pure: true, packages };
}

function withNode(name: string, imports: readonly string[]): Layer {
  return { name, imports, pure: false, packages: [] };
}

export const LAYERS: readonly Layer[] = [
  pure('base', []),
  pure('ports', ['base']),
  { ...pure('dlm', ['base']), folders: ['division', 'group', 'leases', 'limits', 'load', 'masters', 'sharing'] },
  pure('config', ['base', 'dlm/types'], ['yaml', 'zod']),
  pure('modbus', ['base', 'ports']),
  pure('meters', ['base', 'ports', 'modbus']),
  pure('chargers', ['base', 'ports']),
  pure('discovery', ['base', 'ports']),
  pure('runtime', CORE, ['zod']),
  pure('sim', [...CORE, 'runtime'], ['zod']),
  withNode('transports', ['base', 'ports']),
  withNode('northbound', ['base', 'ports', 'dlm']),
  withNode('daemon', PRODUCT),
  withNode('cli', [...PRODUCT, 'sim', 'daemon']),
];

/** The layer that a file of `src/` belongs to. */
export function layerOf(path: string): Layer | undefined {
  return LAYERS.find((layer) => path.startsWith(`src/${layer.name}/`));
}

/** "base, dlm/types, yaml, zod" for the messages. */
export function allowedText(layer: Layer): string {
  const names = [...layer.imports, ...layer.packages];
  return names.length > 0 ? names.join(', ') : 'nothing';
}
