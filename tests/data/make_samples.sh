#!/bin/sh
# Makes the media samples of this directory anew (needs ffmpeg 5.1 or later with the encoders named below). They are kept in
# the tree, so that unit tests need no encoder; new ones need new golden files.
set -eu
cd "$(dirname "$0")"

video="testsrc2=size=160x90:rate=25:duration=2"
tone="sine=frequency=440:sample_rate=48000:duration=2"
make() { # NAME OUTPUT-OPTIONS…
  name=$1
  shift
  ffmpeg -v error -y -f lavfi -i "$video" -f lavfi -i "$tone" "$@" -fflags +bitexact -flags:v +bitexact -flags:a +bitexact \
    "$name.mp4"
}
h264="-c:v libx264 -preset slow -crf 45 -g 25 -keyint_min 25 -sc_threshold 0 -pix_fmt yuv420p"

# shellcheck disable=SC2086 # options are words
{
  # B-frames, colours stated, pixels not square.
  make h264_aac $h264 -bf 2 -aspect 16:10 -color_primaries bt709 -color_trc bt709 -colorspace bt709 \
    -x264-params colorprim=bt709:transfer=bt709:colormatrix=bt709 -c:a aac -ac 1 -b:a 24k
  make h264_ac3 $h264 -bf 0 -c:a ac3 -ac 1 -b:a 48k
  make h264_eac3 $h264 -bf 0 -c:a eac3 -ac 1 -b:a 32k
  make h264_mp3 $h264 -bf 0 -c:a libmp3lame -ac 1 -b:a 32k
  make h264_flac $h264 -bf 0 -c:a flac -ac 1 -strict experimental
  make hevc_aac -c:v libx265 -preset fast -crf 45 -pix_fmt yuv420p -tag:v hvc1 \
    -x265-params keyint=25:min-keyint=25:scenecut=0:open-gop=0:log-level=error:info=0 -c:a aac -ac 1 -b:a 24k
  make av1_opus -c:v libaom-av1 -cpu-used 8 -crf 60 -g 25 -pix_fmt yuv420p -c:a libopus -ac 1 -b:a 16k
  make vp9_opus -c:v libvpx-vp9 -crf 60 -b:v 0 -g 25 -pix_fmt yuv420p -c:a libopus -ac 1 -b:a 16k
}

# The same as segments, for the judge of media: an fMP4 file is its initialisation section and two fragments, of 25 and 5
# frames; MPEG-TS is two segments of a second, or one short one.
mkdir -p segments
flags=+cmaf+frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer
for name in h264_aac h264_ac3 h264_eac3 h264_flac h264_mp3 hevc_aac av1_opus vp9_opus; do
  case $name in *ac3) more=+delay_moov ;; *) more= ;; esac
  ffmpeg -v error -y -i $name.mp4 -c copy -t 1.2 -fflags +bitexact -strict experimental -movflags $flags$more -use_editlist 0 \
    segments/$name.mp4
done
ffmpeg -v error -y -i h264_aac.mp4 -c copy -fflags +bitexact -f segment -segment_time 1 segments/h264_aac-%d.ts
for name in h264_mp3 h264_ac3 h264_eac3; do
  ffmpeg -v error -y -i $name.mp4 -c copy -t 0.4 -fflags +bitexact -f mpegts segments/$name.ts
done
