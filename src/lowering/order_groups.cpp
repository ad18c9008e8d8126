// Layers that depend on each other become one; every layer comes after those that it reads.
#include <algorithm>
#include <map>

#include "lowering/groups.h"

namespace fixgate::lowering {
namespace {

using program::Read;
using program::Tick;
using program::ValueId;

/// Which other items each item needs, by index.
using Needs = std::vector<std::set<std::size_t>>;

/// Tarjan's strongly connected components, without recursion: a number for each item.
class Components {
 public:
  explicit Components(const Needs& needs)
      : needs_(needs), index_(needs.size(), kNone), low_(needs.size()), number_(needs.size(), kNone) {
    for (std::size_t item = 0; item < needs.size(); ++item)
      if (index_[item] == kNone) visit(item);
  }
  [[nodiscard]] std::size_t of(std::size_t item) const { return number_[item]; }
  [[nodiscard]] std::size_t count() const { return components_; }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Step {
    std::size_t item;
    std::set<std::size_t>::const_iterator next;
  };

  void enter(std::size_t item) {
    index_[item] = low_[item] = entered_++;
    stack_.push_back(item);
    path_.push_back({item, needs_[item].begin()});
  }

  void visit(std::size_t start) {
    enter(start);
    while (!path_.empty()) {
      Step& step = path_.back();
      if (step.next == needs_[step.item].end()) {
        leave();
        continue;
      }
      const std::size_t other = *step.next++;
      if (index_[other] == kNone)
        enter(other);
      else if (number_[other] == kNone)
        low_[step.item] = std::min(low_[step.item], index_[other]);
    }
  }

  void leave() {
    const std::size_t item = path_.back().item;
    path_.pop_back();
    if (!path_.empty()) low_[path_.back().item] = std::min(low_[path_.back().item], low_[item]);
    if (low_[item] != index_[item]) return;
    for (std::size_t top = kNone; top != item; stack_.pop_back()) {
      top = stack_.back();
      number_[top] = components_;
    }
    ++components_;
  }

  const Needs& needs_;
  std::vector<std::size_t> index_, low_, number_;
  std::vector<std::size_t> stack_;
  std::vector<Step> path_;
  std::size_t entered_ = 0;
  std::size_t components_ = 0;
};

/// Items in an order in which each comes after what it needs; among those that could be next the first. An
/// item that is never free is left out.
std::vector<std::size_t> ordered(const Needs& needs) {
  std::vector<std::size_t> waits(needs.size());
  std::vector<std::vector<std::size_t>> readers(needs.size());
  std::set<std::size_t> free;
  for (std::size_t item = 0; item < needs.size(); ++item) {
    waits[item] = needs[item].size();
    for (const std::size_t other : needs[item]) readers[other].push_back(item);
    if (waits[item] == 0) free.insert(item);
  }
  std::vector<std::size_t> order;
  while (!free.empty()) {
    const std::size_t item = *free.begin();
    free.erase(free.begin());
    order.push_back(item);
    for (const std::size_t reader : readers[item])
      if (--waits[reader] == 0) free.insert(reader);
  }
  return order;
}

std::map<ValueId, std::size_t> group_of_values(const Groups& groups) {
  std::map<ValueId, std::size_t> group_of;
  for (std::size_t group = 0; group < groups.groups.size(); ++group)
    for (const Definition& definition : groups.groups[group].definitions) group_of[definition.target] = group;
  return group_of;
}

Needs needs_of(const Groups& groups) {
  const std::map<ValueId, std::size_t> group_of = group_of_values(groups);
  Needs needs(groups.groups.size());
  for (std::size_t group = 0; group < groups.groups.size(); ++group)
    for (const Definition& definition : groups.groups[group].definitions)
      for (const Read& read : reads_of(definition))
        if (const auto found = group_of.find(read.value); found != group_of.end() && found->second != group)
          needs[group].insert(found->second);
  return needs;
}

std::string common_beginning(const std::string& a, const std::string& b) {
  const auto [end, other] = std::ranges::mismatch(a, b);
  return {a.begin(), end};
}

/// What the names of several layers have in common, up to a whole word.
std::string common_name(const std::vector<const Group*>& parts) {
  std::string name = parts.front()->name;
  for (const Group* part : parts) name = common_beginning(name, part->name);
  if (std::ranges::all_of(parts, [&](const Group* part) { return part->name == name; })) return name;
  const std::size_t end = name.find_last_of("_./");
  name = end == std::string::npos ? "" : name.substr(0, end);
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name;
}

class GroupMerger {
 public:
  explicit GroupMerger(Groups& groups) : groups_(groups) {}

