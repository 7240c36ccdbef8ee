/** Days and times of the day: every day of three centuries against the calendar of the runtime, and words as people write them. */
import t from 'tap';
import { dayOfDate, minuteOfDay, MS_PER_DAY, nearestDays, parseDays, weekdayOf } from '../../src/base/calendar.js';
import { isTimeZone, nearestTimeZone, TimeZone, TimeZones } from '../../src/base/time-zone.js';

t.test('every day from 1900 to 2199 has its number and its weekday', (t) => {
  const last = Date.UTC(2200, 0, 1) / MS_PER_DAY;
  let wrong = 0;
  for (let day = Date.UTC(1900, 0, 1) / MS_PER_DAY; day < last; day++) {
    const date = new Date(day * MS_PER_DAY);
    const isDay = dayOfDate(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()) === day;
    if (!isDay || weekdayOf(day) !== (date.getUTCDay() + 6) % 7) wrong += 1;
  }
  t.equal(wrong, 0);
  for (const [year, month, day] of [
    [2026, 0, 1],
    [2026, 13, 1],
    [2026, 4, 31],
    [2026, 2, 29],
    [2100, 2, 29],
    [2026, 1, 0],
  ] as const) {
    t.equal(dayOfDate(year, month, day), undefined, `${year}-${month}-${day} is no day`);
  }
  t.end();
});

t.test('days of the week and dates', (t) => {
  const weekdays = (word: string): unknown => {
    const parsed = parseDays(word);
    return parsed.ok && parsed.value.kind === 'weekdays' ? parsed.value.weekdays : parsed;
  };
  t.same(weekdays('We'), [2]);
  t.same(weekdays('Mo-Fr'), [0, 1, 2, 3, 4]);
  t.same(weekdays('Fr-Mo'), [4, 5, 6, 0], 'over the end of the week');
  t.same(weekdays('Su-Su'), [6]);
  t.same(weekdays('Tu-Mo'), [1, 2, 3, 4, 5, 6, 0], 'all of them');
  const day = Date.UTC(2026, 11, 24) / MS_PER_DAY;
  t.same(parseDays('2026-12-24'), { ok: true, value: { kind: 'dates', first: day, last: day } });
  t.same(parseDays('2026-12-24..2027-01-01'), { ok: true, value: { kind: 'dates', first: day, last: day + 8 } });
  for (const word of ['', 'mo', 'Mo-', 'Mo-Fr-Su', ' Mo', '2026-2-3', '1999-01-01', '2026-12-24..Mo', '24.12.2026']) {
    t.notOk(parseDays(word).ok, `${word} is none`);
  }
  t.end();
});

t.test('the days that were probably meant', (t) => {
  for (const [word, meant] of [
    ['monday', 'Mo'],
    ['MO-FR', 'Mo-Fr'],
    ['Tue - Thu', 'Tu-Th'],
    ['Di-Do', 'Tu-Th'],
    ['Mi', 'We'],
    ['So', 'Su'],
    ['holidays', undefined],
    ['Mo-Tu-We', undefined],
  ] as const) {
    t.equal(nearestDays(word), meant, word);
  }
  t.end();
});

t.test('times of the day', (t) => {
  t.same(['00:00', '06:30', '23:59', '24:00'].map(minuteOfDay), [0, 390, 1439, 1440]);
  t.same(['24:01', '6:30', '06:60', '25:00', '', '06:30:00'].map(minuteOfDay), Array(6).fill(undefined));
  t.end();
});

t.test('time zones: which are known, which was meant, each is made once', (t) => {
  t.same(['Europe/Berlin', 'UTC', 'Asia/Kathmandu', 'Etc/GMT+1'].map(isTimeZone), [true, true, true, true]);
  t.same(['', 'Berlin', 'CET-1CEST', 'Europe/Berlin\n'].map(isTimeZone), [false, false, false, false]);
  t.equal(nearestTimeZone('Europ/Berlin'), 'Europe/Berlin');
  t.equal(nearestTimeZone('Lord Howe'), 'Australia/Lord_Howe', 'by its city');
  t.equal(nearestTimeZone('Germany'), undefined);
  const zones = new TimeZones();
  t.equal(zones.named('Asia/Kathmandu'), zones.named('Asia/Kathmandu'));
  const kathmandu = new TimeZone('Asia/Kathmandu');
  t.equal(kathmandu.dayOf(Date.UTC(2026, 0, 1, 18, 14, 59, 999)), Date.UTC(2026, 0, 1) / MS_PER_DAY);
  t.equal(kathmandu.dayOf(Date.UTC(2026, 0, 1, 18, 15)), Date.UTC(2026, 0, 2) / MS_PER_DAY, '5 h 45 min ahead');
  const berlin = new TimeZone('Europe/Berlin');
  t.equal(berlin.dayOf(Date.UTC(2026, 9, 24, 22)), Date.UTC(2026, 9, 25) / MS_PER_DAY, 'a day of 25 hours begins');
  t.equal(berlin.dayOf(Date.UTC(2026, 9, 25, 22, 59)), Date.UTC(2026, 9, 25) / MS_PER_DAY, 'and ends');
  t.end();
});
