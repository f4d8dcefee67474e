#include "sluice/rtmp/answers.hpp"

#include <string>
#include <utility>

#include "sluice/base/check.hpp"
#include "sluice/rtmp/amf0.hpp"
#include "sluice/rtmp/enhanced_tag.hpp"
#include "sluice/rtmp/message.hpp"

namespace sluice::rtmp {
namespace {

constexpr std::uint8_t kDynamicLimit = 2;

// FourCcInfoMask "CanForward", and the CapsEx bits of what is read: multitrack, ModEx, nanosecond offsets. The
// reconnect bit is missing because no reconnect request is ever sent.
constexpr double kCanForward = 4;
constexpr double kCapsEx = 2 + 4 + 8;

amf::Value status_object(std::string_view level, std::string_view code, std::string_view description) {
  SLUICE_CHECK(!description.empty());
  const std::string_view fitting = description.substr(0, Answers::kDescriptionMax);
  return amf::Object{
      amf::Object::Form::object,
      {},
      {{"level", std::string(level)}, {"code", std::string(code)}, {"description", std::string(fitting)}}};
}

// {"*": 4, "avc1": 4, …}: every codec can be taken in.
template <std::size_t N>
amf::Value info_map(const char* const (&codes)[N]) {
  amf::Object map{amf::Object::Form::object, {}, {{"*", kCanForward}}};
  for (const char* code : codes) map.properties.push_back({code, kCanForward});
  return map;
}

amf::Value fourcc_list() {
  amf::StrictArray list;
  for (const char* code : kVideoFourCcs) list.items.emplace_back(code);
  for (const char* code : kAudioFourCcs) list.items.emplace_back(code);
  return list;
}

}  // namespace

void Answers::write_preamble() {
  writer_.write_control(message_type::kWindowAcknowledgementSize, kWindowBytes);
  ByteWriter bandwidth;
  bandwidth.u32(kWindowBytes);
  bandwidth.u8(kDynamicLimit);
  writer_.write(kControlChunkStream, message_type::kSetPeerBandwidth, 0, bandwidth.view());
  writer_.write_set_chunk_size(kChunkSize);
  write_stream_begin(0);
}

void Answers::write_connect_result(double transaction, bool enhanced) {
  amf::Object properties{amf::Object::Form::object, {}, {{"fmsVer", "FMS/3,0,1,123"}, {"capabilities", 31.0}}};
  if (enhanced) {
    properties.properties.push_back({"fourCcList", fourcc_list()});
    properties.properties.push_back({"videoFourCcInfoMap", info_map(kVideoFourCcs)});
    properties.properties.push_back({"audioFourCcInfoMap", info_map(kAudioFourCcs)});
    properties.properties.push_back({"capsEx", kCapsEx});
  }
  amf::Object information{amf::Object::Form::object,
                          {},
                          {{"level", "status"},
                           {"code", "NetConnection.Connect.Success"},
                           {"description", "Connection succeeded."},
                           {"objectEncoding", 0.0}}};
  write_command(kCommandChunkStream, 0, "_result", transaction, std::move(properties), std::move(information));
}

void Answers::write_result(double transaction, amf::Value value) {
  write_command(kCommandChunkStream, 0, "_result", transaction, amf::Null(), value);
}

void Answers::write_error(double transaction, std::string_view code, std::string_view description) {
  write_command(kCommandChunkStream, 0, "_error", transaction, amf::Null(), status_object("error", code, description));
}

void Answers::write_status(std::uint32_t stream_id, std::string_view level, std::string_view code,
                           std::string_view description) {
  write_command(kStatusChunkStream, stream_id, "onStatus", 0, amf::Null(), status_object(level, code, description));
}

void Answers::write_stream_begin(std::uint32_t stream_id) {
  writer_.write_user_control(user_control::kStreamBegin, stream_id);
}

void Answers::write_ping_response(std::uint32_t timestamp) {
  writer_.write_user_control(user_control::kPingResponse, timestamp);
}

void Answers::write_window_acknowledgement_size(std::uint32_t bytes) {
  writer_.write_control(message_type::kWindowAcknowledgementSize, bytes);
}

void Answers::write_acknowledgement(std::uint32_t sequence_number) {
  writer_.write_control(message_type::kAcknowledgement, sequence_number);
}

void Answers::write_command(std::uint8_t chunk_stream, std::uint32_t stream_id, std::string_view name,
                            double transaction, const amf::Value& object, const amf::Value& information) {
  ByteWriter payload;
  amf0::encode(payload, std::string(name));
  amf0::encode(payload, transaction);
  amf0::encode(payload, object);
  amf0::encode(payload, information);
  SLUICE_CHECK(payload.size() <= writer_.chunk_size());
  writer_.write(chunk_stream, message_type::kCommandAmf0, stream_id, payload.view());
}

}  // namespace sluice::rtmp
