/** The words with which sources say the level of a digital input. */

/** A level, or the state itself where the words are `active` and `inactive`. */
export type InputLevel = 'high' | 'low' | 'active' | 'inactive';

const LEVELS: Readonly<Record<string, InputLevel>> = {
  on: 'high',
  1: 'high',
  true: 'high',
  off: 'low',
  0: 'low',
  false: 'low',
  active: 'active',
  inactive: 'inactive',
};

/** `undefined`: no word that an input knows. In any case and with blanks around. */
export function levelOf(text: string): InputLevel | undefined {
  const word = text.trim().toLowerCase();
  return Object.hasOwn(LEVELS, word) ? LEVELS[word] : undefined;
}
