// Who may publish: the list `auth.publish_keys`, and the one question asked of it.
//
// Pure and without state beside the list; any thread may ask.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sluice/base/ids.hpp"

namespace sluice::app {

// One entry of auth.publish_keys. In `app` and `stream` a `*` stands for any run of characters, none included; the key
// is compared as it is.
struct PublishKey {
  std::string app;
  std::string stream;
  std::string key;
  friend bool operator==(const PublishKey&, const PublishKey&) = default;
};

// True when `pattern` covers the whole of `name`; in a pattern only `*` is special. Takes at most
// pattern.size() * name.size() steps, whatever the pattern.
bool matches_pattern(std::string_view pattern, std::string_view name);

// Whether a publish of `name` with `key` (the value of `?key=`, empty when there is none) is allowed by `keys`. An
// empty list allows everybody. Every entry whose patterns match is compared in full, and comparing takes the same time
// wherever two keys differ, so an answer's timing tells neither how much of a key was right nor which entry it was.
bool may_publish(std::span<const PublishKey> keys, const StreamName& name, std::string_view key);

}  // namespace sluice::app
