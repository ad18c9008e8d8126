#include "program/text_scope.h"

#include "program/text.h"

namespace fixgate::program {
namespace {

template <typename Map, typename Key, typename Id>
Result<void> insert(Map& map, const Key& key, const std::string& name, const Id& id) {
  if (!map.emplace(key, id).second) return fail("{} is there already", quoted_name(name));
  return {};
}

}  // namespace

Result<void> TextScope::add_clock(const std::string& name, ClockId id) {
  return insert(clocks_, name, name, id);
}

Result<void> TextScope::add_layer(const std::string& name, LayerId id) {
  return insert(layers_, name, name, id);
}

Result<void> TextScope::add(std::optional<LayerId> layer, const std::string& name, Named thing) {
  return insert(things_, std::pair(layer, name), name, thing);
}

Result<ClockId> TextScope::read_clock(LineCursor& line) const {
  FIXGATE_ASSIGN(const std::string name, line.expect_name());
  const auto found = clocks_.find(name);
  if (found == clocks_.end()) return fail("there is no clock {} above", quoted_name(name));
  return found->second;
}

Result<Named> TextScope::find(const std::string& name, std::optional<LayerId> layer) const {
  auto found = things_.find({layer, name});
  if (found == things_.end()) found = things_.find({std::nullopt, name});
  if (found == things_.end()) return fail("there is nothing of the name {}", quoted_name(name));
  return found->second;
}

Result<Named> TextScope::read(LineCursor& line, std::optional<LayerId> layer) const {
  FIXGATE_ASSIGN(const std::string first, line.expect_name());
  if (!line.take_mark(".")) return find(first, layer);
  const auto owner = layers_.find(first);
  if (owner == layers_.end()) return fail("there is no layer {}", quoted_name(first));
  FIXGATE_ASSIGN(const std::string second, line.expect_name());
  const auto found = things_.find({owner->second, second});
  if (found == things_.end())
    return fail("layer {} has nothing of the name {}", quoted_name(first), quoted_name(second));
  return found->second;
}

}  // namespace fixgate::program
