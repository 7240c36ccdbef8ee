/*
 * The lease protocol of docs/decisions/0003-ledger-and-leases.md for two slaves on one fuse, in whole ticks: every order
 * of every message, loss, restart and tick, without a bound on the length of a run. docs/model.md explains it.
 */
/*
 * Ticks. T: lease; HOLD; DRIFT: by so much may two clocks differ; SETTLE: so long may a vehicle draw on when a lease has ended;
 * AMAX: age of an acknowledgement; EXPIRY: the master's E, and the time of the vehicle.
 */
#ifndef T
#define T 2
#endif
#ifndef HOLD
#define HOLD 1
#endif
#ifndef DRIFT
#define DRIFT 0
#endif
#ifndef SETTLE
#define SETTLE 0
#endif
#ifndef AMAX
#define AMAX (HOLD - SETTLE - 2 * DRIFT)
#endif
#ifndef SLOTS
#define SLOTS 1
#endif
#define OPEN 2
/* B: the fuse; D: disconnected limit; M: maximum, all in amperes of a small world. */
#define B 2
#define D 1
#define M 2
#ifdef NO_MARGIN
#define EXPIRY (T + SETTLE)
#else
#define EXPIRY (T + DRIFT + SETTLE)
#endif

/* Kinds of messages. */
#define STATUS 1
#define GRANT 2

/* Epochs: of the former master; of this one before it knew better (no memory); of this one. */
#define OLD 1
#define LOW 2
#define NOW 3

/*
 * num: (epoch, seq) as a rank among the numbers in use for this slave; 0 none. lease, hold, left, unknown: ticks left.
 * age: of the poll, by the slave's clock. pre: the poll is older than the slave's last acceptance or end of a lease.
 * falls: what the vehicle draws until it has followed the end of a lease. boot: 1 for the present boot of the slave; of an account: the boot that was heard last.
 */
typedef Slave { byte num, gen, limit, lease, hold, falls; bit lag }
typedef Account { byte num[OPEN], limit[OPEN], left[OPEN]; byte ackAge, unknown; bit boot }
typedef Message { byte kind, who, age, num, gen, limit; bit boot, pre }

Slave s[2];
Account a[2];
#define NOTHING 3
/* The message that is handled now; the other slots are those under way for long. */
#define HAND SLOTS
Message net[SLOTS + 1];
bit low;
/* Scratch, 0 between steps. */
byte x, y, z, r, q;
int f, g;

#define MIN(x, y) ((x) < (y) -> (x) : (y))
#define MAX(x, y) ((x) > (y) -> (x) : (y))
#define ENFORCED(i) (s[i].hold == 0 -> D : s[i].limit)
#define DRAWN(i) MAX(ENFORCED(i), s[i].falls)
#define GRANTED(i) MAX(a[i].limit[0], a[i].limit[1])
#define ACKED(i) (a[i].ackAge <= AMAX)
#define UNACKED_A(i) (ACKED(i) -> 0 : D)
#define UNKNOWN_A(i) (a[i].unknown > 0 -> M : 0)
#define EXPOSURE(i) MAX(GRANTED(i), MAX(UNACKED_A(i), UNKNOWN_A(i)))

#ifndef COVER
#define COVER 0
#endif
/* I3, then I1. A run that looks for the harm that a mutant does (ONLY_FUSE) asks for I3 only. */
inline check() {
#if COVER == 1
  assert(!(ENFORCED(0) > D));
#elif COVER == 2
  assert(!(s[0].num > 0 && s[0].lease == 0 && s[0].hold > 0));
#elif COVER == 3
  assert(!(s[0].num > 0 && s[0].hold == 0));
#endif
  assert(DRAWN(0) + DRAWN(1) <= B);
#ifndef ONLY_FUSE
  assert(ENFORCED(0) <= EXPOSURE(0));
  assert(ENFORCED(1) <= EXPOSURE(1));
#endif
}

/* The order of the slots has no meaning: sorted, so that equal states look equal. */
#define KEY(j) (((((((net[j].kind * 2 + net[j].who) * 8 + net[j].age) * 16 + net[j].num) * 4 + net[j].gen) * 4 + net[j].limit) * 2 + net[j].boot) * 2 + net[j].pre)
#define SWAP(e, o, field) r = net[e].field; net[e].field = net[o].field; net[o].field = r
inline order(e, o) {
  f = KEY(e); g = KEY(o);
  if
  :: f > g ->
     SWAP(e, o, kind); SWAP(e, o, who); SWAP(e, o, age); SWAP(e, o, num);
     SWAP(e, o, gen); SWAP(e, o, limit); SWAP(e, o, boot); SWAP(e, o, pre)
  :: else
  fi
}
inline clearSlot(j) {
  net[j].kind = 0; net[j].who = 0; net[j].age = 0; net[j].num = 0;
  net[j].gen = 0; net[j].limit = 0; net[j].boot = 0; net[j].pre = 0
}

