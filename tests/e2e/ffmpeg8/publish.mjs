// node publish.mjs FILE URL TRACKS: what `ffmpeg -re -i FILE -map … -c copy -f flv URL` does, with the libraries of
// FFmpeg 8. TRACKS are those to send, v0,v1,a0 and so on; the first of a kind becomes the default one.
// Exit code 0 when the file has ended, 1 when it could not be sent.
import "./polyfill.mjs";
const { Demuxer, Muxer } = await import("node-av/api");
const { AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_VIDEO } = await import("node-av/constants");

const [, , file, url, wanted] = process.argv;
const tracks = wanted.split(",");
const letters = { [AVMEDIA_TYPE_VIDEO]: "v", [AVMEDIA_TYPE_AUDIO]: "a" };

const input = await Demuxer.open(file);
const output = await Muxer.open(url, { format: "flv", input });
const sent = new Map();
const seen = { v: 0, a: 0 };
for (const stream of input.streams) {
  const letter = letters[stream.codecpar.codecType];
  if (!letter || !tracks.includes(`${letter}${seen[letter]++}`)) continue;
  stream.codecpar.codecTag = 0; // FLV has its own, and refuses those of MP4
  sent.set(stream.index, { index: output.addStream(stream), base: stream.timeBase });
}

const started = Date.now();
let first;
for await (const packet of input.packets()) {
  if (!packet) break;
  const track = sent.get(packet.streamIndex);
  if (!track) continue;
  const time = 1000 * Number(packet.dts) * track.base.num / track.base.den;
  first ??= time;
  const early = time - first - (Date.now() - started);
  if (early > 2) await new Promise((resolve) => setTimeout(resolve, early));
  await output.writePacket(packet, track.index);
}
await output.close();
await input.close();
