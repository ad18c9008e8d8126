// What the names of a program's text stand for while it is parsed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "program/fixed_network.h"
#include "program/text_lexer.h"

namespace fixgate::program {

/// A thing that an expression can name.
using Named = std::variant<ValueId, MatrixId, ConstantId>;

class TextScope {
 public:
  /// Errors: a clock, a layer, or a thing within one layer of that name is there already.
  Result<void> add_clock(const std::string& name, ClockId id);
  Result<void> add_layer(const std::string& name, LayerId id);
  Result<void> add(std::optional<LayerId> layer, const std::string& name, Named thing);

  /// Reads a name and finds it. Errors: no name, or nothing of that name.
  Result<ClockId> read_clock(LineCursor& line) const;
  /// "name": of `layer`, else of an input; or "layer.name".
  Result<Named> read(LineCursor& line, std::optional<LayerId> layer) const;
  /// The same. Error: what is named is of another kind; `kind` is the word for it.
  template <typename IdType>
  Result<IdType> read_as(LineCursor& line, std::optional<LayerId> layer, const char* kind) const {
    FIXGATE_ASSIGN(const Named named, read(line, layer));
    if (const auto* id = std::get_if<IdType>(&named)) return *id;
    return fail("expected the name of a {}", kind);
  }

 private:
  Result<Named> find(const std::string& name, std::optional<LayerId> layer) const;

  std::map<std::string, ClockId> clocks_;
  std::map<std::string, LayerId> layers_;
  std::map<std::pair<std::optional<LayerId>, std::string>, Named> things_;
};

}  // namespace fixgate::program
