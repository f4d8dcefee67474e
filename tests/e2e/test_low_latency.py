"""Low-latency players in headless Chromium at the edge of a live publish, for a minute: no error, and how far behind they
are, by a clock in the picture. `./dev test low-latency` is the long form, and judges each player's stalls and delay; here
other tests run and a player that ran dry once may stay back, so what the server is to blame for is what all of them have."""

import tempfile
import unittest

from harness.case import SluiceTest
from low_latency.measure import PART_MS, measure
from matrix.run import Site

SECONDS = 60
# A machine that does something else meanwhile makes players stall: then it is done again.
TRIES = 2


class LowLatency(SluiceTest):
    def measure(self):
        for _ in range(TRIES):
            with tempfile.TemporaryDirectory(dir=self.directory) as folder, Site() as site:
                rows = measure(site, folder, SECONDS)
            for row in rows:
                print(f"parts of {row.part_ms} ms: {row.sight.describe()}")
            if not any(row.faults() for row in rows):
                break
        return rows

    def test_players_stay_at_the_edge_for_a_minute(self):
        rows = self.measure()
        for row in rows:
            with self.subTest(f"{row.sight.player} {row.part_ms} ms"):
                self.assertEqual(row.faults_of_any_machine(), [])
        for part_ms in PART_MS:
            late = {row.sight.player: row.faults_of_time() for row in rows if row.part_ms == part_ms}
            self.assertIn([], late.values(), f"every player at {part_ms} ms: {late}")
        best = {part_ms: min(row.sight.median() for row in rows if row.part_ms == part_ms) for part_ms in PART_MS}
        self.assertLess(best[min(PART_MS)], best[max(PART_MS)])


if __name__ == "__main__":
    unittest.main()
