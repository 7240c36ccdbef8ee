/** A moment of a scene that has no time of its own: a turn begins, a vehicle wakes up. */
import { assert } from '../../../src/base/assert.js';
import type { Scene } from './scene.js';

/** Runs until it is so, and says when that was, s. A moment that does not come within that time fails the scene. */
export async function until(
  scene: Scene,
  what: string,
  withinS: number,
  isSo: () => boolean,
  everyS = 1,
): Promise<number> {
  const lastS = scene.nowS + withinS;
  while (!isSo()) {
    assert(scene.nowS < lastS, `${what}: not within ${withinS} s, at ${scene.nowS} s`);
    await scene.at(Math.min(lastS, scene.nowS + everyS));
  }
  return scene.nowS;
}
