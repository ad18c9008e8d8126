#include <cmath>

#include "network/node_attributes.h"
#include "network/operators/arguments.h"
#include "network/operators/evaluations.h"

namespace fixgate::operators {
namespace {

/// Mean and 1 / sqrt(variance + epsilon) of some elements.
struct Moments {
  double mean = 0;
  double inverse_deviation = 1;
};

Moments moments_of(const float* values, std::int64_t count, double epsilon) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(values[i]);
  const double mean = sum / static_cast<double>(count);
  double squares = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double difference = static_cast<double>(values[i]) - mean;
    squares += difference * difference;
  }
  return {mean, 1 / std::sqrt(squares / static_cast<double>(count) + epsilon)};
}

Result<double> epsilon_of(const Node& node) {
  FIXGATE_ASSIGN(const float epsilon, attribute_or<float>(node, "epsilon", 1e-5F));
  return static_cast<double>(epsilon);
}

/// A vector of `count` parameters. Error: another shape.
Result<const std::vector<float>*> parameters(const OperatorCall& call, std::size_t position,
                                             std::int64_t count) {
  FIXGATE_ASSIGN(const Tensor* tensor, float_input(call, position));
  if (tensor->shape != Shape{count})
    return fail("input {} has the shape {}, not {}", position, to_text(tensor->shape), to_text(Shape{count}));
  return &tensor->floats();
}

/// An input [batch, channels, axes...].
struct ChannelView {
  std::int64_t batch;
  std::int64_t channels;
  std::int64_t plane;
};

Result<ChannelView> view_channels(const Shape& shape) {
  if (shape.size() < 2) return fail("the input {} needs a batch and channels", to_text(shape));
  const ChannelView view{shape[0], shape[1], element_count({shape.begin() + 2, shape.end()})};
  if (view.plane == 0) return fail("the input {} has no elements in a channel", to_text(shape));
  return view;
}

/// Each channel times a factor plus an offset, both as computed by `of(item, channel)`.
template <typename Of>
Tensor scaled_channels(const Tensor& x, const ChannelView& view, Of of) {
  std::vector<float> result(x.floats().size());
  for (std::int64_t p = 0; p < view.batch * view.channels; ++p) {
    const auto [mean, factor, offset] = of(p / view.channels, p % view.channels);
    for (std::int64_t i = p * view.plane; i < (p + 1) * view.plane; ++i) {
      const auto at = static_cast<std::size_t>(i);
      result[at] = static_cast<float>((static_cast<double>(x.floats()[at]) - mean) * factor + offset);
    }
  }
  return {x.shape, std::move(result)};
}

struct Scaling {
  double mean;
  double factor;
  double offset;
};

double at(const std::vector<float>* values, std::int64_t index) {
  return static_cast<double>((*values)[static_cast<std::size_t>(index)]);
}

Result<void> check_inference(const Node& node) {
  FIXGATE_ASSIGN(const auto training, attribute_or<std::int64_t>(node, "training_mode", 0));
  FIXGATE_ASSIGN(const auto spatial, attribute_or<std::int64_t>(node, "spatial", 1));
  if (training != 0) return fail("training_mode is set; export the network for inference (model.eval())");
  if (spatial == 0) return fail("attribute 'spatial' is 0, which is not supported");
  for (std::size_t i = 1; i < node.outputs.size(); ++i)
    if (!node.outputs[i].empty())
      return fail("output {} is of training; export the network for inference (model.eval())", i);
  return {};
}

/// The part of the shape that LayerNormalization takes together: from the axis on.
struct NormalisedRows {
  std::int64_t rows;
  std::int64_t length;
  Shape row_shape;
  Shape kept;  // the input's shape with ones from the axis on
};

Result<NormalisedRows> view_rows(const Node& node, const Shape& shape) {
  FIXGATE_ASSIGN(const auto stated, attribute_or<std::int64_t>(node, "axis", -1));
  FIXGATE_ASSIGN(const std::size_t axis, normalise_axis(stated, shape.size()));
  const auto middle = shape.begin() + static_cast<std::ptrdiff_t>(axis);
  NormalisedRows view{element_count({shape.begin(), middle}), 0, {middle, shape.end()}, shape};
  view.length = element_count(view.row_shape);
  std::fill(view.kept.begin() + static_cast<std::ptrdiff_t>(axis), view.kept.end(), 1);
  if (view.length == 0) return fail("the input {} has no elements to normalise", to_text(shape));
  return view;
}

/// Scale or bias, as many numbers as a row has. Error: another number.
Result<const std::vector<float>*> row_parameters(const OperatorCall& call, std::size_t position,
                                                 const NormalisedRows& view) {
  FIXGATE_ASSIGN(const Tensor* tensor, float_input(call, position));
  if (static_cast<std::int64_t>(tensor->floats().size()) != view.length)
    return fail("input {} has the shape {}, not {}", position, to_text(tensor->shape),
                to_text(view.row_shape));
  return &tensor->floats();
}