/* Numbers matter by their order only: gaps are closed. */
#define EACH_NUM(i, what) \
  what(s[i].num) what(a[i].num[0]) what(a[i].num[1]) \
  z = 0; do :: z <= SLOTS -> if :: net[z].who == i -> what(net[z].num) skip :: else fi; z++ :: else -> break od
#define LOOK_AT(v) if :: v == r -> x = 1 :: v > r -> y = 1 :: else fi;
#define LOWER(v) if :: v > r -> v = v - 1 :: else fi;
inline renumber(i) {
  r = 1;
  do
  :: x = 0; y = 0;
     EACH_NUM(i, LOOK_AT);
     if
     :: x -> r++
     :: !x && y -> EACH_NUM(i, LOWER)
     :: else -> break
     fi
  od
}

/* S1. */
#ifdef NO_FENCE
#define NEWER(j) 1
#else
#define NEWER(j) (net[j].num > s[net[j].who].num)
#endif
#ifdef NO_BOOT
#define MY_BOOT(j) 1
#else
#define MY_BOOT(j) net[j].boot
#endif
#ifdef NO_OUTDATED
#define OUTDATED(j) 0
#else
#define OUTDATED(j) (s[net[j].who].num > 0 && net[j].pre && EPOCH(net[j].gen) != EPOCH(s[net[j].who].gen))
#endif
/* A master without memory may begin with the epoch of the former one: they are told apart by their names too. */
#ifdef SAME_EPOCH
#define EPOCH(v) (v == LOW -> OLD : v)
#else
#define EPOCH(v) v
#endif
#define IN_TIME(j) (net[j].age < T)
#define MAY_COUNT(j) (MY_BOOT(j) && IN_TIME(j) && NEWER(j))
#define ACCEPTS(j) (net[j].kind == GRANT && MAY_COUNT(j) && !OUTDATED(j))

/* What S1 refuses for ever, or what tells the master nothing, is taken away. */
#define IS_OPEN(i, v) (a[i].num[0] == v || a[i].num[1] == v)
#define SAYS_NOTHING(j) (net[j].gen != OLD && net[j].boot == a[net[j].who].boot && (net[j].num == 0 || !IS_OPEN(net[j].who, net[j].num)))
inline tidySlot(j) {
  if
  :: net[j].kind == GRANT && !MAY_COUNT(j) -> clearSlot(j)
  :: net[j].kind == GRANT && net[j].gen == s[net[j].who].gen -> net[j].pre = 0
  :: net[j].kind == STATUS && !IN_TIME(j) ->
     if :: SAYS_NOTHING(j) -> clearSlot(j) :: else -> net[j].limit = 0; net[j].pre = 0 fi
  :: else
  fi
}
inline tidyNet() {
  tidySlot(0);
#if SLOTS == 2
  tidySlot(1); order(0, 1)
#endif
}
inline rest() { x = 0; y = 0; z = 0; r = 0; q = 0; f = 0; g = 0 }
inline tidy(i) { tidyNet(); renumber(i); check(); rest() }

#define COPY(e, o, field) net[o].field = net[e].field
inline copySlot(e, o) {
  COPY(e, o, kind); COPY(e, o, who); COPY(e, o, age); COPY(e, o, num);
  COPY(e, o, gen); COPY(e, o, limit); COPY(e, o, boot); COPY(e, o, pre)
}
inline takeStatus(i) {
  net[HAND].kind = STATUS; net[HAND].who = i; net[HAND].num = s[i].num; net[HAND].gen = s[i].gen;
  net[HAND].limit = ENFORCED(i); net[HAND].boot = 1
}

