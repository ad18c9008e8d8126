// Sums that only one other sum reads become terms of it; activations join the layers whose sums they read.
#include <algorithm>
#include <map>

#include "lowering/change_reads.h"
#include "lowering/groups.h"
#include "program/uses.h"

namespace fixgate::lowering {
namespace {

using program::Factor;
using program::Read;
using program::Statement;
using program::Sum;
using program::SumStatement;
using program::Term;
using program::Tick;
using program::ValueId;

constexpr std::size_t kMostFactors = 3;  // of one product

struct Place {
  std::size_t group = 0;
  std::size_t definition = 0;
};

std::size_t value_factors(const Term& term);

std::size_t value_factors(const Sum& sum) {
  std::size_t most = 0;
  for (const Term& term : sum.terms) most = std::max(most, value_factors(term));
  return most;
}

std::size_t value_factors(const Term& term) {
  std::size_t count = 0;
  for (const Factor& factor : term.factors) {
    const auto* bracket = std::get_if<Sum>(&factor);
    count += bracket != nullptr ? value_factors(*bracket) : 1;
  }
  return count;
}

bool has_matrix(const Sum& sum) {
  return std::ranges::any_of(sum.terms, [](const Term& term) {
    return std::ranges::any_of(term.factors, [](const Factor& factor) {
      const auto* bracket = std::get_if<Sum>(&factor);
      return std::holds_alternative<program::MatrixProduct>(factor) ||
             (bracket != nullptr && has_matrix(*bracket));
    });
  });
}

bool looks_up(const Sum& sum) {
  return std::ranges::any_of(sum.terms, [](const Term& term) {
    return std::ranges::any_of(term.factors, [](const Factor& factor) {
      return std::holds_alternative<program::RowLookup>(factor);
    });
  });
}

class SumJoiner {
 public:
  explicit SumJoiner(Groups& groups) : groups_(groups) {}

  void run() {
    bool changed = true;
    while (changed) {
      count_uses();
      changed = false;
      for (std::size_t group = 0; group < groups_.groups.size(); ++group)
        for (std::size_t definition = 0; definition < groups_.groups[group].definitions.size(); ++definition)
          changed = join({group, definition}) || changed;
    }
    count_uses();
    for (std::size_t group = 0; group < groups_.groups.size(); ++group) join_activation(group);
    std::erase_if(groups_.groups, [](const Group& group) { return group.definitions.empty(); });
  }

 private:
  void count_uses() {
    uses_.clear();
    places_.clear();
    for (const program::Output& output : groups_.program().outputs) ++uses_[output.value];
    for (std::size_t group = 0; group < groups_.groups.size(); ++group)
      for (std::size_t d = 0; d < groups_.groups[group].definitions.size(); ++d) {
        const Definition& definition = groups_.groups[group].definitions[d];
        places_[definition.target] = {group, d};
        for (const Read& read : reads_of(definition)) ++uses_[read.value];
      }
  }

  /// The sum behind a read, if nothing else reads it and it can stand in its place. Only what a layer makes
  /// alone is taken out of it.
  [[nodiscard]] const Sum* only_read_here(const Read& read, const Group& reader) const {
    const auto place = places_.find(read.value);
    if (place == places_.end() || !(read.tick == Tick{})) return nullptr;
    const auto uses = uses_.find(read.value);
    if (uses == uses_.end() || uses->second != 1 || groups_.draft.carried.contains(read.value))
      return nullptr;
    const Group& group = groups_.groups[place->second.group];
    if (group.clock != reader.clock || group.is_reverse || group.definitions.size() != 1 ||
        program::state_of(groups_.program(), read.value))
      return nullptr;
    const auto* statement = group.definitions[place->second.definition].statement();
    const auto* sum = statement == nullptr ? nullptr : std::get_if<SumStatement>(statement);
    return sum == nullptr || looks_up(sum->sum) ? nullptr : &sum->sum;
  }

  bool join(const Place& place) {
    Group& group = groups_.groups[place.group];
    if (group.definitions.size() != 1) return false;
    auto* statement = std::get_if<Statement>(&group.definitions[place.definition].how);
    auto* sum = statement == nullptr ? nullptr : std::get_if<SumStatement>(statement);
    if (sum == nullptr) return false;
    Sum joined;
    bool changed = false;
    std::optional<std::size_t> named;
    for (const Term& term : sum->sum.terms) changed = join_term(term, group, joined, named) || changed;
    if (!changed) return false;
    order_terms(joined, groups_.program().values[sum->target].size);
    sum->sum = std::move(joined);
    if (named) take_name(group, groups_.groups[*named]);
    for (const std::size_t taken : taken_) groups_.groups[taken].definitions.clear();
    taken_.clear();
    count_uses();
    return true;
  }

