// node parse.mjs < PLAYLIST: what m3u8-parser and hls-parser, two independent readers, make of it, as JSON.
import { readFileSync } from "node:fs";
import * as hlsParser from "hls-parser";
import { Parser } from "m3u8-parser";

const text = readFileSync(0, "utf8");

function viaM3u8Parser() {
  const parser = new Parser();
  const warnings = [];
  parser.on("warn", (event) => warnings.push(event.message));
  parser.push(text);
  parser.end();
  const { manifest } = parser;
  return {
    warnings,
    variants: (manifest.playlists ?? []).map((p) => p.uri),
    segments: manifest.segments.map((s) => s.uri),
    durations: manifest.segments.map((s) => s.duration),
    targetDuration: manifest.targetDuration,
    mediaSequence: manifest.mediaSequence,
    discontinuitySequence: manifest.discontinuitySequence,
    discontinuities: manifest.discontinuityStarts,
    ended: manifest.endList === true,
  };
}

function viaHlsParser() {
  const warnings = [];
  hlsParser.setOptions({ strictMode: true });
  const playlist = hlsParser.parse(text);
  if (playlist.isMasterPlaylist) return { warnings, variants: playlist.variants.map((v) => v.uri), segments: [] };
  return {
    warnings,
    variants: [],
    segments: playlist.segments.map((s) => s.uri),
    durations: playlist.segments.map((s) => s.duration),
    targetDuration: playlist.targetDuration,
    mediaSequence: playlist.mediaSequenceBase ?? 0,
    discontinuitySequence: playlist.discontinuitySequenceBase ?? 0,
    discontinuities: playlist.segments.flatMap((s, i) => (s.discontinuity ? [i] : [])),
    ended: playlist.endlist === true,
  };
}

console.log(JSON.stringify({ m3u8Parser: viaM3u8Parser(), hlsParser: viaHlsParser() }));
