#include "data/load.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "data/draw.h"
#include "data/imdb.h"
#include "data/npz.h"
#include "data/text.h"
#include "files/kind.h"
#include "files/read.h"

namespace fixgate {
namespace {

using Samples = std::vector<Sample>;

DataSet set_of(Samples samples) {
  DataSet set;
  set.samples = std::move(samples);
  return set;
}

class Loader {
 public:
  Loader(const Task& task, Part part, const std::filesystem::path& data_root)
      : task_(task),
        part_(part),
        root_(data_root.empty() ? task.folder : data_root),
        random_(task.calibration.seed) {}

  Result<DataSet> load() {
    FIXGATE_ASSIGN(DataSet set, load_samples());
    set.vocabulary = vocabulary_;
    set.symbols = symbols_;
    return set;
  }

 private:
  Result<DataSet> load_samples() {
    if (task_.data.kind == DataKind::Imdb) return load_imdb();
    return task_.data.kind == DataKind::Text ? load_text() : load_npz();
  }

  Result<Vocabulary> read_vocabulary(TextUnit unit) {
    const auto path = place(task_.data.vocabulary);
    FIXGATE_ASSIGN(Vocabulary vocabulary, Vocabulary::read(path, unit));
    vocabulary_ = path.string();
    symbols_ = vocabulary.size();
    return vocabulary;
  }

  // An absolute path stays as it is.
  [[nodiscard]] std::filesystem::path place(const std::filesystem::path& path) const { return root_ / path; }

  [[nodiscard]] bool is_drawn() const { return part_ == Part::Calibration || part_ == Part::Learning; }
  [[nodiscard]] std::size_t count_of(std::size_t calibration) const {
    return part_ == Part::Learning ? task_.calibration.learning : calibration;
  }
  [[nodiscard]] std::string_view key(std::string_view calibration) const {
    return part_ == Part::Learning ? "learning" : calibration;
  }

  [[nodiscard]] std::filesystem::path part_file() const {
    if (is_drawn()) return place(task_.data.train);
    return place(part_ == Part::Validation ? task_.data.validation : task_.data.test);
  }

  Result<DataSet> load_npz() {
    const auto path = part_file();
    FIXGATE_ASSIGN(Samples samples, read_npz(path));
    FIXGATE_CHECK(check_targets(samples));
    if (!is_drawn()) return set_of(std::move(samples));
    return drawn(std::move(samples), path);
  }

  Result<DataSet> load_imdb() {
    const auto archive = place(task_.data.archive);
    const auto part = part_ == Part::Test ? ImdbPart::Test : ImdbPart::Train;
    FIXGATE_ASSIGN(const Vocabulary vocabulary, read_vocabulary(TextUnit::Word));
    FIXGATE_ASSIGN(Samples samples, read_imdb(archive, part, vocabulary, task_.data.last_tokens));
    if (part_ == Part::Test) return set_of(std::move(samples));
    FIXGATE_ASSIGN(Samples held_out, hold_out(samples, archive));
    if (part_ == Part::Validation) return set_of(std::move(held_out));
    return drawn(std::move(samples), archive);
  }

  Result<DataSet> load_text() {
    const auto path = part_file();
    FIXGATE_ASSIGN(const Vocabulary vocabulary, read_vocabulary(task_.data.unit));
    FIXGATE_ASSIGN(const std::string text, read_file(path));
    const TextSpec spec{task_.data.unit, task_.data.end_of_line, task_.data.unknown};
    const auto tokens = text_tokens(text, path.string(), spec, vocabulary);
    if (const std::string kind = kind_of(text); !tokens && !kind.empty())
      return fail("{}: is {}; a text is expected", path.string(), kind);
    if (!tokens) return tl::make_unexpected(tokens.error());
    return text_part(*tokens, path.string());
  }

  Result<DataSet> text_part(std::span<const std::int32_t> tokens, const std::string& path) {
    if (tokens.size() < 2) return fail("{}: holds {} tokens; two or more are needed", path, tokens.size());
    if (!is_drawn()) return stream(tokens, path);
    const std::size_t steps = count_of(task_.calibration.tokens);
    if (steps > tokens.size() - 1)
      return fail("{}: calibration.{} is {}, but the text has only {} steps", path, key("tokens"), steps,
                  tokens.size() - 1);
    const std::size_t first = random_.below(tokens.size() - steps);
    return stream(tokens.subspan(first, steps + 1), path, first);
  }

  // Accuracy compares classes, rmse and mae real values; perplexity never meets npz (parse_task).
  [[nodiscard]] Result<void> check_targets(const Samples& samples) const {
    const bool needs_classes = task_.metric.kind == MetricKind::Accuracy;
    for (const Sample& sample : samples) {
      if ((sample.target.values.size() == 0) != needs_classes)
        return fail("{}: the metric {} needs {} targets", sample.name, metric_name(task_.metric.kind),
                    needs_classes ? "integer" : "float");
      if (needs_classes && task_.metric.decision == Decision::Positive && sample.target.label > 1)
        return fail("{}: class {}, but decision 'positive' knows the classes 0 and 1", sample.name,
                    sample.target.label);
    }
    return {};
  }

  // Takes the validation share out of `samples`; both keep their order.
  Result<Samples> hold_out(Samples& samples, const std::filesystem::path& archive) {
    const double share = task_.data.validation_fraction * static_cast<double>(samples.size());
    const auto count = static_cast<std::size_t>(std::llround(share));
    if (count == 0 || count == samples.size())
      return fail("{}: validation_fraction {} of {} training reviews leaves validation or training empty",
                  archive.string(), task_.data.validation_fraction, samples.size());
    std::vector<bool> is_held_out(samples.size(), false);
    for (const std::size_t i : draw(count, samples.size(), random_)) is_held_out[i] = true;
    Samples held_out;
    Samples rest;
    for (std::size_t i = 0; i < samples.size(); ++i)
      (is_held_out[i] ? held_out : rest).push_back(std::move(samples[i]));
    samples = std::move(rest);
    return held_out;
  }

  Result<DataSet> drawn(Samples samples, const std::filesystem::path& path) {
    const std::size_t count = count_of(task_.calibration.sequences);
    if (count > samples.size())
      return fail("{}: calibration.{} is {}, but the training part has only {}", path.string(),
                  key("sequences"), count, samples.size());
    DataSet set;
    for (const std::size_t i : draw(count, samples.size(), random_))
      set.samples.push_back(std::move(samples[i]));
    return set;
  }

  const Task& task_;
  Part part_;
  std::filesystem::path root_;
  std::string vocabulary_;   // its path, once it is read
  std::size_t symbols_ = 0;  // in it
  SplitMix64 random_;        // imdb: the validation share first, calibration after it
};

}  // namespace

Result<DataSet> load_data(const Task& task, Part part, const std::filesystem::path& data_root) {
  return Loader(task, part, data_root).load();
}

}  // namespace fixgate
