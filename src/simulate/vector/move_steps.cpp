#include "simulate/vector/move_steps.h"

#include <numeric>

namespace fixgate::program {
namespace {

/// Elements that lie side by side in the operand and in the target.
struct Run {
  std::size_t operand = 0;
  std::ptrdiff_t from = 0;  // bytes; below zero: zeros
  std::size_t to = 0;
  std::size_t bytes = 0;
};

class RunWriter {
 public:
  explicit RunWriter(std::size_t element_bytes) : bytes_(element_bytes) {}

  void add(std::size_t operand, int source) {
    const std::ptrdiff_t from = source < 0 ? -1 : static_cast<std::ptrdiff_t>(bytes_) * source;
    if (!extends(operand, from)) runs_.push_back({operand, from, to_, 0});
    runs_.back().bytes += bytes_;
    to_ += bytes_;
  }

  std::vector<Run> take() { return std::move(runs_); }

 private:
  [[nodiscard]] bool extends(std::size_t operand, std::ptrdiff_t from) const {
    if (runs_.empty() || runs_.back().operand != operand) return false;
    const Run& run = runs_.back();
    if (from < 0 || run.from < 0) return from < 0 && run.from < 0;
    return from == run.from + static_cast<std::ptrdiff_t>(run.bytes);
  }

  std::size_t bytes_;
  std::size_t to_ = 0;
  std::vector<Run> runs_;
};

class MoveStep : public Step {
 public:
  MoveStep(Storage storage, const std::vector<MovedOperand>& operands, std::size_t size)
      : storage_(storage), size_(size) {
    RunWriter writer(bytes_of(storage));
    for (const MovedOperand& moved : operands)
      for (const int source : moved.sources) writer.add(moved.operand, source);
    runs_ = writer.take();
  }

  std::int64_t run(const StepRows& rows) const override {
    for (std::size_t place = 0; place < rows.places; ++place) {
      std::uint8_t* target = rows.targets[place];
      for (const Run& run : runs_) {
        if (run.from < 0)
          std::memset(target + run.to, 0, run.bytes);
        else if (run.bytes <= sizeof(std::int64_t))
          copy_few(rows.operands[run.operand].at[place] + run.from, target + run.to, run.bytes);
        else
          std::memcpy(target + run.to, rows.operands[run.operand].at[place] + run.from, run.bytes);
      }
      clear_padding(storage_, target, size_);
    }
    return 0;
  }

 private:
  static void copy_few(const std::uint8_t* from, std::uint8_t* to, std::size_t bytes) {
    for (std::size_t k = 0; k < bytes; k += 2) std::memcpy(to + k, from + k, 2);
  }

  Storage storage_;
  std::size_t size_;
  std::vector<Run> runs_;
};

class BlockStep : public Step {
 public:
  BlockStep(Storage storage, std::size_t operand, std::size_t size, int factor)
      : storage_(storage), operand_(operand), size_(size), factor_(factor) {}

  std::int64_t run(const StepRows& rows) const override {
    const std::size_t bytes = size_ * bytes_of(storage_);
    for (std::size_t place = 0; place < rows.places; ++place) {
      // The inner tick, whatever the order: block p belongs to inner tick p.
      const auto block = static_cast<std::size_t>(rows.ticks[place].tick % factor_);
      std::memcpy(rows.targets[place], rows.operands[operand_].at[place] + block * bytes, bytes);
      clear_padding(storage_, rows.targets[place], size_);
    }
    return 0;
  }

 private:
  Storage storage_;
  std::size_t operand_;
  std::size_t size_;
  int factor_;
};

class JoinStep : public Step {
 public:
  JoinStep(Storage storage, ValueId operand, std::size_t size, int factor)
      : storage_(storage), operand_(operand), size_(size), factor_(static_cast<std::size_t>(factor)) {}

  std::int64_t run(const StepRows& rows) const override {
    const std::size_t bytes = size_ * bytes_of(storage_);
    for (std::size_t place = 0; place < rows.places; ++place) {
      const SequenceTick& at = rows.ticks[place];
      const std::int64_t first = at.tick * static_cast<std::int64_t>(factor_);
      for (std::size_t inner = 0; inner < factor_; ++inner)
        std::memcpy(rows.targets[place] + inner * bytes,
                    rows.store.row(at.sequence, operand_, first + static_cast<std::int64_t>(inner)), bytes);
      clear_padding(storage_, rows.targets[place], size_ * factor_);
    }
    return 0;
  }

 private:
  Storage storage_;
  ValueId operand_;
  std::size_t size_;
  std::size_t factor_;
};

}  // namespace

std::vector<int> whole_vector(std::size_t size) {
  std::vector<int> sources(size);
  std::iota(sources.begin(), sources.end(), 0);
  return sources;
}

std::unique_ptr<const Step> make_move_step(Storage storage, const std::vector<MovedOperand>& operands,
                                           std::size_t size) {
  return std::make_unique<MoveStep>(storage, operands, size);
}

std::unique_ptr<const Step> make_block_step(Storage storage, std::size_t operand, std::size_t size,
                                            int factor) {
  return std::make_unique<BlockStep>(storage, operand, size, factor);
}

std::unique_ptr<const Step> make_join_step(Storage storage, ValueId operand, std::size_t size, int factor) {
  return std::make_unique<JoinStep>(storage, operand, size, factor);
}

}  // namespace fixgate::program
