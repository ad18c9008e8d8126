// The task file (TOML): where the data are, what is drawn for calibration, and which metric counts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "data/metric.h"
#include "data/vocabulary.h"
#include "diagnostic/error.h"
#include "network/graph_settings.h"

namespace fixgate {

enum class DataKind { Npz, Imdb, Text };

/// Table [data]. Paths are as written: absolute, or relative to the data root.
struct DataSpec {
  DataKind kind = DataKind::Npz;
  std::filesystem::path train;       // npz, text
  std::filesystem::path validation;  // npz, text
  std::filesystem::path test;        // npz, text
  std::filesystem::path archive;     // imdb
  std::filesystem::path vocabulary;  // imdb, text
  std::size_t last_tokens = 0;       // imdb: the last tokens of a review that are kept; 0: all
  double validation_fraction = 0.1;  // imdb: the share of the training reviews held out, in (0, 1)
  TextUnit unit = TextUnit::Word;    // text
  std::string end_of_line;           // text by words: the symbol after each line; empty: none
  std::string unknown;               // text: the symbol for what the vocabulary does not have; empty: none
};

/// Table [calibration].
struct CalibrationSpec {
  std::size_t sequences = 0;  // npz, imdb: sequences drawn from the training part
  std::size_t tokens = 0;     // text: steps of the one stretch of the training text
  std::size_t learning = 0;   // as many of either for learned rounding
  double confidence = 1;      // learned rounding aims at the float outputs multiplied by this
  std::uint64_t seed = 1;
};

struct Task {
  std::string name;
  DataSpec data;
  CalibrationSpec calibration;
  MetricSpec metric;
  GraphSettings graph;           // [graph]: of the network's ONNX file
  std::filesystem::path folder;  // of the task file
};

/// A task from TOML text; `name` is the file's name in messages, and its folder becomes Task::folder. Errors:
/// not TOML, unknown key, missing key, wrong type, impossible value, or a version other than 1; as
/// "name:line: key ...".
Result<Task> parse_task(std::string_view toml, const std::string& name);

/// parse_task() of the file at `path` (at most 1 MiB).
Result<Task> read_task(const std::filesystem::path& path);

}  // namespace fixgate
