"""S8 of docs/protocol.md: the disconnected limit that may be used, remembered over restarts in a file of one number."""

import os


class Kept:
    """`path` None: nothing is remembered. Amounts are in hundredths of an ampere."""

    def __init__(self, path, configured):
        self.path, self.configured = path, configured
        before = self.read()
        self.usable = configured if before is None else min(before, configured)
        if before is None or before > configured:
            self.write()

    def read(self):
        try:
            with open(self.path or "", encoding="ascii") as file:
                return int(file.read())
        except (OSError, ValueError):
            return None

    def write(self):
        """The old number or the new one is there, whenever the power goes."""
        if self.path is None:
            return
        try:
            with open(self.path + ".new", "w", encoding="ascii") as file:
                file.write(str(self.configured))
                file.flush()
                os.fsync(file.fileno())
            os.replace(self.path + ".new", self.path)
        except OSError:
            pass  # The lower one stays, and a GRANT of the next boot confirms again.

    def confirm(self):
        if self.usable != self.configured:
            self.usable = self.configured
            self.write()
