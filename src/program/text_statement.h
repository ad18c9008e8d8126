// The right sides of statements, parsed.
#pragma once

#include "program/fixed_network.h"
#include "program/text_lexer.h"
#include "program/text_scope.h"

namespace fixgate::program {

/// A statement's right side, read from its arrow on. A table statement adds its function and its table to the
/// network. Errors: what the grammar does not allow, unknown names.
Result<Statement> parse_statement(LineCursor& line, ValueId target, LayerId layer, const TextScope& scope,
                                  FixedNetwork& network);

/// "8 -> 16 groups 2 before [inputs outputs kernel stride dilation padding] after [...] transposed".
Result<Slide> parse_slide(LineCursor& line);

}  // namespace fixgate::program
