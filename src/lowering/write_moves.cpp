// Moves as statements: concatenations, views, gathers, padding.
#include <algorithm>
#include <map>

#include "lowering/groups.h"

namespace fixgate::lowering {
namespace {

using program::Read;
using program::Statement;
using program::ValueId;

constexpr std::size_t kMostParts = 16;  // of a concatenation that is not of whole values
constexpr std::size_t kMostAxes = 4;    // of a view

/// A view's begin, shape and strides.
struct Pattern {
  int begin = 0;
  std::vector<int> shape;
  std::vector<int> strides;
};

/// The indices as nested loops of constant strides, if few are enough.
std::optional<Pattern> pattern_of(const std::vector<int>& indices) {
  Pattern pattern{indices.front(), {}, {}};
  const std::size_t count = indices.size();
  std::size_t block = 1;
  while (block < count) {
    if (count % block != 0) return std::nullopt;
    const int stride = indices[block] - indices[0];
    std::size_t repeats = 1;
    const auto fits = [&](std::size_t repeat) {
      for (std::size_t i = 0; i < block; ++i)
        if (indices[repeat * block + i] - indices[i] != stride * static_cast<int>(repeat)) return false;
      return true;
    };
    while ((repeats + 1) * block <= count && fits(repeats)) ++repeats;
    while (repeats > 1 && (count / block) % repeats != 0) --repeats;
    if (repeats == 1 || pattern.shape.size() == kMostAxes) return std::nullopt;
    pattern.shape.insert(pattern.shape.begin(), static_cast<int>(repeats));
    pattern.strides.insert(pattern.strides.begin(), stride);
    block *= repeats;
  }
  if (pattern.shape.empty()) {
    pattern.shape = {1};
    pattern.strides = {1};
  }
  return pattern;
}

class MoveWriter {
 public:
  MoveWriter(Draft& draft, ValueId target) : draft_(draft), target_(target) {}

  std::vector<Definition> write(const Atoms& atoms) {
    const bool has_numbers =
        std::ranges::any_of(atoms, [](const Atom& atom) { return !atom.value && atom.number != 0; });
    const bool has_values =
        std::ranges::any_of(atoms, [](const Atom& atom) { return atom.value.has_value(); });
    if (!has_values) {
      add_sum(target_, std::nullopt, atoms);
    } else if (has_numbers) {
      Atoms without = atoms;
      for (Atom& atom : without)
        if (!atom.value) atom.number = 0;
      const ValueId moved = temporary("moved", static_cast<int>(atoms.size()));
      write_to(moved, without);
      add_sum(target_, moved, atoms);
    } else {
      write_to(target_, atoms);
    }
    return std::move(definitions_);
  }

 private:
  ValueId temporary(const char* name, int size) {
    program::Value value = draft_.network.program.values[target_];
    value.name += std::string("_") + name;
    value.size = size;
    return draft_.network.program.values.add(std::move(value));
  }

  void add(Statement statement) {
    const ValueId target = target_of(statement);
    definitions_.push_back({target, std::move(statement)});
  }

  /// `moved` and the numbers among the atoms.
  void add_sum(ValueId target, std::optional<ValueId> moved, const Atoms& atoms) {
    Eigen::VectorXd numbers(static_cast<Eigen::Index>(atoms.size()));
    for (std::size_t element = 0; element < atoms.size(); ++element)
      numbers[static_cast<Eigen::Index>(element)] = atoms[element].value ? 0 : double{atoms[element].number};
    const auto constant = draft_.network.program.constants.add(
        {"numbers", program::LayerId(0), static_cast<int>(atoms.size()), 1});
    draft_.network.constants.add(std::move(numbers));
    program::Sum sum = program::constant(constant);
    if (moved) sum = program::now(*moved) + sum;
    add(program::SumStatement{target, std::move(sum)});
  }

  [[nodiscard]] int size_of(const Read& read) const { return draft_.network.program.values[read.value].size; }

  void write_to(ValueId target, const Atoms& atoms) {
    std::vector<Read> sources;
    bool has_zeros = false;
    for (const Atom& atom : atoms) {
      if (!atom.value) has_zeros = true;
      if (!atom.value) continue;
      const Read read{*atom.value, atom.tick};
      if (std::ranges::find(sources, read) == sources.end()) sources.push_back(read);
    }
    if (!has_zeros && write_concatenation(target, atoms)) return;
    if (has_zeros && write_padding(target, atoms, sources)) return;
    Read all = sources.front();
    if (sources.size() > 1) {
      int size = 0;
      for (const Read& source : sources) size += size_of(source);
      all = Read{temporary("all", size)};
      add(program::Concat{all.value, sources});
    }
    const int size = size_of(all);
    if (has_zeros) {
      const Read padded{temporary("padded", size + 1)};
      add(program::Pad{padded.value, all, {size}, {0}, {1}});
      all = padded;
    }
    pick(target, all, indices_of(atoms, sources, size));
  }

