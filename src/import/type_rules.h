// Which element types each operator takes and gives, as ONNX's operator schemas state it.
#pragma once

#include <cstdint>
#include <string_view>

#include "import/element_type.h"

namespace fixgate {

/// The rule of one operator from an operator set on. A letter stands for an input or output, the last one for
/// all that follow:
///   T  one type of the set `main` for all of them
///   U  one type of the set `other`; V likewise, another one
///   I  int32 or int64     L  int64     S  int32     B  bool     F  float
///   ?  an output's type that an attribute states
struct TypeRule {
  std::string_view op_type;
  std::int64_t first_set;
  std::string_view inputs;
  std::string_view outputs;
  TypeSet main;
  TypeSet other = 0;
};

/// nullptr where there is none.
const TypeRule* find_type_rule(std::string_view op_type, std::int64_t operator_set);

/// The types that the letter of a rule allows.
TypeSet types_of(const TypeRule& rule, char letter);

}  // namespace fixgate
