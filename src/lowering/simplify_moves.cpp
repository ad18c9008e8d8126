// Moves of moves become one; what moves a whole value as it is becomes a read of it.
#include <algorithm>
#include <map>

#include "lowering/change_reads.h"
#include "lowering/groups.h"
#include "program/uses.h"

namespace fixgate::lowering {
namespace {

using program::ClockId;
using program::Read;
using program::Statement;
using program::Tick;
using program::ValueId;

class MoveSimplifier {
 public:
  explicit MoveSimplifier(Groups& groups) : groups_(groups) {
    for (Group& group : groups_.groups)
      for (Definition& definition : group.definitions)
        if (auto* atoms = std::get_if<Atoms>(&definition.how)) moves_[definition.target] = atoms;
  }

  void run() {
    for (int round = 0; round < kRounds && compose(); ++round) {
    }
    for (const auto& [value, atoms] : moves_)
      if (const auto whole = whole_value(value, *atoms)) same_.emplace(value, *whole);
    substitute();
  }

 private:
  static constexpr int kRounds = 64;  // moves of moves of moves

  [[nodiscard]] ClockId clock_of(ValueId value) const { return groups_.program().values[value].clock; }

  /// Where an atom of a value on `clock` finds the element that the moved atom is.
  [[nodiscard]] std::optional<Atom> through(const Atom& atom, ClockId clock) const {
    const auto found = moves_.find(*atom.value);
    if (found == moves_.end() || atom.tick.from != Tick::From::Here) return std::nullopt;
    Atom inner = (*found->second)[static_cast<std::size_t>(atom.element)];
    if (!inner.value) return atom.tick.offset == 0 || inner.number == 0 ? std::optional(inner) : std::nullopt;
    const bool is_same_tick = atom.tick.offset == 0 && clock_of(*atom.value) == clock;
    const bool is_one_clock = clock_of(*inner.value) == clock_of(*atom.value) &&
                              inner.tick.from == Tick::From::Here && clock_of(*atom.value) == clock;
    if (!is_same_tick && !is_one_clock) return std::nullopt;
    if (inner.tick.from == Tick::From::Here) inner.tick.offset += atom.tick.offset;
    return inner;
  }

  bool compose() {
    bool changed = false;
    for (auto& [value, atoms] : moves_) {
      const ClockId clock = clock_of(value);
      Atoms composed = *atoms;
      for (Atom& atom : composed) {
        if (!atom.value || *atom.value == value) continue;
        if (const auto inner = through(atom, clock)) {
          atom = *inner;
          changed = true;
        }
      }
      *atoms = std::move(composed);
    }
    return changed;
  }

  [[nodiscard]] std::optional<Read> whole_value(ValueId value, const Atoms& atoms) const {
    const Atom& first = atoms.front();
    if (!first.value || first.tick.from != Tick::From::Here || *first.value == value) return std::nullopt;
    const program::Value& source = groups_.program().values[*first.value];
    if (source.size != static_cast<int>(atoms.size()) || source.clock != clock_of(value)) return std::nullopt;
    for (std::size_t element = 0; element < atoms.size(); ++element)
      if (atoms[element] != Atom{first.value, first.tick, static_cast<int>(element), 0}) return std::nullopt;
    return Read{*first.value, first.tick};
  }

  void substitute() {
    for (Group& group : groups_.groups)
      for (Definition& definition : group.definitions)
        if (auto* statement = std::get_if<Statement>(&definition.how))
          change_reads(*statement, [&](Read& read) { read = replaced(read, group.clock, *statement); });
    for (program::Output& output : groups_.program().outputs)
      if (const auto found = same_.find(output.value); found != same_.end() && found->second.tick == Tick{})
        output.value = found->second.value;
  }

  [[nodiscard]] Read replaced(Read read, ClockId clock, const Statement& statement) const {
    for (auto found = same_.find(read.value); found != same_.end(); found = same_.find(read.value)) {
      const Read& whole = found->second;
      const bool takes_offset = clock == clock_of(whole.value) &&
                                !std::holds_alternative<program::Block>(statement) &&
                                !std::holds_alternative<program::Join>(statement);
      if (whole.tick.offset != 0 && !takes_offset) return read;
      read.value = whole.value;
      read.tick.offset += whole.tick.offset;
    }
    return read;
  }

  Groups& groups_;
  std::map<ValueId, Atoms*> moves_;
  std::map<ValueId, Read> same_;
};

}  // namespace

void simplify_moves(Groups& groups) {
  MoveSimplifier(groups).run();
}

namespace {

std::set<ValueId> needed_values(const Groups& groups) {
  std::map<ValueId, const Definition*> made;
  for (const Group& group : groups.groups)
    for (const Definition& definition : group.definitions) made.emplace(definition.target, &definition);
  std::set<ValueId> needed;
  std::vector<ValueId> open;
  const auto need = [&](ValueId value) {
    if (needed.insert(value).second) open.push_back(value);
  };
  for (const program::Output& output : groups.program().outputs) need(output.value);
  while (!open.empty()) {
    const auto found = made.find(open.back());
    open.pop_back();
    if (found == made.end()) continue;
    for (const Read& read : reads_of(*found->second)) need(read.value);
  }
  return needed;
}

}  // namespace

void remove_unused(Groups& groups) {
  const std::set<ValueId> needed = needed_values(groups);
  for (Group& group : groups.groups)
    std::erase_if(group.definitions,
                  [&](const Definition& definition) { return !needed.contains(definition.target); });
  std::erase_if(groups.groups, [](const Group& group) { return group.definitions.empty(); });
}

}  // namespace fixgate::lowering
