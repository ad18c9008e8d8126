#include "lowering/states.h"

#include <algorithm>
#include <functional>
#include <set>

#include "program/uses.h"

namespace fixgate::lowering {
namespace {

using program::ClockKind;
using program::Read;
using program::Tick;
using program::ValueId;

/// What a sum makes of one element of a state: multiplied by a gate, and with what added to it.
struct Recurrence {
  bool is_plain = false;  // the element itself
  bool is_gated = false;
  bool has_more = false;
};

/// Follows one element of a value back through sums and moves to a state input.
class ElementFlow {
 public:
  ElementFlow(const Draft& draft, ValueId state) : draft_(draft), state_(state) {
    for (const program::Layer& layer : draft.network.program.layers)
      for (const program::Statement& statement : layer.statements)
        if (const auto* sum = std::get_if<program::SumStatement>(&statement)) sums_[sum->target] = &sum->sum;
  }

  /// Of element `element` of `value`, with regard to `state_element`.
  [[nodiscard]] Recurrence of(ValueId value, int element, int state_element, int depth = 0) const {
    constexpr int kDeepest = 12;
    if (value == state_) return {element == state_element, false, element != state_element};
    if (depth > kDeepest) return {false, false, true};
    if (const auto moved = draft_.moves.find(value); moved != draft_.moves.end()) {
      const Atom& atom = moved->second[static_cast<std::size_t>(element)];
      if (!atom.value || !(atom.tick == Tick{})) return {false, false, true};
      return of(*atom.value, atom.element, state_element, depth + 1);
    }
    const auto sum = sums_.find(value);
    return sum == sums_.end() ? Recurrence{false, false, true}
                              : of_sum(*sum->second, element, state_element, depth + 1);
  }

 private:
  [[nodiscard]] Recurrence of_sum(const program::Sum& sum, int element, int state_element, int depth) const {
    Recurrence all;
    for (const program::Term& term : sum.terms) {
      const Recurrence one = of_term(term, element, state_element, depth);
      all.is_plain = all.is_plain || one.is_plain;
      all.is_gated = all.is_gated || one.is_gated;
      all.has_more = all.has_more || one.has_more;
    }
    return all;
  }

  [[nodiscard]] Recurrence of_term(const program::Term& term, int element, int state_element,
                                   int depth) const {
    Recurrence product;
    bool reads_state = false;
    for (const program::Factor& factor : term.factors) {
      Recurrence one{false, false, true};
      if (const auto* read = std::get_if<Read>(&factor)) {
        if (read->tick == Tick{}) one = of(read->value, element, state_element, depth);
      } else if (const auto* bracket = std::get_if<program::Sum>(&factor)) {
        one = of_sum(*bracket, element, state_element, depth);
      }
      if (!one.is_plain && !one.is_gated) continue;
      reads_state = true;
      product.is_plain = product.is_plain || one.is_plain;
      product.is_gated = product.is_gated || one.is_gated;
      product.has_more = product.has_more || one.has_more;
    }
    if (!reads_state) return {false, false, true};
    if (term.factors.size() > 1) product.is_gated = true;
    return product;
  }

  const Draft& draft_;
  ValueId state_;
  std::map<ValueId, const program::Sum*> sums_;
};

class StateConnection {
 public:
  explicit StateConnection(const StateSearch& search)
      : search_(search), program_(search.draft.network.program) {}

  Result<std::vector<StatePair>> run(const std::vector<std::pair<std::string, std::string>>& stated) {
    FIXGATE_CHECK(take_stated(stated));
    for (const auto& [input, codes] : search_.inputs)
      if (!pairs_.contains(input)) FIXGATE_CHECK(find_by_uses(input));
    for (const auto& [input, codes] : search_.inputs)
      if (!pairs_.contains(input)) FIXGATE_CHECK(find_by_window(input));
    FIXGATE_CHECK(find_by_recurrence());
    FIXGATE_CHECK(find_hidden());
    FIXGATE_CHECK(check_initial_values());
    FIXGATE_CHECK(connect_uses());
    return connected();
  }

