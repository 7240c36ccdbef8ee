"""The simulated vehicle of slave.py, with the meter of its charge point."""

import time

from wire import UINT32

INTERRUPTION_MS = 4000


def now_ms():
    """Monotonic, and goes on while the machine sleeps."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class Vehicle:
    """Wants to charge while it is plugged in, and follows its limit with 8 A/s, so from 32 A to 0 A in 4 s."""

    RAMP_CA_PER_MS = 0.8

    def __init__(self, phases, max_ca, minimum_ca, sleeps):
        self.phases, self.max_ca, self.minimum_ca = phases, max_ca, minimum_ca
        self.sleeps, self.asleep, self.away_until = sleeps, False, None
        self.plugged = False
        self.plugged_at, self.charging_ms, self.energy_wh = 0, 0, 0.0
        self.session = int(time.time()) & UINT32
        self.limit_ca = 0
        self.drawn_ca = 0.0
        self.moved_at = now_ms()

    def plug(self):
        if not self.plugged:
            self.session = (self.session + 1) & UINT32
            self.plugged_at, self.charging_ms, self.energy_wh = now_ms(), 0, 0.0
        self.plugged = True

    def unplug(self):
        self.plugged = self.asleep = False
        self.away_until = None
        self.drawn_ca = 0.0

    def interrupt_pilot(self, now):
        self.away_until = now + INTERRUPTION_MS

    def watch_pilot(self, now):
        """Asleep from a pause on, until the pilot has come back."""
        if self.away_until is not None and now >= self.away_until:
            self.asleep, self.away_until = False, None
        if self.sleeps and self.drawn_ca > 0 and self.limit_ca < self.minimum_ca:
            self.asleep = True

    def power_w(self):
        return self.drawn_ca / 100 * 230 * self.phases

    def meter(self, now):
        """The optional fields of its own meter."""
        plugged_s = (now - self.plugged_at) // 1000 if self.plugged else 0
        return {"power": round(self.power_w()), "sessionEnergy": round(self.energy_wh) if self.plugged else 0,
            "chargingTime": self.charging_ms // 1000 if self.plugged else 0, "pluggedInTime": plugged_s}

    def state(self):
        if not self.plugged:
            return "Available"
        if self.limit_ca < self.minimum_ca:
            return "SuspendedEVSE"
        return "SuspendedEV" if self.asleep or self.away_until is not None else "Charging"

    def currents(self, now):
        """Hundredths of an ampere on the connector's L1, L2, L3, rounded up."""
        self.watch_pilot(now)
        target = min(self.limit_ca, self.max_ca) if self.state() == "Charging" else 0
        if self.drawn_ca > 0:
            self.charging_ms += now - self.moved_at
            self.energy_wh += self.power_w() * (now - self.moved_at) / 3_600_000
        reach = (now - self.moved_at) * self.RAMP_CA_PER_MS
        self.moved_at = now
        if self.plugged:
            self.drawn_ca = min(max(target, self.drawn_ca - reach), self.drawn_ca + reach)
        drawn = -int(-self.drawn_ca // 1)
        return tuple(drawn if phase < self.phases else 0 for phase in range(3))
