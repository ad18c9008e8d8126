// The order of a step's words and what holds them: docs/hardware.md.
#include <algorithm>

#include "rtl/module_test.h"
#include "rtl/timeline.h"

namespace fixgate::rtl {
namespace {

constexpr int kCycles = 400;

struct Shape {
  int groups, first_groups, x_words, hidden_words, slices, lanes;

  [[nodiscard]] bool two_passes() const { return first_groups < groups; }
};

/// One word of a step, as it must be issued.
struct IssuedWord {
  bool hidden = false;
  int group = 0, word = 0, slice = 0;  // word: of x, or of the slice's hidden state
  bool part_first = false, part_last = false, group_last = false;
};

std::vector<IssuedWord> words_of_step(const Shape& shape) {
  std::vector<IssuedWord> words;
  for (int group = 0; group < shape.groups; ++group) {
    for (int n = 0; n < shape.x_words; ++n)
      words.push_back({false, group, n, 0, n == 0, n + 1 == shape.x_words, false});
    for (int n = 0; n < shape.slices * shape.hidden_words; ++n)
      words.push_back({true, group, n % shape.hidden_words, n / shape.hidden_words, n == 0,
                       n + 1 == shape.slices * shape.hidden_words, false});
    words.back().group_last = true;
  }
  return words;
}

class ScheduleRun {
 public:
  ScheduleRun(const Shape& shape, Random& random)
      : shape_(shape),
        words_(words_of_step(shape)),
        timeline_(
            {1, 1, 1},
            joined({repeated(10, 1),
                    {index_bits(shape.x_words), index_bits(shape.slices),
                     index_bits(std::max(1, shape.hidden_words)), index_bits(shape.groups * shape.x_words),
                     index_bits(std::max(1, shape.groups * shape.hidden_words * shape.slices))}}),
            kCycles, random),
        readiness_(random.pick({0.3, 0.8, 1.0})) {
    for (int cycle = 0; cycle < kCycles; ++cycle) add_cycle(cycle, random);
  }

  void add_to(Bench& bench) const {
    timeline_.add_to(bench, {number("Groups", shape_.groups), number("FirstGroups", shape_.first_groups),
                             number("XWords", shape_.x_words), number("HiddenWords", shape_.hidden_words),
                             number("Slices", shape_.slices), number("Lanes", shape_.lanes)});
  }

 private:
  enum Input { kStartReady, kHiddenReady, kSecondReady };
  enum Output {
    kIssue,
    kHidden,
    kSecond,
    kStepFirst,
    kStepLast,
    kPartFirst,
    kXLast,
    kXRelease,
    kGroupLast,
    kPassLast
  };
  enum Numbers { kXWord = kPassLast + 1, kSlice, kHiddenWord, kWAddress, kRAddress };

  void add_cycle(int cycle, Random& random) {
    const IssuedWord& word = words_[next_];
    const bool ready[3] = {random.chance(readiness_), random.chance(readiness_), random.chance(readiness_)};
    for (int input = 0; input < 3; ++input) timeline_.drive(cycle, input, ready[input] ? 1 : 0);
    const bool second = word.group >= shape_.first_groups;
    const bool held = (next_ == 0 && !ready[kStartReady]) ||
                      (word.hidden && word.part_first && word.group == 0 && !ready[kHiddenReady]) ||
                      (word.hidden && word.part_first && second && word.group == shape_.first_groups &&
                       !ready[kSecondReady]) ||
                      (word.group_last && cycle < group_ended_ + shape_.lanes);
    timeline_.expect(cycle, kIssue, held ? 0 : 1);
    if (held) {
      for (int flag = kStepFirst; flag <= kPassLast; ++flag) timeline_.expect(cycle, flag, 0);
      return;
    }
    expect_word(cycle, word, second);
    if (word.group_last) group_ended_ = cycle;
    next_ = (next_ + 1) % words_.size();
  }

  void expect_word(int cycle, const IssuedWord& word, bool second) {
    const bool last_group = word.group + 1 == shape_.groups;
    const bool pass_ends = last_group || word.group + 1 == shape_.first_groups;
    const std::pair<int, bool> flags[] = {{kHidden, word.hidden},
                                          {kSecond, second},
                                          {kStepFirst, next_ == 0},
                                          {kStepLast, word.group_last && last_group},
                                          {kPartFirst, word.part_first},
                                          {kXLast, !word.hidden && word.part_last},
                                          {kXRelease, !word.hidden && word.part_last && last_group},
                                          {kGroupLast, word.group_last},
                                          {kPassLast, word.group_last && pass_ends}};
    for (const auto& [flag, value] : flags) timeline_.expect(cycle, flag, value ? 1 : 0);
    if (!word.hidden) {
      timeline_.expect(cycle, kXWord, word.word);
      timeline_.expect(cycle, kWAddress, word.group * shape_.x_words + word.word);
      return;
    }
    timeline_.expect(cycle, kSlice, word.slice);
    timeline_.expect(cycle, kHiddenWord, word.word);
    timeline_.expect(cycle, kRAddress,
                     (word.group * shape_.slices + word.slice) * shape_.hidden_words + word.word);
  }

  Shape shape_;
  std::vector<IssuedWord> words_;
  Timeline timeline_;
  double readiness_;
  std::size_t next_ = 0;
  int group_ended_ = -1000;
};

void add_schedule(Bench& bench, Random& random) {
  Shape shape{random.number(1, 5), 1, random.number(1, 6), random.number(1, 4), random.number(1, 3),
              random.number(1, 9)};
  shape.first_groups = random.chance(0.4) ? random.number(1, shape.groups) : shape.groups;
  if (random.chance(0.3)) {
    shape.hidden_words = 0;
    shape.slices = 1;
    shape.first_groups = shape.groups;
  }
  ScheduleRun(shape, random).add_to(bench);
}

TEST(ScheduleRtl, EveryWordInItsTurn) {
  check_module("fg_schedule", add_schedule, 80, 3);
}

}  // namespace
}  // namespace fixgate::rtl