/* Words older than one that was heard are dropped when they come (isOlder): so they may go now. */
#define IS_STALE(e, j) (net[e].kind == STATUS && net[e].who == net[j].who && net[e].boot == net[j].boot && (isFresh || net[e].age > net[j].age || (net[e].age == net[j].age && net[e].num < net[j].num)))
#define DROP_STALE(e, j) if :: IS_STALE(e, j) -> clearSlot(e) :: else fi
inline dropStale(j, isFresh) {
  DROP_STALE(0, j);
#if SLOTS == 2
  DROP_STALE(1, j)
#endif
}
#define CLEAR_OPEN(i, e) a[i].num[e] = 0; a[i].limit[e] = 0; a[i].left[e] = 0
inline packOpen(i) {
  if
  :: a[i].num[0] == 0 && a[i].num[1] != 0 ->
     a[i].num[0] = a[i].num[1]; a[i].limit[0] = a[i].limit[1]; a[i].left[0] = a[i].left[1]; CLEAR_OPEN(i, 1)
  :: else
  fi
}
/* M2. A grant is sent in the tick in which its poll was heard, so `left` tells when it was sent. */
inline acked(i, e) {
  a[i].ackAge = MIN(EXPIRY - a[i].left[e], AMAX + 1)
}
inline acknowledge(i, v) {
  if
  :: v == 0
  :: v != 0 && a[i].num[0] == v -> acked(i, 0)
  :: v != 0 && a[i].num[1] == v -> CLEAR_OPEN(i, 0); packOpen(i); acked(i, 0)
  :: else
  fi;
  if :: v != 0 -> a[i].unknown = 0 :: else fi
}
inline hear(j, isFresh) {
  dropStale(j, isFresh);
  if
  :: net[j].boot != a[q].boot -> a[q].boot = net[j].boot; a[q].ackAge = AMAX + 1
  :: else
  fi;
  if
  :: net[j].gen == (low -> LOW : NOW) -> acknowledge(q, net[j].num)
  :: net[j].gen == OLD ->
     a[q].unknown = EXPIRY;
     if
     :: low ->
#if COVER == 6
        assert(false);
#endif
        low = 0; a[0].unknown = EXPIRY; a[1].unknown = EXPIRY
     :: else
     fi
  :: else
  fi
}

/* M1: who is not acknowledged shares with at least d; as much as fits, or what it enforces and the books cover. */
#ifdef NO_RESERVE
#define SHARE_FITS(i, c) 1
#else
#define SHARE_FITS(i, c) (c + UNACKED_A(1 - i) <= B)
#endif
#define FITS(i, c) (c + EXPOSURE(1 - i) <= B)
#ifdef KEEP_UNKNOWN
#define KEEPABLE(i) EXPOSURE(i)
#else
#define KEEPABLE(i) (a[i].num[0] == 0 -> EXPOSURE(i) : MAX(GRANTED(i), UNACKED_A(i)))
#endif
#define KEPT(i, c, v) (c <= v && c <= KEEPABLE(i))
#define ROOM(i, c) (a[i].left[0] != EXPIRY && a[i].left[1] != EXPIRY && (a[i].num[1] == 0 || a[i].limit[0] <= c || a[i].limit[1] <= c))
#define MAY_GRANT(i, c, v) (SHARE_FITS(i, c) && (FITS(i, c) || KEPT(i, c, v)) && ROOM(i, c))

/* Into the ledger; where it is full, in place of what the new grant covers. */
inline makeRoom(i, c) {
  if
  :: a[i].num[1] != 0 ->
     if :: a[i].limit[1] <= c -> CLEAR_OPEN(i, 1) :: else fi;
     if :: a[i].limit[0] <= c -> CLEAR_OPEN(i, 0) :: else fi;
     packOpen(i)
  :: else
  fi;
#ifdef EARLY
  CLEAR_OPEN(i, 0); CLEAR_OPEN(i, 1)
#endif
}
#define MOST(v) if :: v > r -> r = v :: else fi;
#define SHIFT(v) if :: v > r -> v = v + 1 :: else fi;
inline nextNumber(i) {
  r = 0;
  if
  :: !low -> EACH_NUM(i, MOST)
  :: low ->
     if :: s[i].gen == LOW -> MOST(s[i].num) skip :: else fi;
     MOST(a[i].num[0]) MOST(a[i].num[1])
     z = 0;
     do
     :: z <= SLOTS -> if :: net[z].who == i && net[z].gen == LOW -> MOST(net[z].num) skip :: else fi; z++
     :: else -> break
     od;
     EACH_NUM(i, SHIFT)
  fi;
  r++
}
inline answer(j, c) {
  f = EXPOSURE(q); g = net[j].limit;
  nextNumber(q);
  makeRoom(q, c);
  x = (a[q].num[0] == 0 -> 0 : 1);
  a[q].num[x] = r; a[q].limit[x] = c; a[q].left[x] = EXPIRY;
  net[j].kind = GRANT; net[j].num = r; net[j].gen = (low -> LOW : NOW); net[j].limit = c;
  /* I2, I5. */
#if COVER == 5
  assert(!(c > D && c > g && s[q].gen == OLD));
#endif
#ifndef ONLY_FUSE
  assert(EXPOSURE(q) <= f || EXPOSURE(0) + EXPOSURE(1) <= B);
  assert(c <= g || !(s[1 - q].gen == OLD && s[1 - q].lease > 0));
#endif
  f = 0; g = 0
}

