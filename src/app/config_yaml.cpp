#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "sluice/app/config_schema.hpp"
#include "sluice/app/config_sources.hpp"

namespace sluice::app {
namespace {

enum class NodeKind { none, scalar, sequence, map, refused };

struct YamlNode {
  NodeKind kind = NodeKind::none;
  YAML::Mark mark;
  std::string text;                // of a scalar
  std::vector<YamlNode> children;  // items; of a map, keys and values in turn
};

ConfigPlace place(std::string_view file, const YAML::Mark& mark) {
  return {std::string(file), std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
}

// Builds the tree from the parser's events instead of YAML::Load, which would let aliases make one node many and keep
// no count of documents. The parser itself bounds the depth (500).
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view file) : file_(file) {}

  const YamlNode& root() const { return root_; }
  std::vector<ConfigFault> take_faults() { return std::move(faults_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 2) refuse(mark, "a second document; allowed is one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add({NodeKind::none, mark, {}, {}}); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases (*name) are not allowed; write the value out");
    add({NodeKind::refused, mark, {}, {}});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    check_tag(mark, tag);
    add({NodeKind::scalar, mark, value, {}});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open_.push_back({NodeKind::sequence, mark, {}, {}});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open_.push_back({NodeKind::map, mark, {}, {}});
  }
  void OnMapEnd() override { close(); }

 private:
  void add(YamlNode node) {
    if (!open_.empty()) {
      open_.back().children.push_back(std::move(node));
    } else if (documents_ == 1) {
      root_ = std::move(node);
    }
  }
  void close() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    add(std::move(node));
  }
  // "?" is a plain value without a tag, "!" a quoted one.
  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "tags (!name) are not allowed; write the plain value");
  }
  void refuse(const YAML::Mark& mark, std::string what) {
    faults_.push_back({place(file_, mark), {}, std::move(what)});
  }

  std::string_view file_;
  int documents_ = 0;
  YamlNode root_;
  std::vector<YamlNode> open_;
  std::vector<ConfigFault> faults_;
};

// Holds the tree against the schema.
class Walker {
 public:
  Walker(std::string_view file, ConfigSource& source) : file_(file), source_(source) {}

  void visit_root(const YamlNode& root) {
    if (root.kind == NodeKind::none || root.kind == NodeKind::refused) return;
    if (root.kind != NodeKind::map) {
      fault(root, {}, "the file must be a map of sections (rtmp, http, ...)");
      return;
    }
    visit_map(root, {});
  }

 private:
  void visit_map(const YamlNode& map, const std::string& path) {
    std::map<std::string_view, const YamlNode*> seen;
    for (std::size_t i = 0; i + 1 < map.children.size(); i += 2) {
      const YamlNode& name = map.children[i];
      if (name.kind == NodeKind::refused) continue;
      if (name.kind != NodeKind::scalar) {
        fault(name, path, "a key must be a word");
        continue;
      }
      const std::string child = path.empty() ? name.text : path + "." + name.text;
      const auto [first, is_new] = seen.emplace(name.text, &name);
      if (!is_new) {
        const YAML::Mark& mark = first->second->mark;
        fault(name, child, "given twice, first in line " + std::to_string(mark.line + 1) + "; allowed is once");
      } else if (name.text.find('.') != std::string::npos) {
        fault(name, child, "a key has no dots in a file; write its levels below one another");
      } else {
        visit(name, map.children[i + 1], child);
      }
    }
  }

  void visit(const YamlNode& name, const YamlNode& node, const std::string& path) {
    if (const auto reference = find_key(path)) {
      visit_value(name, node, path, *reference->key);
      return;
    }
    switch (kind_of(path)) {
      case PathKind::section:
        visit_section(node, path);
        return;
      case PathKind::list:
        visit_list(node, path);
        return;
      case PathKind::list_entry:
      case PathKind::unknown:
        fault(name, path, unknown_key(path));
        return;
    }
  }

  void visit_value(const YamlNode& name, const YamlNode& node, const std::string& path, const ConfigKey& key) {
    switch (node.kind) {
      case NodeKind::scalar:
        source_.settings.push_back({path, node.text, place(file_, node.mark)});
        return;
      case NodeKind::none:
        // The parser knows no good place for what is not there.
        fault(name, path, "has no value; allowed is " + key.allowed);
        return;
      case NodeKind::sequence:
      case NodeKind::map:
        fault(node, path, "must be a single value; allowed is " + key.allowed);
        return;
      case NodeKind::refused:
        return;
    }
  }

  // A section whose keys are all commented out is none at all, which is fine.
  void visit_section(const YamlNode& node, const std::string& path) {
    if (node.kind == NodeKind::map) visit_map(node, path);
    if (node.kind == NodeKind::scalar || node.kind == NodeKind::sequence) {
      fault(node, path, "must be a section: keys with their values, each on a line of its own below it");
    }
  }

  void visit_list(const YamlNode& node, const std::string& path) {
    if (node.kind == NodeKind::none || node.kind == NodeKind::refused) return;
    if (node.kind != NodeKind::sequence) {
      fault(node, path, "must be a list");
      return;
    }
    if (node.children.size() > kListMax) {
      fault(node, path,
            "has " + std::to_string(node.children.size()) + " entries; allowed are " + std::to_string(kListMax));
      return;
    }
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      const YamlNode& entry = node.children[i];
      const std::string entry_path = path + "." + std::to_string(i);
      if (entry.kind == NodeKind::map && !entry.children.empty()) {
        visit_map(entry, entry_path);
      } else if (entry.kind != NodeKind::refused) {
        fault(entry, entry_path, "must be keys with their values");
      }
    }
  }

  void fault(const YamlNode& at, const std::string& path, std::string what) {
    source_.faults.push_back({place(file_, at.mark), printable(path), std::move(what)});
  }

  std::string_view file_;
  ConfigSource& source_;
};

}  // namespace

ConfigSource settings_from_yaml(std::string_view file, std::string_view text) {
  ConfigSource source;
  TreeBuilder builder(file);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    // The second call only finds out whether there is a second document. No loop until there is none: on some input,
    // "]" for one, the parser reports documents for ever without reading on.
    if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& error) {
    source.faults = builder.take_faults();
    source.faults.push_back({place(file, error.mark), {}, "not YAML: " + printable(error.msg)});
    return source;
  }
  source.faults = builder.take_faults();
  Walker(file, source).visit_root(builder.root());
  return source;
}

}  // namespace sluice::app
