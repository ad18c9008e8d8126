#include "program/format_groups.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "program/uses.h"

namespace fixgate::program {
namespace {

bool is_move(const Statement& statement) {
  return !std::holds_alternative<SumStatement>(statement) &&
         !std::holds_alternative<TableStatement>(statement) &&
         !std::holds_alternative<ExtremeStatement>(statement);
}

/// Disjoint sets of values (union by the smaller id).
class ValueSets {
 public:
  explicit ValueSets(std::size_t count) : parents_(count) {
    std::iota(parents_.begin(), parents_.end(), std::size_t{0});
  }

  std::size_t root_of(ValueId value) {
    std::size_t at = value.index();
    while (parents_[at] != at) at = parents_[at] = parents_[parents_[at]];
    return at;
  }

  void join(ValueId a, ValueId b) {
    const std::size_t first = root_of(a);
    const std::size_t second = root_of(b);
    parents_[std::max(first, second)] = std::min(first, second);
  }

 private:
  std::vector<std::size_t> parents_;
};

/// Where a written value stands among those of its layer: its phase, then by matrix or by value.
using Place = std::array<std::size_t, 3>;

/// The first matrix that a sum multiplies with, if there is one.
std::optional<MatrixId> first_matrix(const Sum& sum) {
  for (const Term& term : sum.terms)
    for (const Factor& factor : term.factors) {
      if (const auto* product = std::get_if<MatrixProduct>(&factor)) return product->matrix;
      const auto* bracket = std::get_if<Sum>(&factor);
      const auto found = bracket == nullptr ? std::nullopt : first_matrix(*bracket);
      if (found) return found;
    }
  return std::nullopt;
}

/// Places of all values that statements write.
class Places {
 public:
  explicit Places(const Program& program) : places_(program.values.size(), Place{}) {
    for (const ValueId id : inputs_of(program)) places_[id] = {0, 0, id.index()};
    for (const LayerId id : program.layers.ids()) add_layer(program.layers[id], id.index() + 1);
  }

  [[nodiscard]] const Place& operator[](ValueId value) const { return places_[value]; }

 private:
  void add_layer(const Layer& layer, std::size_t number) {
    std::map<ValueId, MatrixId> sums;  // of this layer, with their first matrix
    for (const Statement& statement : layer.statements) {
      const ValueId target = target_of(statement);
      places_[target] = {number, 2, target.index()};
      if (const auto* sum = std::get_if<SumStatement>(&statement))
        if (const auto matrix = first_matrix(sum->sum)) sums.emplace(target, *matrix);
    }
    for (const Statement& statement : layer.statements) {
      const auto* table = std::get_if<TableStatement>(&statement);
      const auto read = table == nullptr ? sums.end() : sums.find(table->argument.value);
      if (read == sums.end()) continue;
      places_[read->first] = {number, 0, read->second.index()};
      places_[table->target] = {number, 1, read->second.index()};
    }
  }

  IdVector<ValueId, Place> places_;
};

class Grouping {
 public:
  explicit Grouping(const Program& program)
      : program_(program), sets_(program.values.size()), made_of_(program.values.size(), {}) {
    for (const Layer& layer : program.layers)
      for (const Statement& statement : layer.statements)
        if (is_move(statement)) join(statement);
  }

  FormatGroups groups() {
    std::map<std::size_t, FormatGroup> by_root;
    const std::vector<ValueId> written = written_values(program_);
    for (const ValueId id : written) by_root[sets_.root_of(id)].written.push_back(id);
    const std::set<ValueId> all_written(written.begin(), written.end());
    for (const ValueId id : program_.values.ids())
      if (!program_.values[id].vocabulary && !all_written.contains(id))
        by_root[sets_.root_of(id)].moved.push_back(id);
    std::vector<FormatGroup> groups;
    for (auto& [root, group] : by_root) groups.push_back(std::move(group));
    find_origins(written);
    return numbered(sorted(std::move(groups)));
  }

 private:
  void join(const Statement& move) {
    for (const Read& read : reads_of(move)) sets_.join(target_of(move), read.value);
  }

  /// Which written values each value is made of.
  void find_origins(const std::vector<ValueId>& written) {
    for (const ValueId id : written) made_of_[id] = {id};
    for (const Layer& layer : program_.layers)
      for (const Statement& statement : layer.statements)
        if (is_move(statement))
          for (const Read& read : reads_of(statement)) {
            const std::set<ValueId> origins = made_of_[read.value];
            made_of_[target_of(statement)].insert(origins.begin(), origins.end());
          }
  }

  [[nodiscard]] std::vector<FormatGroup> sorted(std::vector<FormatGroup> groups) const {
    const Places places(program_);
    const auto last_place = [&](const FormatGroup& group) {
      Place last{};
      for (const ValueId id : group.written) last = std::max(last, places[id]);
      return last;
    };
    std::ranges::stable_sort(groups, {}, last_place);
    return groups;
  }

  [[nodiscard]] FormatGroups numbered(std::vector<FormatGroup> groups) const {
    FormatGroups all;
    all.group_of = IdVector<ValueId, std::optional<FormatGroupId>>(program_.values.size(), std::nullopt);
    for (FormatGroup& group : groups) {
      group.name = name_of(group);
      const FormatGroupId id = all.groups.add(std::move(group));
      for (const ValueId value : all.groups[id].written) all.group_of[value] = id;
      for (const ValueId value : all.groups[id].moved) all.group_of[value] = id;
    }
    return all;
  }

  [[nodiscard]] std::string name_of(const FormatGroup& group) const {
    const auto named = [&](ValueId id) { return full_name(program_, program_.values[id]); };
    if (group.written.size() == 1) return named(group.written.front());
    for (const ValueId id : group.moved)
      if (made_of_[id].size() == group.written.size()) return named(id);
    return named(group.written.empty() ? group.moved.front() : group.written.front());
  }

  const Program& program_;
  ValueSets sets_;
  IdVector<ValueId, std::set<ValueId>> made_of_;
};

}  // namespace

FormatGroups format_groups_of(const Program& program) {
  return Grouping(program).groups();
}

}  // namespace fixgate::program
