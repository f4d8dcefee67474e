// Prints the version of FFmpeg that publish.mjs uses.
import "./polyfill.mjs";
const { getFFmpegInfo } = await import("node-av/lib");
console.log(getFFmpegInfo().version);