 private:
  /// What element of which value an output element is.
  [[nodiscard]] Source source_of(std::size_t output, std::int64_t place) const {
    return search_.sources.source(search_.outputs[output].codes.integers()[static_cast<std::size_t>(place)]);
  }

  [[nodiscard]] ValueId value_of(const std::string& input) const {
    return search_.draft.state_inputs.at(input);
  }

  /// By element of the state: its place among the tensor's elements.
  [[nodiscard]] std::vector<std::int64_t> places_of(const std::string& input) const {
    const auto& codes = search_.inputs.at(input).integers();
    std::vector<std::int64_t> places(static_cast<std::size_t>(program_.values[value_of(input)].size));
    for (std::size_t place = codes.size(); place-- > 0;) {
      const Source source = search_.sources.source(codes[place]);
      if (source.sequence == 0)
        places[static_cast<std::size_t>(source.element)] = static_cast<std::int64_t>(place);
    }
    return places;
  }

  [[nodiscard]] bool is_as_large(const std::string& input, std::size_t output) const {
    return element_count(search_.inputs.at(input).shape) ==
           element_count(search_.outputs[output].codes.shape);
  }

  [[nodiscard]] bool is_taken(std::size_t output) const {
    return std::ranges::any_of(pairs_, [&](const auto& pair) { return pair.second == output; });
  }

  [[nodiscard]] std::vector<StateUse> uses_of(ValueId state) const {
    std::vector<StateUse> uses;
    for (const StateUse& use : search_.draft.state_uses)
      if (use.state == state) uses.push_back(use);
    return uses;
  }

  [[nodiscard]] std::int64_t final_tick(const StateUse& use) const {
    return use.is_first ? 0 : search_.framer.ticks(program_.values[use.value].clock) - use.back;
  }

  [[nodiscard]] bool fits(const StateUse& use, const Source& source) const {
    return source.value == use.value && source.element == use.element && source.tick == final_tick(use);
  }

  Result<void> take_stated(const std::vector<std::pair<std::string, std::string>>& stated) {
    for (const auto& [input, name] : stated) {
      if (!search_.inputs.contains(input))
        return fail("state '{}': no graph input of that name can hold a state", input);
      const auto found = std::ranges::find(search_.outputs, name, &OutputCodes::name);
      if (found == search_.outputs.end())
        return fail("state '{}': there is no graph output '{}' that depends on data", input, name);
      const auto output = static_cast<std::size_t>(found - search_.outputs.begin());
      if (!is_as_large(input, output))
        return fail("state '{}': '{}' has another number of elements", input, name);
      const std::vector<std::int64_t> places = places_of(input);
      for (const StateUse& use : uses_of(value_of(input)))
        if (!fits(use, source_of(output, places[static_cast<std::size_t>(use.state_element)])))
          return fail("state '{}': element {} begins a state that '{}' does not give back there", input,
                      use.state_element, name);
      pairs_[input] = output;
    }
    return {};
  }

  /// Cells and windows say what the state is a call later.
  Result<void> find_by_uses(const std::string& input) {
    const std::vector<StateUse> uses = uses_of(value_of(input));
    if (uses.empty()) return {};
    const std::vector<std::int64_t> places = places_of(input);
    std::vector<std::size_t> found;
    std::string other;
    for (std::size_t output = 0; output < search_.outputs.size(); ++output) {
      std::size_t matches = 0;
      std::size_t given = 0;
      for (const StateUse& use : uses) {
        if (is_as_large(input, output) &&
            fits(use, source_of(output, places[static_cast<std::size_t>(use.state_element)])))
          ++matches;
        else if (gives(output, use))
          ++given;
      }
      if (matches == uses.size()) found.push_back(output);
      if (matches + given == uses.size() && matches != uses.size()) other = search_.outputs[output].name;
    }
    // An output that is the same as another is as good.
    if (!found.empty()) pairs_[input] = best(found);
    if (found.empty() && !other.empty())
      return fail("graph output '{}' does not hold the states of graph input '{}' in the same order", other,
                  input);
    return {};
  }

