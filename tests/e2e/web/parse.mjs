// node parse.mjs < JSON: what m3u8-parser and hls-parser, two independent readers, make of each playlist of an array of
// texts, as an array.
import { readFileSync } from "node:fs";
import * as hlsParser from "hls-parser";
import { Parser } from "m3u8-parser";

const texts = JSON.parse(readFileSync(0, "utf8"));

function viaM3u8Parser(text) {
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
    parts: [...manifest.segments, manifest.preloadSegment ?? {}].flatMap((s) => s.parts ?? []).map((p) => [p.uri, p.duration]),
    hint: manifest.preloadSegment?.preloadHints?.find((h) => h.type === "PART")?.uri ?? null,
    partTarget: manifest.partTargetDuration ?? null,
  };
}

function viaHlsParser(text) {
  const warnings = [];
  hlsParser.setOptions({ strictMode: true });
  const playlist = hlsParser.parse(text);
  if (playlist.isMasterPlaylist) return { warnings, variants: playlist.variants.map((v) => v.uri), segments: [] };
  const whole = playlist.segments.filter((s) => s.uri);  // without the open one, of which there are parts only
  return {
    warnings,
    variants: [],
    segments: whole.map((s) => s.uri),
    durations: whole.map((s) => s.duration),
    targetDuration: playlist.targetDuration,
    mediaSequence: playlist.mediaSequenceBase ?? 0,
    discontinuitySequence: playlist.discontinuitySequenceBase ?? 0,
    discontinuities: whole.flatMap((s, i) => (s.discontinuity ? [i] : [])),
    ended: playlist.endlist === true,
    parts: playlist.segments.flatMap((s) => s.parts).filter((p) => !p.hint).map((p) => [p.uri, p.duration]),
    hint: playlist.segments.flatMap((s) => s.parts).find((p) => p.hint)?.uri ?? null,
    partTarget: playlist.partTargetDuration ?? null,
  };
}

console.log(JSON.stringify(texts.map((text) => ({ m3u8Parser: viaM3u8Parser(text), hlsParser: viaHlsParser(text) }))));
