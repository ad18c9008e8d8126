#include "import/type_rules.h"

#include <vector>

#include "onnx.pb.h"

namespace fixgate {
namespace {

using onnx::TensorProto;

constexpr TypeSet bit(TensorProto::DataType type) {
  return TypeSet{1} << type;
}

constexpr TypeSet kB16 = bit(TensorProto::BFLOAT16);
constexpr TypeSet kBool = bit(TensorProto::BOOL);
constexpr TypeSet kInt32 = bit(TensorProto::INT32);
constexpr TypeSet kInt64 = bit(TensorProto::INT64);
constexpr TypeSet kIndex = kInt32 | kInt64;
constexpr TypeSet kInt16 = bit(TensorProto::INT16);
constexpr TypeSet kBytes = bit(TensorProto::INT8) | bit(TensorProto::UINT8);
constexpr TypeSet kFloat = bit(TensorProto::FLOAT16) | bit(TensorProto::FLOAT) | bit(TensorProto::DOUBLE);
constexpr TypeSet kWide = kFloat | kIndex | bit(TensorProto::UINT32) | bit(TensorProto::UINT64);
constexpr TypeSet kNumber = kWide | kBytes | kInt16 | bit(TensorProto::UINT16);
constexpr TypeSet kSigned = kFloat | kIndex | kInt16 | bit(TensorProto::INT8);
constexpr TypeSet kRange = kIndex | kInt16 | bit(TensorProto::FLOAT) | bit(TensorProto::DOUBLE);
constexpr TypeSet kAny = kNumber | kBool;

using Rules = std::vector<TypeRule>;

Rules recurrent_rules() {
  Rules rules;
  for (const TypeRule& rule :
       {TypeRule{"LSTM", 7, "TTTTSTTT", "TTT", kFloat}, TypeRule{"GRU", 7, "TTTTST", "TT", kFloat},
        TypeRule{"RNN", 7, "TTTTST", "TT", kFloat}}) {
    rules.push_back(rule);
    rules.push_back(rule);
    rules.back().first_set = 22;
    rules.back().main |= kB16;
  }
  return rules;
}

/// One input, one output, of the same floating type; bfloat16 from the second set on.
Rules float_rules() {
  Rules rules;
  for (const auto& [first, with_b16, names] :
       {std::tuple{7, 13,
                   std::vector<std::string_view>{"Exp", "Log", "LogSoftmax", "Reciprocal", "Sigmoid",
                                                 "Softmax", "Sqrt", "Tanh", "Ceil", "Floor"}},
        std::tuple{7, 22,
                   std::vector<std::string_view>{"Elu", "HardSigmoid", "Softplus", "Softsign", "Cos", "Sin",
                                                 "Selu"}},
        std::tuple{14, 22, std::vector<std::string_view>{"HardSwish"}},
        std::tuple{18, 22, std::vector<std::string_view>{"Mish"}},
        std::tuple{20, 20, std::vector<std::string_view>{"Gelu"}},
        std::tuple{11, 22, std::vector<std::string_view>{"Round"}},
        std::tuple{7, 16, std::vector<std::string_view>{"LeakyRelu"}},
        std::tuple{10, 22, std::vector<std::string_view>{"ThresholdedRelu"}}})
    for (const std::string_view name : names) {
      rules.push_back({name, first, "T", "T", kFloat});
      rules.push_back({name, with_b16, "T", "T", kFloat | kB16});
    }
  return rules;
}

Rules arithmetic_rules() {
  Rules rules = {{"Abs", 7, "T", "T", kNumber},
                 {"Abs", 13, "T", "T", kNumber | kB16},
                 {"Clip", 7, "TTT", "T", kFloat},
                 {"Clip", 12, "TTT", "T", kNumber},
                 {"Clip", 13, "TTT", "T", kNumber | kB16},
                 {"Celu", 12, "T", "T", bit(TensorProto::FLOAT)},
                 {"Erf", 9, "T", "T", kNumber},
                 {"Erf", 13, "T", "T", kNumber | kB16},
                 {"IsNaN", 9, "T", "B", kFloat},
                 {"IsNaN", 13, "T", "B", kFloat | kB16},
                 {"Mean", 7, "T", "T", kFloat},
                 {"Mean", 13, "T", "T", kFloat | kB16},
                 {"Mod", 10, "TT", "T", kNumber},
                 {"Mod", 13, "TT", "T", kNumber | kB16},
                 {"Neg", 7, "T", "T", kSigned},
                 {"Neg", 13, "T", "T", kSigned | kB16},
                 {"Pow", 7, "TT", "T", kFloat},
                 {"Pow", 12, "TU", "T", kFloat | kIndex, kNumber},
                 {"Pow", 13, "TU", "T", kFloat | kIndex | kB16, kNumber},
                 {"Pow", 15, "TU", "T", kFloat | kIndex | kB16, kNumber | kB16},
                 {"PRelu", 7, "TT", "T", kFloat},
                 {"PRelu", 9, "TT", "T", kWide},
                 {"PRelu", 16, "TT", "T", kWide | kB16},
                 {"Sign", 9, "T", "T", kNumber},
                 {"Sign", 13, "T", "T", kNumber | kB16},
                 {"Relu", 7, "T", "T", kFloat},
                 {"Relu", 13, "T", "T", kFloat | kB16},
                 {"Relu", 14, "T", "T", kSigned | kB16},
                 {"Sum", 7, "T", "T", kFloat},
                 {"Sum", 13, "T", "T", kFloat | kB16}};
  for (const std::string_view name : {"Add", "Div", "Mul", "Sub"}) {
    rules.push_back({name, 7, "TT", "T", kWide});
    rules.push_back({name, 13, "TT", "T", kWide | kB16});
    rules.push_back({name, 14, "TT", "T", kNumber | kB16});
  }
  for (const std::string_view name : {"Max", "Min"}) {
    rules.push_back({name, 7, "T", "T", kFloat});
    rules.push_back({name, 12, "T", "T", kNumber});
    rules.push_back({name, 13, "T", "T", kNumber | kB16});
  }
  for (const std::string_view name : {"Gemm", "MatMul"}) {
    rules.push_back({name, 7, "TTT", "T", kFloat});
    rules.push_back({name, 9, "TTT", "T", kWide});
    rules.push_back({name, 13, "TTT", "T", kWide | kB16});
  }
  return rules;
}

Rules window_rules() {
  Rules rules = {{"MaxPool", 7, "T", "TL", kFloat},
                 {"MaxPool", 12, "T", "TL", kFloat | kBytes},
                 {"MaxPool", 22, "T", "TL", kFloat | kBytes | kB16}};
  for (const std::string_view name :
       {"AveragePool", "Conv", "ConvTranspose", "GlobalAveragePool", "GlobalMaxPool"}) {
    rules.push_back({name, 7, "T", "T", kFloat});
    rules.push_back({name, 22, "T", "T", kFloat | kB16});
  }
  return rules;
}

Rules normalising_rules() {
  return {{"BatchNormalization", 7, "T", "T", kFloat},
          {"BatchNormalization", 14, "TTTUU", "TUU", kFloat | kB16, kFloat | kB16},
          {"BatchNormalization", 15, "TUUVV", "TVV", kFloat | kB16, kFloat | kB16},
          {"GroupNormalization", 18, "T", "T", kFloat | kB16},
          {"InstanceNormalization", 7, "T", "T", kFloat},
          {"InstanceNormalization", 22, "T", "T", kFloat | kB16},
          {"LayerNormalization", 17, "T", "TFF", kFloat | kB16}};
}

Rules logical_rules() {
  Rules rules = {{"And", 7, "BB", "B", 0},
                 {"Or", 7, "BB", "B", 0},
                 {"Xor", 7, "BB", "B", 0},
                 {"Not", 7, "B", "B", 0},
                 {"Equal", 7, "TT", "B", kBool | kIndex},
                 {"Equal", 11, "TT", "B", kAny},
                 {"Equal", 13, "TT", "B", kAny | kB16},
                 {"Where", 9, "BTT", "T", kAny},
                 {"Where", 16, "BTT", "T", kAny | kB16}};
  for (const std::string_view name : {"Greater", "Less"}) {
    rules.push_back({name, 7, "TT", "B", kFloat});
    rules.push_back({name, 9, "TT", "B", kNumber});
    rules.push_back({name, 13, "TT", "B", kNumber | kB16});
  }
  for (const std::string_view name : {"GreaterOrEqual", "LessOrEqual"}) {
    rules.push_back({name, 12, "TT", "B", kNumber});
    rules.push_back({name, 16, "TT", "B", kNumber | kB16});
  }
  return rules;
}

Rules reduction_rules() {
  Rules rules;
  for (const std::string_view name : {"ArgMax", "ArgMin"}) {
    rules.push_back({name, 7, "T", "L", kNumber});
    rules.push_back({name, 13, "T", "L", kNumber | kB16});
  }
  for (const std::string_view name : {"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMean",
                                      "ReduceProd", "ReduceSum", "ReduceSumSquare"}) {
    rules.push_back({name, 7, "TL", "T", kWide});
    rules.push_back({name, 13, "TL", "T", kWide | kB16});
  }
  for (const std::string_view name : {"ReduceMax", "ReduceMin"}) {
    rules.push_back({name, 7, "TL", "T", kWide});
    rules.push_back({name, 12, "TL", "T", kWide | kBytes});
    rules.push_back({name, 13, "TL", "T", kWide | kBytes | kB16});
    rules.push_back({name, 20, "TL", "T", kWide | kBytes | kB16 | kBool});
  }
  return rules;
}

/// Operators that move elements of any type.
Rules moving_rules() {
  Rules rules = {{"ConstantOfShape", 9, "L", "?", 0},
                 {"Dropout", 7, "T", "TT", kFloat},
                 {"Dropout", 10, "T", "TB", kFloat},
                 {"Dropout", 12, "TUB", "TB", kFloat, kFloat},
                 {"Dropout", 13, "TUB", "TB", kFloat | kB16, kFloat},
                 {"Dropout", 22, "TUB", "TB", kFloat | kB16, kFloat | kB16},
                 {"Flatten", 7, "T", "T", kFloat},
                 {"Flatten", 9, "T", "T", kAny},
                 {"Flatten", 13, "T", "T", kAny | kB16},
                 {"Pad", 7, "T", "T", kFloat},
                 {"Pad", 11, "TLTI", "T", kNumber},
                 {"Pad", 13, "TLTI", "T", kAny | kB16},
                 {"Range", 11, "TTT", "T", kRange},
                 {"ReverseSequence", 10, "TL", "T", kAny},
                 {"ScatterElements", 11, "TIT", "T", kAny},
                 {"ScatterElements", 13, "TIT", "T", kAny | kB16},
                 {"ScatterND", 11, "TLT", "T", kAny},
                 {"ScatterND", 13, "TLT", "T", kAny | kB16}};
  for (const auto& [name, inputs, outputs] :
       {std::tuple{"Cast", "T", "?"}, std::tuple{"Concat", "T", "T"}, std::tuple{"Expand", "TL", "T"},
        std::tuple{"Gather", "TI", "T"}, std::tuple{"GatherElements", "TI", "T"},
        std::tuple{"GatherND", "TL", "T"}, std::tuple{"Identity", "T", "T"}, std::tuple{"Reshape", "TL", "T"},
        std::tuple{"Shape", "T", "L"}, std::tuple{"Size", "T", "L"}, std::tuple{"Slice", "TUUUU", "T"},
        std::tuple{"Split", "TL", "T"}, std::tuple{"Squeeze", "TL", "T"}, std::tuple{"Tile", "TL", "T"},
        std::tuple{"Transpose", "T", "T"}, std::tuple{"Unsqueeze", "TL", "T"}}) {
    rules.push_back({name, 7, inputs, outputs, kAny, kIndex});
    rules.push_back({name, 13, inputs, outputs, kAny | kB16, kIndex});
  }
  return rules;
}

/// Of their inputs; the bodies say what their outputs are.
Rules control_rules() {
  return {{"If", 7, "B?", "?", 0}, {"Loop", 7, "LB?", "?", 0}, {"Scan", 9, "?", "?", 0}};
}

Rules quantising_rules() {
  constexpr TypeSet kPairs = kInt16 | bit(TensorProto::UINT16);
  return {{"DequantizeLinear", 10, "TFT", "F", kBytes | kInt32},
          {"DequantizeLinear", 19, "TUT", "U", kBytes | kInt32, kFloat | kB16},
          {"DequantizeLinear", 21, "TUT", "U", kBytes | kInt32 | kPairs, kFloat | kB16},
          {"Multinomial", 7, "T", "?", kFloat},
          {"QuantizeLinear", 10, "TFU", "U", bit(TensorProto::FLOAT) | kInt32, kBytes},
          {"QuantizeLinear", 19, "TTU", "U", kFloat | kB16 | kInt32, kBytes},
          {"QuantizeLinear", 21, "TTU", "U", kFloat | kB16 | kInt32, kBytes | kPairs}};
}

const Rules& all_rules() {
  static const Rules kRules = [] {
    Rules rules;
    for (const auto& group :
         {recurrent_rules, float_rules, arithmetic_rules, window_rules, normalising_rules, logical_rules,
          reduction_rules, moving_rules, control_rules, quantising_rules}) {
      const Rules some = group();
      rules.insert(rules.end(), some.begin(), some.end());
    }
    return rules;
  }();
  return kRules;
}

}  // namespace

const TypeRule* find_type_rule(std::string_view op_type, std::int64_t operator_set) {
  const TypeRule* found = nullptr;
  for (const TypeRule& rule : all_rules())  // of one operator in the order of the sets
    if (rule.op_type == op_type && rule.first_set <= operator_set) found = &rule;
  return found;
}

TypeSet types_of(const TypeRule& rule, char letter) {
  switch (letter) {
    case 'T':
      return rule.main;
    case 'U':
    case 'V':
      return rule.other;
    case 'F':
      return bit(TensorProto::FLOAT);
    case 'I':
      return kIndex;
    case 'L':
      return kInt64;
    case 'S':
      return kInt32;
    case 'B':
      return kBool;
    default:
      return kAny | kB16;
  }
}

}  // namespace fixgate