  /// Among outputs of the same states the last one: the first may be the network's result.
  [[nodiscard]] std::size_t best(const std::vector<std::size_t>& found) const {
    for (std::size_t index = found.size(); index-- > 0;)
      if (!is_taken(found[index])) return found[index];
    return found.back();
  }

  [[nodiscard]] bool gives(std::size_t output, const StateUse& use) const {
    const auto count = element_count(search_.outputs[output].codes.shape);
    for (std::int64_t place = 0; place < count; ++place)
      if (fits(use, source_of(output, place))) return true;
    return false;
  }

  /// Outputs that hand elements of the state on to other places.
  Result<void> find_by_window(const std::string& input) {
    const ValueId state = value_of(input);
    const std::vector<std::int64_t> places = places_of(input);
    for (std::size_t output = 0; output < search_.outputs.size(); ++output) {
      if (!is_as_large(input, output) || is_taken(output)) continue;
      bool hands_on = false;
      for (std::size_t element = 0; element < places.size(); ++element)
        hands_on = hands_on || source_of(output, places[element]).value == state;
      if (!hands_on || search_.framer.ticks(program_.values[state].clock) != 1) continue;
      for (const StateUse& use : uses_of(state))
        if (!fits(use, source_of(output, places[static_cast<std::size_t>(use.state_element)])))
          return fail("graph output '{}' hands graph input '{}' on, which begins a state, and not that state",
                      search_.outputs[output].name, input);
      pairs_[input] = output;
    }
    return {};
  }

  /// Whether an output's elements are sums of a gate times the state's element and more.
  [[nodiscard]] bool recurs(const std::string& input, std::size_t output) const {
    const ValueId state = value_of(input);
    const ElementFlow flow(search_.draft, state);
    const std::vector<std::int64_t> places = places_of(input);
    std::map<ValueId, bool> by_value;
    for (std::size_t element = 0; element < places.size(); ++element) {
      const Source source = source_of(output, places[element]);
      if (!source.value) continue;
      const Recurrence found = flow.of(*source.value, source.element, static_cast<int>(element));
      const bool recurs = found.is_gated && found.has_more;
      const auto [at, is_new] = by_value.emplace(*source.value, recurs);
      at->second = at->second && recurs;
    }
    return std::ranges::any_of(by_value, [](const auto& one) { return one.second; });
  }

  Result<void> find_by_recurrence() {
    std::map<std::string, std::vector<std::size_t>> candidates;
    for (const auto& [input, codes] : search_.inputs) {
      if (pairs_.contains(input)) continue;
      for (std::size_t output = 0; output < search_.outputs.size(); ++output)
        if (is_as_large(input, output) && !is_taken(output) && recurs(input, output))
          candidates[input].push_back(output);
    }
    if (candidates.size() + pairs_.size() >= data_inputs()) return {};  // one of them is the data
    for (const auto& [input, outputs] : candidates) {
      if (outputs.size() > 1) return ambiguous(input, outputs);
      pairs_[input] = outputs.front();
    }
    return {};
  }

  /// Inputs of the graph that carry data or states.
  [[nodiscard]] std::size_t data_inputs() const { return program::inputs_of(program_).size(); }

  [[nodiscard]] tl::unexpected<Error> ambiguous(const std::string& input,
                                                const std::vector<std::size_t>& outputs) const {
    std::string names;
    for (const std::size_t output : outputs)
      names += (names.empty() ? "'" : ", '") + search_.outputs[output].name + "'";
    return fail("graph input '{}' may be the state of {}; say which: --state {}=OUTPUT", input, names, input);
  }