  bool join_term(const Term& term, const Group& group, Sum& joined, std::optional<std::size_t>& named) {
    if (term.factors.size() == 1)
      if (const auto* read = std::get_if<Read>(&term.factors.front()))
        if (const Sum* inner = only_read_here(*read, group)) {
          for (Term more : inner->terms) {
            more.negative = more.negative != term.negative;
            joined.terms.push_back(std::move(more));
          }
          take_out(read->value, named);
          return true;
        }
    Term changed = term;
    bool is_changed = false;
    for (Factor& factor : changed.factors) {
      const auto* read = std::get_if<Read>(&factor);
      const Sum* inner = read == nullptr || term.factors.size() == 1 ? nullptr : only_read_here(*read, group);
      if (inner == nullptr || has_matrix(*inner) ||
          value_factors(*inner) + value_factors(changed) - 1 > kMostFactors)
        continue;
      const ValueId value = read->value;
      factor = *inner;
      take_out(value, named);
      is_changed = true;
    }
    joined.terms.push_back(is_changed ? flattened(std::move(changed)) : std::move(changed));
    return is_changed;
  }

  /// Brackets that are one product become factors of the product around them.
  static Term flattened(Term term) {
    Term flat{term.negative, {}};
    for (Factor& factor : term.factors) {
      auto* bracket = std::get_if<Sum>(&factor);
      if (bracket == nullptr || bracket->terms.size() != 1) {
        flat.factors.push_back(std::move(factor));
        continue;
      }
      Term inner = bracket->terms.front();
      flat.negative = flat.negative != inner.negative;
      for (Factor& more : inner.factors) flat.factors.push_back(std::move(more));
    }
    return flat;
  }

  void take_out(ValueId value, std::optional<std::size_t>& named) {
    const Place place = places_.at(value);
    Group& group = groups_.groups[place.group];
    const auto& sum = std::get<SumStatement>(*group.definitions[place.definition].statement()).sum;
    if (!named && has_matrix(sum)) named = place.group;
    uses_[value] = 2;  // not again before they are counted
    taken_.push_back(place.group);
  }

  void take_name(Group& group, const Group& from) {
    group.name = from.name;
    group.label = from.label;
  }

  /// Numbers come last; a bias of a dense matrix has one a row.
  void order_terms(Sum& sum, int size) {
    std::ranges::stable_partition(sum.terms, [](const Term& term) {
      return !(term.factors.size() == 1 &&
               std::holds_alternative<program::ConstantUse>(term.factors.front()));
    });
    for (const Term& term : sum.terms)
      for (const Factor& factor : term.factors)
        if (const auto* product = std::get_if<program::MatrixProduct>(&factor))
          if (std::holds_alternative<program::Dense>(groups_.program().matrices[product->matrix].shape))
            expand_biases(sum, size);
    add_up_biases(sum);
  }

  void expand_biases(Sum& sum, int size) {
    for (const Term& term : sum.terms) {
      const auto* use =
          term.factors.size() == 1 ? std::get_if<program::ConstantUse>(&term.factors.front()) : nullptr;
      if (use == nullptr) continue;
      program::Constant& constant = groups_.program().constants[use->constant];
      Eigen::VectorXd& numbers = groups_.draft.network.constants[use->constant];
      Eigen::VectorXd all(size);
      for (int element = 0; element < size; ++element)
        all[element] = numbers[element / constant.inner % constant.size];
      numbers = std::move(all);
      constant.size = size;
      constant.inner = 1;
    }
  }

  /// Biases of the same form are one.
  void add_up_biases(Sum& sum) {
    std::optional<program::ConstantId> first;
    std::erase_if(sum.terms, [&](const Term& term) {
      const auto* use =
          term.factors.size() == 1 ? std::get_if<program::ConstantUse>(&term.factors.front()) : nullptr;
      if (use == nullptr || term.negative) return false;
      const auto& constants = groups_.program().constants;
      if (!first) {
        first = use->constant;
        return false;
      }
      const bool is_alike = constants[*first].size == constants[use->constant].size &&
                            constants[*first].inner == constants[use->constant].inner &&
                            *first != use->constant;
      if (is_alike) groups_.draft.network.constants[*first] += groups_.draft.network.constants[use->constant];
      return is_alike;
    });
  }

  /// A table of a sum that nothing else reads belongs to the sum's layer.
  void join_activation(std::size_t index) {
    Group& group = groups_.groups[index];
    if (group.definitions.size() != 1 || group.definitions.front().statement() == nullptr) return;
    const auto* table = std::get_if<program::TableStatement>(group.definitions.front().statement());
    if (table == nullptr || only_read_here(table->argument, group) == nullptr) return;
    Group& source = groups_.groups[places_.at(table->argument.value).group];
    auto& values = groups_.program().values;
    values[table->argument.value].name = "pre";
    values[table->argument.value].role = SignalRole::PreActivation;
    values[table->target].name = "out";
    source.definitions.push_back(std::move(group.definitions.front()));
    group.definitions.clear();
  }

  Groups& groups_;
  std::map<ValueId, std::size_t> uses_;
  std::map<ValueId, Place> places_;
  std::vector<std::size_t> taken_;  // groups whose sums are terms of another now
};

}  // namespace

void join_sums(Groups& groups) {
  SumJoiner(groups).run();
}

}  // namespace fixgate::lowering
