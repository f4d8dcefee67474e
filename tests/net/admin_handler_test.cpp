// AdminHandler: the documents of the API. Probes and readiness are tested with the lifecycle, the pages with a browser.
#include "sluice/net/admin_handler.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "live/encoder.hpp"

namespace sluice::net {
namespace {

namespace json = boost::json;
using live::testing::at;
using testing::ElementsAre;

class AdminHandlerTest : public testing::Test {
 protected:
  AdminHandlerTest() {
    hooks_.listeners = [] {
      return std::vector<Listener>{{"admin", "127.0.0.1:40001", 40001}, {"http", "[::1]:40002", 40002}};
    };
  }

  HttpResponse ask(std::string path, HttpMethod method = HttpMethod::get) {
    AdminHandler handler({}, hooks_, hub_, lifecycle_, metrics_, pages_);
    HttpRequest request;
    request.method = method;
    request.path = std::move(path);
    return std::get<HttpResponse>(handler.reply(request));
  }
  json::object document(std::string path) {
    const HttpResponse response = ask(std::move(path));
    return json::parse(as_text(response.body->pieces()[0].view())).as_object();
  }

  live::testing::OneByteRenderer renderer_;
  live::Hub hub_{{}, renderer_, nullptr, 1};
  live::Lifecycle lifecycle_{{}};
  io::Metrics metrics_;
  StaticPages pages_;
  AdminHandler::Hooks hooks_;
  live::testing::Encoder encoder_;
};

TEST_F(AdminHandlerTest, EndsAreListedNewestFirstWithTheirReasons) {
  const StreamName name = StreamName::make("live", "a").value();
  const SessionId session = SessionId::parse("20261121T035512Z-3f9a2c").value();
  EXPECT_TRUE(document("/api/v1/ends").at("ends").as_array().empty());
  hub_.ends().add({name, session, "192.0.2.7", at(0).wall, Millis(1500), 90, 4000, "closed", "the encoder closed"});
  hub_.ends().add({name, session, "192.0.2.8", at(1234).wall, Seconds(7), 1, 2, "idle_timeout", "no \"media\""});
  const json::object found = document("/api/v1/ends");
  ASSERT_EQ(found.at("ends").as_array().size(), 2u);
  EXPECT_EQ(json::serialize(found.at("ends").at(0)),
            R"({"app":"live","stream":"a","session":"20261121T035512Z-3f9a2c","ended":"2026-11-21T03:55:13.234Z",)"
            R"("seconds":7E0,"packets":1,"bytes":2,"reason":"idle_timeout","detail":"no \"media\"",)"
            R"("address":"192.0.2.8"})");
  EXPECT_EQ(found.at("ends").at(1).at("seconds").as_double(), 1.5);
}

TEST_F(AdminHandlerTest, ListenersSayWhereTheyReallyAre) {
  EXPECT_EQ(json::serialize(document("/api/v1/listeners")),
            R"({"listeners":[{"listener":"admin","address":"127.0.0.1:40001","port":40001},)"
            R"({"listener":"http","address":"[::1]:40002","port":40002}]})");
}

TEST_F(AdminHandlerTest, AStreamWithoutVideoHasNoPicture) {
  auto outcome = hub_.begin_publish(StreamName::make("live", "a").value(), encoder_, at(0));
  const auto publish = std::move(std::get<std::unique_ptr<live::Publish>>(outcome));
  encoder_.run(*publish, 0, 9000);
  EXPECT_EQ(ask("/api/v1/streams/live/a").status, 200);
  EXPECT_EQ(document("/api/v1/streams/live/a").at("picture").as_string(), "/api/v1/streams/live/a/picture");
  EXPECT_EQ(ask("/api/v1/streams/live/a/picture").status, 404);
  EXPECT_EQ(ask("/api/v1/streams/live/none/picture").status, 404);
  publish->end(at(9000));
}

TEST_F(AdminHandlerTest, ADeleteOfAPictureEndsNothing) {
  auto outcome = hub_.begin_publish(StreamName::make("live", "a").value(), encoder_, at(0));
  const auto publish = std::move(std::get<std::unique_ptr<live::Publish>>(outcome));
  const HttpResponse answer = ask("/api/v1/streams/live/a/picture", HttpMethod::del);
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.allow, "GET, HEAD");
  EXPECT_TRUE(encoder_.wishes.empty());
  publish->end(at(1));
}

TEST_F(AdminHandlerTest, AStreamMayBeCalledPicture) {
  auto outcome = hub_.begin_publish(StreamName::make("live", "picture").value(), encoder_, at(0));
  const auto publish = std::move(std::get<std::unique_ptr<live::Publish>>(outcome));
  EXPECT_EQ(document("/api/v1/streams/live/picture").at("stream").as_string(), "picture");
  EXPECT_EQ(ask("/api/v1/streams/live/picture/picture").status, 404);
  publish->end(at(1));
}

TEST_F(AdminHandlerTest, OtherMethodsAndResourcesAreRefused) {
  for (const char* resource : {"streams", "ends", "listeners", "config", "version"}) {
    EXPECT_EQ(ask(std::string("/api/v1/") + resource, HttpMethod::post).status, 405) << resource;
  }
  EXPECT_EQ(ask("/api/v1/none").status, 404);
  EXPECT_EQ(ask("/api/v1/streams/live/a/b/picture").status, 400);
}

}  // namespace
}  // namespace sluice::net
