/**
 * The bound by another road: where every vehicle has one phase it is a maximal flow from the sessions through their minutes to
 * the phases of the fuse. Shortest augmenting paths, nothing clever, and nothing shared with the linear program but the site.
 */
import { gridPhases } from '../../src/base/rotation.js';
import type { EvaluationSite } from '../../evaluation/site.js';

/** Ampere-minutes; less is nothing. */
const HAIR = 1e-9;

class Network {
  readonly #heads: number[] = [];
  readonly #room: number[] = [];
  readonly #edgesOf: number[][] = [];

  node(): number {
    return this.#edgesOf.push([]) - 1;
  }

  /** Edges come in pairs: the one with the next even number and its way back. */
  edge(from: number, to: number, room: number): void {
    this.#edgesOf[from]?.push(this.#heads.push(to) - 1);
    this.#room.push(room);
    this.#edgesOf[to]?.push(this.#heads.push(from) - 1);
    this.#room.push(0);
  }

  most(source: number, sink: number): number {
    for (let sum = 0; ; ) {
      const path = this.#path(source, sink);
      if (path.length === 0) return sum;
      const flow = Math.min(...path.map((edge) => this.#room[edge] ?? 0));
      for (const edge of path) {
        this.#room[edge] = (this.#room[edge] ?? 0) - flow;
        this.#room[edge ^ 1] = (this.#room[edge ^ 1] ?? 0) + flow;
      }
      sum += flow;
    }
  }

  #path(source: number, sink: number): number[] {
    const cameBy = new Map<number, number>();
    const queue = [source];
    for (const node of queue) {
      for (const edge of this.#edgesOf[node] ?? []) {
        const head = this.#heads[edge] ?? source;
        if ((this.#room[edge] ?? 0) <= HAIR || head === source || cameBy.has(head)) continue;
        cameBy.set(head, edge);
        queue.push(head);
      }
    }
    const path: number[] = [];
    for (let edge = cameBy.get(sink); edge !== undefined; edge = cameBy.get(this.#heads[edge ^ 1] ?? source))
      path.push(edge);
    return path;
  }
}

/** Watt-hours; every vehicle must have one phase. */
export function boundByFlow({ chargePoints, fuseA, buildingA }: EvaluationSite): number {
  const network = new Network();
  const [source, sink] = [network.node(), network.node()];
  const places = new Map<string, number>();
  const placeOf = (minute: number, phase: 0 | 1 | 2): number => {
    const known = places.get(`${minute} ${phase}`);
    if (known !== undefined) return known;
    const place = network.node();
    places.set(`${minute} ${phase}`, place);
    network.edge(place, sink, fuseA - buildingA(minute)[phase]);
    return place;
  };
  for (const { rotation, vehicle, sessions } of chargePoints) {
    for (const { arriveMinute, leaveMinute, demandWh } of sessions) {
      const session = network.node();
      network.edge(source, session, (demandWh * 60) / 230);
      for (let minute = arriveMinute; minute < leaveMinute; minute++) {
        network.edge(session, placeOf(minute, gridPhases(rotation)[0]), vehicle.maxA);
      }
    }
  }
  return (network.most(source, sink) * 230) / 60;
}
