/** Damage to a text, drawn at random. */
import fc from 'fast-check';

export interface Mutation {
  readonly at: number;
  readonly length: number;
  readonly put: string;
}

/** A piece of the text is taken out, doubled, or replaced by characters that mean something in YAML. */
export const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(3000),
  length: fc.nat(40),
  put: fc.oneof(
    fc.constantFrom(
      '',
      '\n',
      ' ',
      '\t',
      ':',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&a ',
      '*a',
      '!',
      '|',
      '"',
      "'",
      '#',
      '\u0000',
      'é',
    ),
    fc.constantFrom(
      'null',
      '~',
      '.nan',
      '-1',
      '1e999',
      '0x10',
      '9999',
      'true',
      '[1, 2, 3]',
      '{}',
      '<<: *a',
      'role: slave',
    ),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  ),
});

export function mutated(text: string, mutations: readonly Mutation[]): string {
  return mutations.reduce(
    (now, { at, length, put }) => now.slice(0, at % now.length) + put + now.slice((at % now.length) + length),
    text,
  );
}
