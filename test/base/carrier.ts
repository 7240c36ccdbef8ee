/** What is carried out comes in again as it was; what does not fit is told with its place. */
import t from 'tap';
import { type Carried, type Carrier, CarrierError, carryIn, carryOut } from '../../src/base/carrier.js';

class Part implements Carried {
  atMs = Number.NEGATIVE_INFINITY;
  readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  carry(carrier: Carrier): void {
    carrier.value('origin', this.origin);
    this.atMs = carrier.value('atMs', this.atMs);
  }
}

class Whole implements Carried {
  last: { readonly a: number; readonly b?: string } | undefined;
  list: readonly number[] = [];
  readonly names = new Set<string>();
  readonly numbers = new Map<number, string>();
  readonly parts = new Map<string, Part>();
  readonly part = new Part('own');

  carry(carrier: Carrier): void {
    this.last = carrier.value('last', this.last);
    this.list = carrier.value('list', this.list);
    carrier.set('names', this.names);
    carrier.values('numbers', this.numbers);
    carrier.part('part', this.part);
    carrier.parts('parts', this.parts, {
      blank: (inner) => new Part(inner.value('origin', '')),
      carry: (part, inner) => part.carry(inner),
    });
  }
}

function full(): Whole {
  const whole = new Whole();
  whole.last = { a: 0.1 + 0.2 };
  whole.list = [1, Number.POSITIVE_INFINITY, -2];
  whole.names.add('x').add('y');
  whole.numbers.set(7, 'seven').set(-1, '');
  whole.parts.set('p', new Part('q'));
  whole.part.atMs = 5;
  return whole;
}

t.test('out and in again', (t) => {
  const other = new Whole();
  other.names.add('gone');
  other.parts.set('gone', new Part('gone'));
  carryIn(other, carryOut(full()));
  t.strictSame(other, full());
  t.equal(carryOut(other), carryOut(full()));
  carryIn(other, carryOut(new Whole()));
  t.strictSame(other, new Whole(), 'undefined and empty too');
  t.end();
});

t.test('what does not fit', (t) => {
  const text = carryOut(full());
  const told = (from: string, to: string): string => {
    try {
      carryIn(new Whole(), text.replace(from, to));
      return 'nothing';
    } catch (error) {
      return error instanceof CarrierError ? error.message : String(error);
    }
  };
  t.equal(told('"list":', '"lost":'), 'expected a field list, got none');
  t.equal(told('"names":["x","y"]', '"names":3'), 'expected a list in names, got number');
  t.equal(told('"origin":"q",', ''), 'expected a field parts.origin, got none');
  t.equal(told('"atMs":5', '"at":5'), 'expected a field part.atMs, got none');
  t.end();
});
