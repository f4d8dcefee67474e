// Requests to the media port from anybody, as PATH?QUERY, of a stream that is live with low latency: each is answered,
// or waits, and whoever waits is answered when the stream ends.
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "net/low_latency_stream.hpp"
#include "sluice/io/clock.hpp"
#include "sluice/net/media_handler.hpp"

namespace {

using namespace sluice;

bool is_expected(int status) {
  return status == 200 || status == 308 || status == 400 || status == 404 || status == 410 || status == 503;
}

// SESSION in a path stands for the name that the stream's session has this time.
std::string with_session(std::string text, const std::string& session) {
  const std::size_t at = text.find("SESSION");
  if (at != std::string::npos) text.replace(at, 7, session);
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  boost::asio::io_context loop;
  hls::testing::FakeRenderer renderer;
  live::Hub hub({}, renderer, nullptr, 1);
  net::StaticPages pages;
  net::MediaHandler media(loop.get_executor(), {}, hub, pages, nullptr);
  net::testing::LowLatencyStream stream(hub, "a");
  stream.first_segment();
  stream.parts(6);

  const std::string text = with_session(std::string(as_text({data, size})), stream.stream().session()->text());
  net::HttpRequest request;
  request.path = text.substr(0, text.find('?'));
  if (request.path.size() < text.size()) request.query = text.substr(request.path.size() + 1);
  net::HttpReply reply = media.reply(request);

  std::optional<net::HttpResponse> response;
  if (auto* at_once = std::get_if<net::HttpResponse>(&reply)) {
    response = std::move(*at_once);
  } else {
    auto& hold = std::get<std::unique_ptr<net::HttpHold>>(reply);
    hold->wait([&response](net::HttpResponse answer) { response = std::move(answer); });
    if (media.held().count() != 1) std::abort();
    stream.end();
    loop.poll();
  }
  if (!response || !is_expected(response->status) || media.held().count() != 0) std::abort();
  return 0;
}