struct RowParameters {
  const std::vector<float>* scale;
  const std::vector<float>* bias;  // nullptr: none
};

void normalise_row(const float* x, const Moments& moments, const RowParameters& parameters,
                   std::vector<float>& result) {
  for (std::size_t i = 0; i < parameters.scale->size(); ++i) {
    const double normal = (static_cast<double>(x[i]) - moments.mean) * moments.inverse_deviation;
    const double bias = parameters.bias != nullptr ? static_cast<double>((*parameters.bias)[i]) : 0;
    result.push_back(static_cast<float>(normal * static_cast<double>((*parameters.scale)[i]) + bias));
  }
}

}  // namespace

Result<Outputs> batch_normalisation(const OperatorCall& call) {
  FIXGATE_CHECK(check_inference(call.node));
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  FIXGATE_ASSIGN(const ChannelView view, view_channels(x->shape));
  FIXGATE_ASSIGN(const auto* scale, parameters(call, 1, view.channels));
  FIXGATE_ASSIGN(const auto* bias, parameters(call, 2, view.channels));
  FIXGATE_ASSIGN(const auto* mean, parameters(call, 3, view.channels));
  FIXGATE_ASSIGN(const auto* variance, parameters(call, 4, view.channels));
  FIXGATE_ASSIGN(const double epsilon, epsilon_of(call.node));
  return one(scaled_channels(*x, view, [&](std::int64_t, std::int64_t c) {
    return Scaling{at(mean, c), at(scale, c) / std::sqrt(at(variance, c) + epsilon), at(bias, c)};
  }));
}

Result<Outputs> instance_normalisation(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  FIXGATE_ASSIGN(const ChannelView view, view_channels(x->shape));
  FIXGATE_ASSIGN(const auto* scale, parameters(call, 1, view.channels));
  FIXGATE_ASSIGN(const auto* bias, parameters(call, 2, view.channels));
  FIXGATE_ASSIGN(const double epsilon, epsilon_of(call.node));
  return one(scaled_channels(*x, view, [&](std::int64_t item, std::int64_t c) {
    const float* plane = x->floats().data() + (item * view.channels + c) * view.plane;
    const Moments moments = moments_of(plane, view.plane, epsilon);
    return Scaling{moments.mean, moments.inverse_deviation * at(scale, c), at(bias, c)};
  }));
}

/// Scale and bias are of a group before set 21, of a channel since.
Result<Outputs> group_normalisation(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  FIXGATE_ASSIGN(const ChannelView view, view_channels(x->shape));
  FIXGATE_ASSIGN(const auto groups, attribute_or<std::int64_t>(call.node, "num_groups", 0));
  if (groups < 1 || view.channels % groups != 0)
    return fail("{} channels do not fall into {} groups", view.channels, groups);
  const std::int64_t together = std::max<std::int64_t>(view.channels / groups, 1);
  const std::int64_t shared = call.operator_set < 21 ? together : 1;
  FIXGATE_ASSIGN(const auto* scale, parameters(call, 1, view.channels / shared));
  FIXGATE_ASSIGN(const auto* bias, parameters(call, 2, view.channels / shared));
  FIXGATE_ASSIGN(const double epsilon, epsilon_of(call.node));
  return one(scaled_channels(*x, view, [&](std::int64_t item, std::int64_t c) {
    const float* group = x->floats().data() + (item * view.channels + c / together * together) * view.plane;
    const Moments moments = moments_of(group, together * view.plane, epsilon);
    return Scaling{moments.mean, moments.inverse_deviation * at(scale, c / shared), at(bias, c / shared)};
  }));
}

Result<Outputs> layer_normalisation(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  FIXGATE_ASSIGN(const NormalisedRows view, view_rows(call.node, x->shape));
  FIXGATE_ASSIGN(const double epsilon, epsilon_of(call.node));
  RowParameters parameters{nullptr, nullptr};
  FIXGATE_ASSIGN(parameters.scale, row_parameters(call, 1, view));
  if (call.has(2)) {
    FIXGATE_ASSIGN(parameters.bias, row_parameters(call, 2, view));
  }
  std::vector<float> result;
  std::vector<float> means;
  std::vector<float> deviations;
  for (std::int64_t row = 0; row < view.rows; ++row) {
    const float* values = x->floats().data() + row * view.length;
    const Moments moments = moments_of(values, view.length, epsilon);
    normalise_row(values, moments, parameters, result);
    means.push_back(static_cast<float>(moments.mean));
    deviations.push_back(static_cast<float>(moments.inverse_deviation));
  }
  Outputs outputs = one({x->shape, std::move(result)});
  outputs.push_back({view.kept, std::move(means)});
  outputs.push_back({view.kept, std::move(deviations)});
  return outputs;
}

}  // namespace fixgate::operators