  [[nodiscard]] std::vector<int> indices_of(const Atoms& atoms, const std::vector<Read>& sources,
                                            int zero) const {
    std::vector<int> indices;
    std::vector<int> firsts;
    int first = 0;
    for (const Read& source : sources) {
      firsts.push_back(first);
      first += size_of(source);
    }
    for (const Atom& atom : atoms) {
      if (!atom.value) {
        indices.push_back(zero);
        continue;
      }
      const auto place = std::ranges::find(sources, Read{*atom.value, atom.tick}) - sources.begin();
      indices.push_back(firsts[static_cast<std::size_t>(place)] + atom.element);
    }
    return indices;
  }

  void pick(ValueId target, const Read& read, std::vector<int> indices) {
    if (auto pattern = pattern_of(indices)) {
      add(program::View{target, read, pattern->begin, std::move(pattern->shape),
                        std::move(pattern->strides)});
      return;
    }
    add(program::Gather{target, read, std::move(indices)});
  }

  /// Elements one behind the other of one value at one tick.
  struct Run {
    Read read;
    int begin = 0;
    int count = 0;
  };

  static std::vector<Run> runs_of(const Atoms& atoms) {
    std::vector<Run> runs;
    for (const Atom& atom : atoms) {
      const Read read{*atom.value, atom.tick};
      if (!runs.empty() && runs.back().read == read && runs.back().begin + runs.back().count == atom.element)
        ++runs.back().count;
      else
        runs.push_back({read, atom.element, 1});
    }
    return runs;
  }

  [[nodiscard]] bool is_whole(const Run& run) const {
    return run.begin == 0 && run.count == size_of(run.read);
  }

  bool write_concatenation(ValueId target, const Atoms& atoms) {
    const std::vector<Run> runs = runs_of(atoms);
    const bool all_whole = std::ranges::all_of(runs, [&](const Run& run) { return is_whole(run); });
    if (runs.size() == 1 && !all_whole) {
      add(program::View{target, runs.front().read, runs.front().begin, {runs.front().count}, {1}});
      return true;
    }
    if (!all_whole && (runs.size() > kMostParts || runs.size() * 4 > atoms.size())) return false;
    program::Concat concat{target, {}};
    for (const Run& run : runs) {
      if (is_whole(run)) {
        concat.operands.push_back(run.read);
        continue;
      }
      const ValueId part = temporary(fmt::format("part{}", concat.operands.size()).c_str(), run.count);
      add(program::View{part, run.read, run.begin, {run.count}, {1}});
      concat.operands.push_back(Read{part});
    }
    add(std::move(concat));
    return true;
  }

  /// Zeros before and after a whole value.
  bool write_padding(ValueId target, const Atoms& atoms, const std::vector<Read>& sources) {
    if (sources.size() != 1) return false;
    const auto is_value = [](const Atom& atom) { return atom.value.has_value(); };
    const auto first = std::ranges::find_if(atoms, is_value) - atoms.begin();
    const int size = size_of(sources.front());
    const auto count = static_cast<int>(std::ranges::count_if(atoms, is_value));
    if (count != size) return false;
    for (int element = 0; element < size; ++element) {
      const auto place = static_cast<std::size_t>(first + element);
      if (place >= atoms.size() || !atoms[place].value || atoms[place].element != element) return false;
    }
    const int after = static_cast<int>(atoms.size()) - static_cast<int>(first) - size;
    add(program::Pad{target, sources.front(), {size}, {static_cast<int>(first)}, {after}});
    return true;
  }

  Draft& draft_;
  ValueId target_;
  std::vector<Definition> definitions_;
};

}  // namespace

void write_moves(Groups& groups) {
  for (Group& group : groups.groups) {
    std::vector<Definition> written;
    for (Definition& definition : group.definitions) {
      if (definition.statement() != nullptr) {
        written.push_back(std::move(definition));
        continue;
      }
      for (Definition& made : MoveWriter(groups.draft, definition.target).write(*definition.atoms()))
        written.push_back(std::move(made));
    }
    group.definitions = std::move(written);
  }
}

}  // namespace fixgate::lowering
