"""The short form of the matrix: FFmpeg's H.264 and AAC in the players most people have.

`./dev test matrix` is all of it."""

import unittest

from harness.case import SluiceTest
from matrix import plan, run, table
from matrix.players import CONTAINERS

PLAYERS = ("hls.js", "shaka", "video.js", "native", "mpv", "vlc", "ffplay")


class Matrix(SluiceTest):
    def test_players_play_both_containers(self):
        cells, _ = plan.choose(["ffmpeg5-h264-aac", *PLAYERS])
        self.assertEqual(len(cells), len(PLAYERS) * 2)
        done = []
        runner = run.Runner(self.start(run.OPTIONS), done.append, tries=3)
        runner.run(cells)
        self.assertEqual(len(done), len(cells))
        self.assertEqual([(result.served, result.fault) for result in runner.checked], [(True, "")] * len(CONTAINERS))
        for cell in cells:
            with self.subTest(cell.name):
                self.assertEqual(cell.fault, "")
                self.assertEqual(cell.outcome, cell.expected, cell.sight.describe())

    def test_page_has_a_row_for_every_source_and_a_column_for_every_player(self):
        page = table.PAGE.read_text()
        for title in table.titles():
            self.assertIn(title, page)

    def test_filter_that_names_nothing_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "no encoder, player or container is called 'betamax'; there are: obs-"):
            plan.choose(["betamax"])


if __name__ == "__main__":
    unittest.main()
