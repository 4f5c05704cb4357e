#include "host/suite/override.h"

#include "host/suite/text_check.h"
#include "host/suite/toml_document.h"

#include <assay/common/text.h>

#include <algorithm>

namespace assay {

namespace {

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string text_of(const Node& table, std::string_view key) {
  const Node* node = table.find(key);
  return node != nullptr && node->is(Node::Kind::text) ? node->text : "";
}

/// The longest of `names` that `key` is, or begins with up to a dot: ids may contain dots.
std::string head_of(const std::string& key, const Names& names) {
  std::string longest;
  for (const std::string& name : names) {
    const bool leads = key == name || key.rfind(name + ".", 0) == 0;
    if (leads && name.size() > longest.size()) longest = name;
  }
  return longest;
}

class Override {
 public:
  Override(Reading& reading, Node& root, int index) : reading_(reading), root_(root) {
    at_.override_index = index;
  }

  void apply(const std::string& given) {
    const std::size_t sign = given.find('=');
    if (!is_utf8(given)) return fail("not UTF-8");
    if (sign == std::string::npos || sign == 0) return fail("write --set KEY=VALUE");
    const std::string key = given.substr(0, sign), value = given.substr(sign + 1);
    if (key.front() == '.' || key.back() == '.' || key.find("..") != std::string::npos) {
      return fail("a key is names with dots between them");
    }
    if (static_cast<std::size_t>(std::count(key.begin(), key.end(), '.')) >= deepest_key) {
      return fail("the key is more than " + std::to_string(deepest_key) + " levels deep");
    }
    if (std::optional<Node> parsed = parse_value(value, at_)) {
      value_ = std::move(*parsed);
    } else {
      value_.kind = Node::Kind::text;
      value_.text = value;
      value_.at = at_;
    }
    dispatch(key);
  }

 private:
  void fail(std::string message) { reading_.mistake(at_, std::move(message)); }

  void dispatch(const std::string& key) {
    const Names suite_keys{"name", "title", "description", "seeds"};
    Names benchmarks{"*"};
    for (const Node* table : all_benchmarks()) benchmarks.push_back(text_of(*table, "id"));
    Names heads{"limits", "methods"};
    heads.insert(heads.end(), suite_keys.begin(), suite_keys.end());
    std::string head = head_of(key, heads);
    const bool of_suite = !head.empty();
    if (!of_suite) head = head_of(key, benchmarks);
    if (head.empty()) {
      heads.insert(heads.end(), benchmarks.begin(), benchmarks.end());
      const std::string word = key.substr(0, key.find('.'));
      std::string near = did_you_mean(word, heads);
      if (near.empty()) near = "; a key begins with one of " + join(heads, ", ");
      return fail("there is no " + quote(word) + near);
    }
    if (contains(suite_keys, head)) {
      if (Node* table = top_table("suite")) set(*table, key);
      return;
    }
    if (key == head) return fail("say which key of '" + head + "', such as " + example(head));
    const std::string rest = key.substr(head.size() + 1);
    if (head == "limits") {
      if (Node* table = top_table("limits")) set(*table, rest);
    } else if (head == "methods") {
      set_methods(all_benchmarks(), rest);
    } else {
      set_benchmarks(head, rest);
    }
  }

  static std::string example(const std::string& head) {
    if (head == "limits") return "limits.time";
    return head == "methods" ? "methods.NAME.PARAMETER" : head + ".seeds";
  }

  void set_benchmarks(const std::string& id, const std::string& rest) {
    std::vector<Node*> chosen;
    for (Node* table : all_benchmarks()) {
      if (id == "*" || text_of(*table, "id") == id) chosen.push_back(table);
    }
    if (chosen.empty()) return fail("the suite has no benchmark");
    const std::string methods = "methods.";
    if (rest.rfind(methods, 0) == 0) return set_methods(chosen, rest.substr(methods.size()));
    for (Node* table : chosen) set(*table, rest);
  }

  /// `rest` is NAME.PARAMETER. Entries called NAME are meant; when there is none, those that use
  /// it.
  void set_methods(const std::vector<Node*>& benchmarks, const std::string& rest) {
    std::vector<Node*> entries;
    for (Node* table : benchmarks) {
      Node* list = table->find("methods");
      if (list == nullptr || !list->is(Node::Kind::list)) continue;
      for (Node& item : list->items) entries.push_back(&item);
    }
    Names names, uses;
    for (const Node* item : entries) {
      names.push_back(name_of(*item));
      uses.push_back(use_of(*item));
    }
    Names both = names;
    both.insert(both.end(), uses.begin(), uses.end());
    const std::string head = head_of(rest, both);
    if (head.empty() || rest == head) {
      if (!head.empty()) return fail("say which parameter of '" + head + "'");
      const std::string word = rest.substr(0, rest.find('.'));
      return fail("no benchmark has a method " + quote(word) + did_you_mean(word, both));
    }
    const bool by_name = contains(names, head);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if ((by_name ? names : uses)[i] == head) set_entry(*entries[i], rest.substr(head.size() + 1));
    }
  }

  static std::string use_of(const Node& item) {
    return item.is(Node::Kind::text) ? item.text : text_of(item, "use");
  }
  static std::string name_of(const Node& item) {
    const std::string as = text_of(item, "as");
    return as.empty() ? use_of(item) : as;
  }

  void set_entry(Node& item, const std::string& key) {
    if (item.is(Node::Kind::text)) {
      Node table;
      table.at = item.at;
      table.entries.push_back({"use", item.at, item});
      item = std::move(table);
    }
    set(item, key);
  }

  /// Sets the value at a dotted key below `table`, making tables on the way.
  void set(Node& table, const std::string& key) {
    Node* node = &table;
    std::size_t begin = 0;
    while (true) {
      const std::size_t dot = key.find('.', begin);
      const std::string part = key.substr(begin, dot - begin);
      Node* next = node->find(part);
      if (next == nullptr) {
        Node empty;
        empty.at = at_;
        node->entries.push_back({part, at_, std::move(empty)});
        next = &node->entries.back().value;
      }
      if (dot == std::string::npos) {
        *next = value_;
        return;
      }
      if (!next->is(Node::Kind::table)) {
        return fail("'" + part + "' is " + kind_of(*next) + ", so it has no " +
                    quote(key.substr(dot + 1)));
      }
      node = next;
      begin = dot + 1;
    }
  }

  Node* top_table(const std::string& key) {
    Node* table = root_.find(key);
    if (table == nullptr) {
      Node empty;
      empty.at = at_;
      root_.entries.push_back({key, at_, std::move(empty)});
      return &root_.entries.back().value;
    }
    return table->is(Node::Kind::table) ? table : nullptr;  // the file's mistake, told later
  }

  std::vector<Node*> all_benchmarks() {
    std::vector<Node*> tables;
    Node* list = root_.find("benchmark");
    if (list == nullptr) return tables;
    for (Node& item : list->items) {
      if (item.is(Node::Kind::table)) tables.push_back(&item);
    }
    return tables;
  }

  Reading& reading_;
  Node& root_;
  Place at_;
  Node value_;
};

}  // namespace

void apply_overrides(Reading& reading, Node& root) {
  for (std::size_t i = 0; i < reading.overrides.size(); ++i) {
    Override(reading, root, static_cast<int>(i)).apply(reading.overrides[i]);
  }
}

}  // namespace assay
