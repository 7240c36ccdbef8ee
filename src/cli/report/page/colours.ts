/** Colours stand in the style sheet, once for light and once for dark; the canvas asks for them by name. */

const known = new Map<string, string>();

export function colour(name: string): string {
  const found = known.get(name);
  if (found !== undefined) return found;
  const asked = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  known.set(name, asked);
  return asked;
}

export function onSchemeChange(redraw: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    known.clear();
    redraw();
  });
}