  Result<Group> merge(const std::vector<std::size_t>& members) {
    std::vector<const Group*> parts;
    for (const std::size_t member : members) parts.push_back(&groups_.groups[member]);
    std::string name = common_name(parts);
    Group merged{
        name.empty() ? parts.front()->name : name, "recurrent, written out", parts.front()->clock, false, {}};
    for (const Group* part : parts) {
      if (part->clock != merged.clock || part->is_reverse)
        return fail("layers '{}' and '{}' depend on each other and run on different steps",
                    parts.front()->name, part->name);
      for (const Definition& definition : part->definitions) {
        rename(definition.target, *part, name);
        merged.definitions.push_back(definition);
      }
    }
    FIXGATE_CHECK(order(merged));
    return merged;
  }

 private:
  /// A value is called after its layer, which is no more: "gates_out".
  void rename(ValueId value, const Group& part, const std::string& common) {
    std::string own = part.name.substr(common.size());
    own.erase(0, std::min(own.find_first_not_of("_./"), own.size()));
    std::string& name = groups_.program().values[value].name;
    if (!own.empty()) name = name == "out" ? own : own + "_" + name;
  }

  Result<void> order(Group& group) const {
    std::map<ValueId, std::size_t> place;
    for (std::size_t index = 0; index < group.definitions.size(); ++index)
      place[group.definitions[index].target] = index;
    Needs needs(group.definitions.size());
    for (std::size_t index = 0; index < group.definitions.size(); ++index)
      for (const Read& read : reads_of(group.definitions[index]))
        if (const auto found = place.find(read.value); found != place.end() && read.tick.offset >= 0)
          needs[index].insert(found->second);
    const std::vector<std::size_t> sequence = ordered(needs);
    if (sequence.size() != group.definitions.size())
      return fail("layer '{}' depends on itself within a step", group.name);
    std::vector<Definition> definitions;
    for (const std::size_t index : sequence) definitions.push_back(std::move(group.definitions[index]));
    group.definitions = std::move(definitions);
    return {};
  }

  Groups& groups_;
};

}  // namespace

Result<void> order_groups(Groups& groups) {
  const Needs needs = needs_of(groups);
  const Components components(needs);
  std::map<std::size_t, std::vector<std::size_t>> members;
  for (std::size_t group = 0; group < needs.size(); ++group) members[components.of(group)].push_back(group);
  std::vector<Group> merged;
  std::vector<std::pair<std::size_t, std::size_t>> firsts;  // the first group of a component, the component
  for (const auto& [component, groups_of_it] : members) firsts.emplace_back(groups_of_it.front(), component);
  std::ranges::sort(firsts);
  for (const auto& [first, component] : firsts) {
    if (members[component].size() == 1) {
      merged.push_back(std::move(groups.groups[first]));
      continue;
    }
    FIXGATE_ASSIGN(Group one, GroupMerger(groups).merge(members[component]));
    merged.push_back(std::move(one));
  }
  groups.groups = std::move(merged);
  std::vector<Group> result;
  for (const std::size_t group : ordered(needs_of(groups))) result.push_back(std::move(groups.groups[group]));
  if (result.size() != groups.groups.size()) return fail("layers that depend on each other within a step");
  groups.groups = std::move(result);
  return {};
}

}  // namespace fixgate::lowering
