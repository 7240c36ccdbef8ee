/** What happens without load management: everybody draws what the vehicle can, or the fuse is divided once and for all. */
import { type Amps, mapPhases, NO_AMPS } from '../src/base/units.js';
import { Breaker } from './breaker.js';
import { play, totalA, type Wanting } from './play.js';
import { type Delivered, type EvaluationSite, MIN_A } from './site.js';

/** From the trip to somebody who switches on again. */
export const DARK_MINUTES = 60;

/** Everybody draws the maximum. When the breaker trips all is dark for an hour, the building too; then all draw again. */
export function unmanaged(site: EvaluationSite): Delivered & { readonly trips: number } {
  const breaker = new Breaker(site.fuseA);
  let darkUntil = 0;
  let trips = 0;
  const delivered = play(site, (moment) => {
    if (moment.minute < darkUntil) return undefined;
    const currentsA = moment.wanting.map(({ maxA }) => maxA);
    if (breaker.carry(totalA(moment, currentsA), 1)) {
      trips += 1;
      darkUntil = moment.minute + 1 + DARK_MINUTES;
    }
    return currentsA;
  });
  return { ...delivered, trips };
}

/** What a division that never changes can count on: the fuse less the most that the building ever takes, on the worst phase. */
export function staticRoomA({ minutes, fuseA, buildingA }: EvaluationSite): Amps {
  let mostA = NO_AMPS;
  for (let minute = 0; minute < minutes; minute++) {
    const [loadA, before] = [buildingA(minute), mostA];
    mostA = mapPhases((phase) => Math.max(before[phase], loadA[phase]));
  }
  return fuseA - Math.max(...mostA);
}

/** Each charge point of the site has the same part; below 6 A nobody charges. */
export function staticForAll(site: EvaluationSite): Delivered {
  const partA = staticRoomA(site) / site.chargePoints.length;
  return play(site, ({ wanting }) => wanting.map(({ maxA }) => (partA < MIN_A ? 0 : Math.min(partA, maxA))));
}

/** The best that a fixed part can be: as many at once as 6 A each allow, first come, first served, until full or gone. */
export function staticForFew(site: EvaluationSite): Delivered {
  const roomA = staticRoomA(site);
  const places = Math.floor(roomA / MIN_A);
  const partA = roomA / places;
  // Those who want energy stand in the order of their arrival: the first ones have the places until they are full or gone.
  return play(site, ({ wanting }) => wanting.map(({ maxA }: Wanting, at) => (at < places ? Math.min(partA, maxA) : 0)));
}
