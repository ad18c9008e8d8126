// The data set of a task: one call for every kind of data.
#pragma once

#include <filesystem>

#include "data/sequence.h"
#include "data/task.h"
#include "diagnostic/error.h"

namespace fixgate {

/// Calibration and learning are drawn from the training part only; validation and test never meet it.
enum class Part { Calibration, Learning, Validation, Test };

/// Reads one part of the data of `task`. Relative paths start at `data_root`, or at the task file's folder if
/// it is empty. The same seed draws the same samples for calibration, and for learning, on every platform,
/// and n of them are the first n of any larger draw, but of a text:
///   npz   `sequences` of the training file, in the order drawn; validation and test are whole files
///   imdb  the validation share of the training reviews is drawn first; `sequences` of the others, in the
///   order drawn text  one stretch of `tokens` steps from a drawn place of the training text, as a stream
/// Errors: a file that is missing or malformed, fewer samples than are asked for, targets the metric
/// cannot use.
Result<DataSet> load_data(const Task& task, Part part, const std::filesystem::path& data_root);

}  // namespace fixgate