  /// The h of an LSTM that is written out: o * tanh(c), where c is a state that is known.
  Result<void> find_hidden() {
    for (std::size_t output = 0; output < search_.outputs.size(); ++output) {
      if (is_taken(output) || !is_gated_cell(output)) continue;
      std::vector<std::string> candidates;
      for (const auto& [input, codes] : search_.inputs)
        if (!pairs_.contains(input) && is_as_large(input, output)) candidates.push_back(input);
      if (candidates.empty() || pairs_.size() + 1 >= data_inputs()) continue;
      if (candidates.size() > 1) {
        std::string names;
        for (const std::string& name : candidates) names += (names.empty() ? "'" : ", '") + name + "'";
        return fail("graph output '{}' may be the state of {}; say which: --state INPUT={}",
                    search_.outputs[output].name, names, search_.outputs[output].name);
      }
      pairs_[candidates.front()] = output;
    }
    return {};
  }

  [[nodiscard]] bool is_gated_cell(std::size_t output) const {
    const Source source = source_of(output, 0);
    if (!source.value) return false;
    std::set<ValueId> cells;
    for (const auto& [input, paired] : pairs_)
      if (const Source cell = source_of(paired, 0); cell.value) cells.insert(*cell.value);
    std::map<ValueId, ValueId> arguments;
    for (const program::Layer& layer : program_.layers)
      for (const program::Statement& statement : layer.statements)
        if (const auto* table = std::get_if<program::TableStatement>(&statement))
          arguments.emplace(table->target, table->argument.value);
    for (const program::Layer& layer : program_.layers)
      for (const program::Statement& statement : layer.statements) {
        const auto* sum = std::get_if<program::SumStatement>(&statement);
        if (sum == nullptr || sum->target != *source.value || sum->sum.terms.size() != 1) continue;
        for (const program::Factor& factor : sum->sum.terms.front().factors)
          if (const auto* read = std::get_if<Read>(&factor))
            if (const auto found = arguments.find(read->value);
                found != arguments.end() && cells.contains(found->second))
              return true;
      }
    return false;
  }

  /// Where an element of a state input was a call before, followed through elements that are handed on.
  Result<Atom> earlier(const std::string& input, int element) const {
    std::set<std::pair<std::string, int>> seen;
    std::string at = input;
    for (int back = 1;; ++back) {
      if (!seen.emplace(at, element).second) return Atom{};  // never changed: as it began
      const auto pair = pairs_.find(at);
      if (pair == pairs_.end())
        return fail("graph input '{}' is handed on as a state, and is none itself", at);
      const Source source = source_of(pair->second, places_of(at)[static_cast<std::size_t>(element)]);
      if (!source.value) {
        if (source.number != 0)
          return fail("graph output '{}' sets a state to a number", search_.outputs[pair->second].name);
        return Atom{};
      }
      const auto handed_on = std::ranges::find_if(search_.draft.state_inputs, [&](const auto& state) {
        return state.second == *source.value && pairs_.contains(state.first);
      });
      if (handed_on != search_.draft.state_inputs.end()) {
        at = handed_on->first;
        element = source.element;
        continue;
      }
      const std::int64_t ticks = search_.framer.ticks(program_.values[*source.value].clock);
      if (ticks != 1)
        return fail(
            "a state that is read otherwise than by a cell or a window, over several steps, is not "
            "supported");
      return Atom{source.value, {Tick::From::Here, -back}, source.element, 0};
    }
  }

  /// A state that no output gives back begins at zero, so that nothing else may read its input.
  Result<void> check_initial_values() const {
    for (const auto& [input, codes] : search_.inputs) {
      const ValueId state = value_of(input);
      if (pairs_.contains(input) || uses_of(state).empty() || (!is_read(state) && !is_handed_out(state)))
        continue;
      return fail("graph input '{}' begins a state, no output gives it back, and it is read besides", input);
    }
    return {};
  }

