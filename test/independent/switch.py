"""S10 of docs/protocol.md: contactors that connect L1 alone, or all three phases."""

ONE, ALL = 1, 7
SWITCHABLE = 0b1001
MOVES_MS = 1500
REST_CA = 100


class PhaseSwitch:
    def __init__(self):
        self.phases, self.to, self.done_at = ALL, ALL, None

    @property
    def moving(self):
        return self.done_at is not None

    def look(self, now):
        """The mask of the phases that may carry current now."""
        if self.moving and now >= self.done_at:
            self.phases, self.done_at = self.to, None
        return self.phases

    def obey(self, grant, granted, limit, currents, now):
        """True where the contactors begin to move. `granted`: the lease of the GRANT runs, and it is for this vehicle."""
        to = grant.get("switchTo") if grant else None
        if to not in (ONE, ALL) or to == self.phases or self.moving:
            return False
        if not granted or limit != 0 or max(currents) > REST_CA:
            return False
        self.phases, self.to, self.done_at = self.phases | to, to, now + MOVES_MS
        return True

    def connected(self, currents):
        """What flows of the currents of a vehicle."""
        return tuple(ca if self.phases & 1 << phase else 0 for phase, ca in enumerate(currents))
