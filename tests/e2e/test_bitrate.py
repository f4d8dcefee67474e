"""limits.publish_bitrate: who sends more is read no faster, and closed when that goes on."""

import threading
import unittest

from harness import flv
from harness.bystander import Bystander
from harness.case import SluiceTest
from harness.media import media
from harness.rtmp import RtmpClient


class Bitrate(SluiceTest):
    def test_publisher_beyond_the_limit_is_slowed_down_and_then_closed(self):
        # LIM-19
        server = self.start({"limits.publish_bitrate": "4Mbps", "lifecycle.slots": 2})
        tags = [t for t in flv.read(media("av.flv")) if t.kind != flv.SCRIPT]
        with Bystander(self, server):
            client = RtmpClient(server.address("rtmp")).open_publishing("flood")
            self.addCleanup(client.close)

            def flood():
                end = 0
                try:
                    while True:
                        for tag in tags:
                            client.send_tag(flv.Tag(tag.kind, tag.timestamp + end, tag.payload))
                        end += tags[-1].timestamp + 33
                except OSError:
                    return

            sender = threading.Thread(target=flood, daemon=True)
            sender.start()
            ended = server.wait_event("publish_ended", 40, stream="live/flood")
            sender.join(20)
        self.assertEqual(ended["reason"], "bitrate")
        self.assertLess(ended["bytes"] * 8 / ended["seconds"], 4_000_000 * 1.5)
        self.assertGreater(ended["seconds"], 9)


if __name__ == "__main__":
    unittest.main()