#define MARK_PRE(j, i) if :: net[j].kind != 0 && net[j].who == i -> net[j].pre = 1 :: else fi
inline markPre(i) {
  MARK_PRE(0, i);
#if SLOTS == 2
  MARK_PRE(1, i)
#endif
}
inline accept(j) {
  q = net[j].who;
#if COVER == 4
  assert(net[j].age == 0);
#endif
  s[q].num = net[j].num; s[q].gen = net[j].gen; s[q].limit = net[j].limit;
  /* What an acknowledged lowering frees is given away when it is measured: for that there are tests. */
  s[q].falls = 0;
#ifdef RECEIPT
  s[q].lease = T;
#else
  s[q].lease = T - net[j].age;
#endif
#ifdef NO_HOLD
  s[q].hold = s[q].lease;
#elif defined(HOLD_FROM_POLL)
  s[q].hold = s[q].lease + HOLD;
#else
  s[q].hold = T + HOLD;
#endif
  markPre(q)
}

/* S2, S3. */
inline slaveStep(i) {
  s[i].falls = 0;
  if :: s[i].hold > 0 -> s[i].hold-- :: else fi;
  if
  :: s[i].lease > 0 ->
     s[i].lease--;
     if
     :: s[i].lease == 0 ->
        markPre(i);
#if SETTLE
        if :: s[i].limit > D -> s[i].falls = s[i].limit :: else fi;
#endif
        s[i].limit = MIN(s[i].limit, D)
     :: else
     fi
  :: else
  fi;
  if :: s[i].hold == 0 -> s[i].limit = 0 :: else fi;
  z = 0;
  do
  :: z < SLOTS -> if :: net[z].kind != 0 && net[z].who == i && net[z].age < T -> net[z].age = net[z].age + 1 :: else fi; z++
  :: else -> break
  od
}
/* A grant that has run out allows min(L, d); nobody has acknowledged since then, so d counts and the entry may go. */
#define OPEN_STEP(i, e) \
  if :: a[i].left[e] > 1 -> a[i].left[e] = a[i].left[e] - 1 :: else -> CLEAR_OPEN(i, e) fi
inline accountStep(i) {
  if :: a[i].ackAge <= AMAX -> a[i].ackAge++ :: else fi;
  if :: a[i].unknown > 0 -> a[i].unknown-- :: else fi;
  OPEN_STEP(i, 0); OPEN_STEP(i, 1);
  packOpen(i)
}
#define DRIFTS(i) (i == 0)
#define PACE_OK(i, t) ((t) == 1 || ((t) == 0 && DRIFTS(i) && !s[i].lag) || ((t) == 2 && s[i].lag))
#define PACE(i, t) if :: t > 0 -> slaveStep(i) :: else fi; if :: t == 2 -> slaveStep(i) :: else fi; if :: t == 0 -> s[i].lag = 1 :: t == 2 -> s[i].lag = 0 :: else fi
inline tick(t, o) {
#if DRIFT
  PACE(0, t); PACE(1, o);
#else
  slaveStep(0); slaveStep(1);
#endif
  accountStep(0); accountStep(1);
  tidyNet(); renumber(0); renumber(1); check(); rest()
}

#define OLDER_BOOT(j, i) if :: net[j].kind != 0 && net[j].who == i -> net[j].boot = 0; net[j].pre = 0 :: else fi
/* S4. */
inline reboot(i) {
  s[i].num = 0; s[i].gen = 0; s[i].limit = 0; s[i].lease = 0; s[i].hold = T + HOLD;
  OLDER_BOOT(0, i);
#if SLOTS == 2
  OLDER_BOOT(1, i);
#endif
  a[i].boot = 0;
  tidy(i)
}
/* At most two boots, and two masters, have words in the world at a time. */
#define IS_OLD_BOOT(j, i) (net[j].kind != 0 && net[j].who == i && !net[j].boot)
#define IS_OLD_GEN(v) (v == OLD || v == LOW)
#if SLOTS == 1
#define ANY_OLD_BOOT(i) IS_OLD_BOOT(0, i)
#define ANY_OLD_GEN IS_OLD_GEN(net[0].gen)
#else
#define ANY_OLD_BOOT(i) (IS_OLD_BOOT(0, i) || IS_OLD_BOOT(1, i))
#define ANY_OLD_GEN (IS_OLD_GEN(net[0].gen) || IS_OLD_GEN(net[1].gen))
#endif
#define MAY_REBOOT(i) (a[i].boot && s[i].num > 0 && !ANY_OLD_BOOT(i))
#define MAY_CRASH (!low && !IS_OLD_GEN(s[0].gen) && !IS_OLD_GEN(s[1].gen) && !ANY_OLD_GEN)

