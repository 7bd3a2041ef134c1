import { compareIds, compareKeys } from '../ordered.ts';
import type { Seat } from '../queue-index.ts';
import type { UserId } from '../settings.ts';

/**
 * Seats in the order of (key, user). The first number of each key stands beside the seats, in one list of numbers: it is
 * all that a search nearly always needs, and a search by itself touches no seat.
 */
export class SeatOrder {
  private readonly seats: Seat[] = [];
  private readonly firsts: number[] = [];

  get size(): number {
    return this.seats.length;
  }

  /** Puts a seat at the place of its key. It must not be in the order already, nor may its key change while it is. */
  add(seat: Seat): void {
    const place = this.placeOf(seat);
    insert(this.seats, place, seat);
    insert(this.firsts, place, seat.key[0] ?? 0);
  }

  delete(seat: Seat): void {
    const place = this.placeOf(seat);
    remove(this.seats, place);
    remove(this.firsts, place);
  }

  /** The seat at this place, the first being 0. */
  seatAt(place: number): Seat | undefined {
    return this.seats[place];
  }

  /** Whose seat is at this place, the first being 0. */
  at(place: number): UserId | undefined {
    return this.seats[place]?.user;
  }

  ids(): UserId[] {
    return this.seats.map(({ user }) => user);
  }

  private placeOf(seat: Seat): number {
    const { seats, firsts } = this;
    const first = seat.key[0] ?? 0;
    let low = 0;
    let high = seats.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = firsts[middle] ?? 0;
      const isBefore = other === first ? isSooner(seats[middle], seat) : other < first;
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** In a short list a loop is faster than `splice`, which makes a list of what it took out. */
const short = 64;

function insert<T>(list: T[], place: number, item: T): void {
  if (list.length - place > short) return void list.splice(place, 0, item);
  list.push(item);
  for (let at = list.length - 1; at > place; at -= 1) list[at] = list[at - 1] as T;
  list[place] = item;
}

function remove<T>(list: T[], place: number): void {
  if (list.length - place > short) return void list.splice(place, 1);
  for (let at = place; at < list.length - 1; at += 1) list[at] = list[at + 1] as T;
  list.pop();
}

function isSooner(one: Seat | undefined, other: Seat): boolean {
  return one !== undefined && (compareKeys(one.key, other.key) || compareIds(one.user, other.user)) < 0;
}