  Result<void> connect_uses() {
    for (const auto& [input, output] : pairs_) {
      const ValueId state = value_of(input);
      const std::set<ValueId> direct = direct_states(state);
      search_.draft.carried.insert(direct.begin(), direct.end());
      if (!is_read(state) && !is_handed_out(state)) continue;
      Atoms atoms;
      for (int element = 0; element < program_.values[state].size; ++element) {
        FIXGATE_ASSIGN(const Atom atom, earlier(input, element));
        if (atom.value) search_.draft.carried.insert(*atom.value);
        atoms.push_back(atom);
      }
      program::Value& value = program_.values[state];
      value.layer =
          program_.layers.add({search_.draft.layer_name(input), "the state before", value.clock, false, {}});
      value.role = SignalRole::Hidden;
      value.name = "before";
      search_.draft.moves.emplace(state, std::move(atoms));
    }
    for (const InitialUse& use : search_.draft.initial_uses) {
      const bool is_paired =
          std::ranges::any_of(pairs_, [&](const auto& pair) { return value_of(pair.first) == use.input; });
      if (is_paired && !use.is_reverse)
        program_.states[use.state].is_carried = true;
      else if (program_.clocks[program_.values[program_.states[use.state].value].clock].kind ==
               ClockKind::Inner)
        program_.states[use.state].is_fresh = true;
    }
    return {};
  }

  /// The cells' states and windows that begin with the input.
  [[nodiscard]] std::set<ValueId> direct_states(ValueId state) const {
    std::set<ValueId> values;
    for (const StateUse& use : uses_of(state)) {
      const bool is_cell = std::ranges::any_of(
          search_.draft.initial_uses, [&](const InitialUse& initial) { return initial.value == use.value; });
      if (!is_cell) values.insert(use.value);
    }
    return values;
  }

  [[nodiscard]] bool is_read(ValueId state) const {
    const auto reads = [&](const Read& read) { return read.value == state; };
    for (const program::Layer& layer : program_.layers)
      for (const program::Statement& statement : layer.statements)
        if (std::ranges::any_of(program::reads_of(statement), reads)) return true;
    for (const auto& [value, atoms] : search_.draft.moves)
      if (std::ranges::any_of(atoms, [&](const Atom& atom) { return atom.value == state; })) return true;
    return std::ranges::any_of(search_.draft.replaced_states,
                               [&](const auto& replaced) { return replaced.second == state; });
  }

  /// Whether an output that is the network's result has elements of the state input as they came in.
  [[nodiscard]] bool is_handed_out(ValueId state) const {
    const bool all_are_states = pairs_.size() >= search_.outputs.size();
    for (std::size_t output = 0; output < search_.outputs.size(); ++output) {
      if (is_taken(output) && !all_are_states) continue;
      const auto& codes = search_.outputs[output].codes.integers();
      if (std::ranges::any_of(codes,
                              [&](std::int64_t code) { return search_.sources.source(code).value == state; }))
        return true;
    }
    return false;
  }

  [[nodiscard]] std::vector<StatePair> connected() const {
    std::vector<StatePair> pairs;
    for (const auto& [input, codes] : search_.inputs) {
      if (const auto pair = pairs_.find(input); pair != pairs_.end())
        pairs.push_back({input, search_.outputs[pair->second].name});
      else if (!uses_of(value_of(input)).empty())
        pairs.push_back({input, std::nullopt});
    }
    return pairs;
  }

  const StateSearch& search_;
  program::Program& program_;
  std::map<std::string, std::size_t> pairs_;
};

}  // namespace

Result<std::vector<StatePair>> connect_states(
    const StateSearch& search, const std::vector<std::pair<std::string, std::string>>& stated) {
  return StateConnection(search).run(stated);
}

}  // namespace fixgate::lowering