/* M3. */
#define AGE_GEN(v) if :: v == NOW -> v = OLD :: else fi
inline forget(i) {
  CLEAR_OPEN(i, 0); CLEAR_OPEN(i, 1);
  a[i].ackAge = AMAX + 1; a[i].boot = 1;
#ifdef NO_WAIT
  a[i].unknown = 0;
#else
  a[i].unknown = EXPIRY;
#endif
  AGE_GEN(s[i].gen)
}
inline crash(o) {
  forget(0); forget(1);
  AGE_GEN(net[0].gen);
#if SLOTS == 2
  AGE_GEN(net[1].gen);
#endif
  low = o;
  tidyNet(); renumber(0); renumber(1); check(); rest()
}

#define IS_FREE (net[0].kind == 0)
#define SAY(j) printf("%d: limit %d, age %d, number %d, epoch %d, boot %d\n", net[j].who, net[j].limit, net[j].age, net[j].num, net[j].gen, net[j].boot)
#if SLOTS == 1
#define PICK_SLOT j = 0
#else
#define PICK_SLOT if :: j = 0 :: j = 1 fi
#endif
inline deliver(isFresh) {
  d_step { q = net[HAND].who; printf("master hears STATUS of "); SAY(HAND); hear(HAND, isFresh) };
  if
  :: MAY_GRANT(q, 0, net[HAND].limit) -> c = 0
  :: MAY_GRANT(q, 1, net[HAND].limit) -> c = 1
  :: MAY_GRANT(q, 2, net[HAND].limit) -> c = 2
  :: c = NOTHING
  fi;
  if
  :: c != NOTHING ->
     d_step { answer(HAND, c); printf("master sends GRANT to "); SAY(HAND) };
     if
     :: ACCEPTS(HAND) -> d_step { printf("slave %d accepts it at once\n", q); accept(HAND) }
     :: IS_FREE -> d_step { copySlot(HAND, 0); printf("slave %d gets it later or never\n", q) }
     :: d_step { printf("slave %d never gets it\n", q) }
     fi
  :: else
  fi
}

init {
  byte i, j, c, t;
  d_step {
    s[0].hold = T + HOLD; s[1].hold = T + HOLD;
    a[0].ackAge = AMAX + 1; a[1].ackAge = AMAX + 1; a[0].boot = 1; a[1].boot = 1
  }
  do
  :: atomic {
       if :: i = 0 :: i = 1 fi;
       d_step { takeStatus(i) };
       if
       :: deliver(1)
       :: IS_FREE -> d_step { q = i; copySlot(HAND, 0); printf("slave %d sends a STATUS that comes later or never, limit %d\n", i, net[0].limit) }
       fi;
       d_step { clearSlot(HAND); tidy(q); i = 0; c = 0 }
     }
  :: atomic {
       net[SLOTS - 1].kind != 0;
       PICK_SLOT;
       if
       :: net[j].kind == STATUS -> d_step { copySlot(j, HAND) }; deliver(0)
       :: ACCEPTS(j) -> d_step { printf("slave accepts late GRANT to "); SAY(j); accept(j) }
       :: !IS_FREE -> d_step { printf("slave %d: what was under way is lost\n", net[j].who); q = net[j].who; clearSlot(j) }
       fi;
       d_step { clearSlot(HAND); tidy(q); j = 0; c = 0 }
     }
#if DRIFT
  :: atomic {
       if :: t = 0 :: t = 1 :: t = 2 fi;
       if :: PACE_OK(0, t) -> d_step { printf("tick, slave 0 ticks %d times\n", t); tick(t, 1) } :: else fi;
       t = 0; c = 0
     }
#else
  :: d_step { printf("tick\n"); tick(1, 1) }
#endif
#ifndef NO_REBOOT
  :: d_step { MAY_REBOOT(0) -> printf("slave 0 reboots\n"); reboot(0) }
  :: d_step { MAY_REBOOT(1) -> printf("slave 1 reboots\n"); reboot(1) }
#endif
#ifndef NO_CRASH
  :: d_step { MAY_CRASH -> printf("master restarts\n"); crash(0) }
#ifndef NO_LOW
  :: d_step { MAY_CRASH -> printf("master restarts without memory\n"); crash(1) }
#endif
#endif
  od
}
